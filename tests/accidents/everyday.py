"""What editors do every day in a catalogue folder."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.accidents.cases import Case, recorder
from tests.accidents.publisher import (
    GARDEN,
    HARBOUR,
    MARKET,
    add_episode,
    edit,
    episodes,
    replace_in,
    series,
    setting,
)

CASES: list[Case] = []
change = recorder(CASES)


@change(HARBOUR)
def a_new_episode(project: Path) -> None:
    """It is Sunday."""
    add_episode(project, HARBOUR, "e13", title='"Spring Tide"', released_at="2026-11-08T06:00:00Z")


@change(HARBOUR)
def an_episode_that_waited_for_its_time(project: Path) -> None:
    """It was prepared last week, for the day before yesterday."""
    add_episode(project, HARBOUR, "e13", title='"Spring Tide"', released_at="2026-11-07T06:00:00Z")


@change(HARBOUR)
def three_new_episodes_at_once(project: Path) -> None:
    """A season begins with a weekend."""
    for number in (13, 14, 15):
        add_episode(
            project,
            HARBOUR,
            f"e{number}",
            title=f'"Part {number}"',
            released_at=f"2026-11-08T0{number - 10}:00:00Z",
            episode_number=str(number),
        )


@change(HARBOUR)
def a_new_season(project: Path) -> None:
    """The first episode of the third year."""
    edit(
        series(project, HARBOUR),
        "\n[feed]",
        '\n[[seasons]]\nnumber = 3\ntitle = "Year 3"\n\n[feed]',
    )
    add_episode(
        project,
        HARBOUR,
        "e13",
        title='"Off Again"',
        released_at="2026-11-08T06:00:00Z",
        season="3",
        episode_number="1",
    )


@change(HARBOUR)
def a_title_is_corrected(project: Path) -> None:
    """A typo was found."""
    edit(episodes(project, HARBOUR)[8], "The Long Mole", "The Longest Mole")


@change(GARDEN)
def the_title_of_the_newest_episode_is_another(project: Path) -> None:
    """A better one came to mind."""
    edit(episodes(project, GARDEN)[-1], "Windfall", "What the Wind Left", times=0)


@change(HARBOUR)
def one_word_of_the_notes(project: Path) -> None:
    """A typo was found."""
    edit(episodes(project, HARBOUR)[8], "never closed", "never, ever closed")


@change(HARBOUR)
def the_notes_of_one_episode_are_written_anew(project: Path) -> None:
    """A guest wanted to be described otherwise."""
    replace_in(
        episodes(project, HARBOUR)[5:6],
        r"^description = .*$",
        'description = "<p>What buoys say when nobody listens. With a <b>guest</b>.</p>"',
    )


@change(HARBOUR)
def all_notes_get_a_footer(project: Path) -> None:
    """The house rules have a page now."""
    setting(series(project, HARBOUR), 'footer = "<p>House rules: www.example.com/rules</p>"')


@change(HARBOUR)
def notes_are_formatted_otherwise(project: Path) -> None:
    """Two paragraphs became a list, in every episode."""
    replace_in(
        episodes(project, HARBOUR),
        r"<p>What the fog(.*?)</p>",
        r"<ul><li>What the fog\1</li></ul>",
    )


@change(HARBOUR)
def the_description_of_the_show_is_written_anew(project: Path) -> None:
    """A new year, a new text."""
    replace_in(
        [series(project, HARBOUR)],
        r"^description = .*$",
        'description = "<p>All about ships, and about those who miss them.</p>"',
    )


@change(GARDEN)
def the_cover_is_drawn_anew(project: Path) -> None:
    """A new version of the same picture: another part of it is shown."""
    edit(
        series(project, GARDEN),
        'file = "cover.jpg"',
        'file = "cover.jpg", crop = { left = 0, top = 0, width = 2900, height = 2900 }',
    )


@change(HARBOUR)
def an_episode_gets_a_cover_of_its_own(project: Path) -> None:
    """A picture was taken on board."""
    path = episodes(project, HARBOUR)[-1]
    shutil.copy(project / "catalogue" / MARKET / "cover.png", path.with_suffix(".png"))
    edit(path, "audio = ", f'cover = {{ file = "{path.stem}.png" }}\naudio = ')


@change(HARBOUR)
def one_date_is_corrected(project: Path) -> None:
    """It came out a day earlier than was written down."""
    replace_in(
        episodes(project, HARBOUR)[:1],
        r"^released_at = (\S+)T",
        "released_at = 2026-08-13T",
    )


@change(MARKET)
def one_audio_file_is_replaced(project: Path) -> None:
    """It was cut and encoded anew."""
    audio = episodes(project, MARKET)[0].with_suffix(".mp3")
    shutil.copy(episodes(project, GARDEN)[0].with_suffix(".mp3"), audio)


@change(HARBOUR)
def an_episode_expires(project: Path) -> None:
    """The rights for its music end."""
    edit(
        episodes(project, HARBOUR)[0],
        "audio = ",
        "release_end_at = 2026-11-05T00:00:00Z\naudio = ",
    )


@change(HARBOUR)
def one_episode_is_withdrawn(project: Path) -> None:
    """A guest asked for it."""
    edit(episodes(project, HARBOUR)[3], "audio = ", "published = false\naudio = ")


@change(HARBOUR)
def one_episode_becomes_premium(project: Path) -> None:
    """The first one is for supporters now."""
    edit(episodes(project, HARBOUR)[0], "audio = ", 'premium_status = "active"\naudio = ')


@change(HARBOUR)
def the_author_is_renamed(project: Path) -> None:
    """A daughter joined the firm."""
    edit(series(project, HARBOUR), "Kühn & Daughters", "Kühn, Kühn & Daughters", times=0)


@change(HARBOUR)
def the_address_of_the_owner_is_another(project: Path) -> None:
    """The firm has a new domain."""
    edit(series(project, HARBOUR), f"{HARBOUR}@example.com", "office@kuehn.example.com")


@change(HARBOUR)
def the_show_is_renamed(project: Path) -> None:
    """It has a second line now."""
    edit(series(project, HARBOUR), 'title = "Harbour Lights"', 'title = "Harbour Lights: At Sea"')


@change(HARBOUR)
def the_copyright_is_of_a_new_year(project: Path) -> None:
    """Happy new year."""
    edit(series(project, HARBOUR), "2026 Kühn", "2027 Kühn")


@change(HARBOUR)
def a_credit_is_added(project: Path) -> None:
    """A co-host joined."""
    edit(
        series(project, HARBOUR),
        'type = "HostCredit" }]',
        'type = "HostCredit" }, { person = "bo", type = "CoHostCredit" }]',
    )


@change(HARBOUR)
def a_guest_is_named(project: Path) -> None:
    """It was forgotten."""
    credit = 'credits = [{ person = "bo", type = "GuestCredit" }]\naudio = '
    edit(episodes(project, HARBOUR)[7], "audio = ", credit)


@change(HARBOUR)
def a_genre_is_added(project: Path) -> None:
    """The show is history as well."""
    edit(series(project, HARBOUR), "Documentary", 'Documentary", "History')


@change(MARKET)
def the_show_is_explicit(project: Path) -> None:
    """Somebody swore."""
    edit(series(project, MARKET), 'rating = "clean"', 'rating = "explicit"')


@change(MARKET)
def one_episode_is_explicit(project: Path) -> None:
    """Somebody swore."""
    edit(episodes(project, MARKET)[1], "audio = ", 'rating = "explicit"\naudio = ')


@change(HARBOUR)
def the_language_is_more_exact(project: Path) -> None:
    """A dialect, after all."""
    edit(series(project, HARBOUR), '"en-GB"', '"en-IE"')


@change(HARBOUR)
def the_page_of_the_show_is_another(project: Path) -> None:
    """The firm has a new domain."""
    edit(
        series(project, HARBOUR),
        f"https://www.example.com/{HARBOUR}",
        "https://lights.example.com/",
    )


@change(HARBOUR)
def links_get_parameters(project: Path) -> None:
    """The pages want to know who comes from a feed."""
    replace_in(episodes(project, HARBOUR), r'^link = "(.*)"$', r'link = "\1?from=feed&x=1"')


@change(HARBOUR)
def the_show_is_under_another_license(project: Path) -> None:
    """Schools may use it now."""
    setting(series(project, HARBOUR), 'license = { id = "cc-by-4.0" }')


@change(HARBOUR)
def a_page_for_gifts(project: Path) -> None:
    """There is one now."""
    setting(
        series(project, HARBOUR),
        'funding = [{ url = "https://www.example.com/give", label = "Give" }]',
    )


@change(HARBOUR)
def a_transcript_is_added(project: Path) -> None:
    """One episode has been translated."""
    edit(
        episodes(project, HARBOUR)[2],
        'language = "en" }]',
        'language = "en" }, { url = "https://www.example.com/de.vtt", language = "de" }]',
    )


@change(HARBOUR)
def chapters_are_added(project: Path) -> None:
    """One episode is long."""
    setting(
        episodes(project, HARBOUR)[2],
        'chapters = [{ start = 0, title = "Fog" }, { start = 1, title = "Salt" }]',
    )


@change(HARBOUR)
def two_numbers_change_places(project: Path) -> None:
    """Two episodes were published in the wrong order."""
    one, two = episodes(project, HARBOUR)[3:5]
    edit(one, "episode_number = 4", "episode_number = 5")
    edit(two, "episode_number = 5", "episode_number = 4")


@change(HARBOUR)
def a_season_gets_a_name(project: Path) -> None:
    """It was just a number."""
    edit(series(project, HARBOUR), 'title = "Year 2"', 'title = "The Fog"')


@change(HARBOUR)
def the_limit_of_items_is_one_less(project: Path) -> None:
    """The feed is to hold eleven."""
    setting(series(project, HARBOUR), "max_items = 11")


@change(HARBOUR)
def a_hub_is_told(project: Path) -> None:
    """WebSub is switched on for one show."""
    setting(series(project, HARBOUR), 'websub_hub = "https://hub.example.com/"')


@change(GARDEN)
def a_trailer(project: Path) -> None:
    """The next year is announced."""
    path = add_episode(
        project, GARDEN, "t02", title='"Next Year"', released_at="2026-11-08T06:00:00Z"
    )
    edit(path, "audio = ", 'itunes_type = "trailer"\naudio = ')
    path.write_text(re.sub(r"episode_number = .*\n", "", path.read_text("utf-8")), "utf-8")


@change()
def a_new_person_presents_everything(project: Path) -> None:
    """The name of a person who is in all shows was misspelled."""
    people = project / "catalogue" / "people.toml"
    edit(people, 'last_name = "Köhler"', 'last_name = "Koehler-Ruiz"')
    edit(people, 'first_name = "Bo"', 'first_name = "Boris"')


@change()
def a_footer_for_all_shows(project: Path) -> None:
    """The house rules have a page now."""
    setting(project / "feedgen.toml", 'footer = "<p>House rules: www.example.com/rules</p>"')


@change()
def podping_for_all_shows(project: Path) -> None:
    """A setting for all that everybody is to know."""
    setting(project / "feedgen.toml", "podping = true")
