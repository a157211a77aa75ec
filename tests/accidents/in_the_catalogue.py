"""What goes wrong in a catalogue folder."""

from __future__ import annotations

import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from tests.accidents.cases import Case, recorder
from tests.accidents.publisher import (
    GARDEN,
    HARBOUR,
    LATER,
    MARKET,
    add_episode,
    edit,
    episodes,
    replace_in,
    series,
)

CASES: list[Case] = []
accident = recorder(CASES)
_DATE = re.compile(r"^released_at = (\S+)$", re.MULTILINE)


def moved(paths: list[Path], by: timedelta) -> None:
    """Move the release of some episodes."""
    for path in paths:
        at = datetime.fromisoformat(
            _DATE.search(path.read_text("utf-8"))[1].replace("Z", "+00:00")
        )
        replace_in([path], r"^released_at = \S+$", f"released_at = {at + by:%FT%TZ}")


@accident(HARBOUR)
def half_of_the_episode_files_are_missing(project: Path) -> None:
    """The copying of the catalogue to the server broke off half way."""
    for path in episodes(project, HARBOUR)[6:]:
        path.unlink()


@accident(HARBOUR)
def one_old_episode_file_is_missing(project: Path) -> None:
    """Somebody tidied up the folder and took one file too many."""
    episodes(project, HARBOUR)[2].unlink()


@accident(GARDEN)
def the_newest_episode_file_is_missing(project: Path) -> None:
    """An older backup of the folder was put back."""
    episodes(project, GARDEN)[-1].unlink()


@accident(GARDEN)
def all_episode_files_are_missing(project: Path) -> None:
    """The disk that holds the episodes is not mounted."""
    shutil.rmtree(project / "catalogue" / GARDEN / "episodes")


@accident(GARDEN)
def a_whole_show_is_missing(project: Path) -> None:
    """Its folder was moved away for a moment, and the moment was at night."""
    (project / "catalogue" / GARDEN).rename(project / "moved-away")


@accident(HARBOUR)
def a_season_is_unpublished(project: Path) -> None:
    """Somebody selected a whole season in the list and clicked "unpublish"."""
    replace_in(episodes(project, HARBOUR)[6:], r"^audio", "published = false\naudio")


@accident(HARBOUR)
def three_episodes_are_unpublished(project: Path) -> None:
    """The selection in the list held three episodes and not one."""
    replace_in(episodes(project, HARBOUR)[4:7], r"^audio", "published = false\naudio")


@accident(HARBOUR)
def all_but_one_are_premium(project: Path) -> None:
    """The new paywall was switched on for the back catalogue as well."""
    replace_in(episodes(project, HARBOUR)[:-1], r"^audio", 'premium_status = "active"\naudio')


@accident(HARBOUR)
def most_are_inactive(project: Path) -> None:
    """A clean-up of drafts caught everything older than a month."""
    replace_in(episodes(project, HARBOUR)[:8], r"^audio", 'status = "inactive"\naudio')


@accident(HARBOUR)
def the_back_catalogue_expires(project: Path) -> None:
    """An end of release was meant for one season and set for all episodes."""
    replace_in(
        episodes(project, HARBOUR)[:9], r"^audio", "release_end_at = 2026-11-05T00:00:00Z\naudio"
    )


@accident(HARBOUR)
def the_year_is_mistyped_in_half_of_the_dates(project: Path) -> None:
    """An export wrote the next year: the episodes would come out again then."""
    replace_in(episodes(project, HARBOUR)[:6], r"released_at = 2026", "released_at = 2027")


@accident(HARBOUR)
def all_dates_are_now(project: Path) -> None:
    """An import wrote the time of the import as the time of release."""
    replace_in(episodes(project, HARBOUR), r"^released_at = \S+$", f"released_at = {LATER:%FT%TZ}")


@accident(HARBOUR)
def all_dates_move_by_two_hours(project: Path) -> None:
    """An export wrote local time as if it were UTC."""
    moved(episodes(project, HARBOUR), timedelta(hours=2))


@accident(HARBOUR)
def five_dates_move_by_two_months(project: Path) -> None:
    """Day and month changed places in a spreadsheet."""
    moved(episodes(project, HARBOUR)[3:8], timedelta(days=-60))


@accident(HARBOUR)
def a_date_is_the_beginning_of_unix_time(project: Path) -> None:
    """A missing date was taken for zero."""
    replace_in(
        episodes(project, HARBOUR)[:1],
        r"^released_at = \S+$",
        "released_at = 1970-01-01T00:00:00Z",
    )


@accident(GARDEN)
def no_episode_has_a_date(project: Path) -> None:
    """A migration renamed the column and lost it."""
    replace_in(episodes(project, GARDEN), r"^released_at = \S+\n", "")


@accident(GARDEN)
def all_guids_are_missing(project: Path) -> None:
    """A migration took guids for something it could make itself."""
    replace_in(episodes(project, GARDEN), r"^guid = .*\n", "")


@accident(HARBOUR)
def one_guid_is_edited(project: Path) -> None:
    """Somebody took the guid for a part of the address and tidied it up."""
    edit(episodes(project, HARBOUR)[3], f"{HARBOUR}/e04", f"{HARBOUR}/low-water")


@accident(HARBOUR)
def all_guids_are_encoded(project: Path) -> None:
    """A tool wrote the guids as if they stood in an address."""
    replace_in(
        episodes(project, HARBOUR),
        r'^guid = "(.*)"$',
        lambda found: f'guid = "{quote(found[1], safe="")}"',
    )


@accident(MARKET)
def two_guids_change_places(project: Path) -> None:
    """A sort of one column of a spreadsheet and not of the others."""
    one, two, _ = episodes(project, MARKET)
    edit(one, f"{MARKET}/e01", f"{MARKET}/e02")
    edit(two, f"{MARKET}/e02", f"{MARKET}/e01")


@accident(GARDEN)
def an_episode_file_is_copied_with_its_guid(project: Path) -> None:
    """The newest episode was the pattern for the next one, and its guid was left in."""
    path = add_episode(project, GARDEN, "e06")
    edit(path, f"{GARDEN}/e06", f"{GARDEN}/e05")


@accident(HARBOUR)
def all_titles_are_the_same(project: Path) -> None:
    """A template of the CMS was saved over every entry."""
    replace_in(episodes(project, HARBOUR), r"^title = .*$", 'title = "New episode"')


@accident(HARBOUR)
def titles_are_decoded_wrongly(project: Path) -> None:
    """The files were opened as Windows-1252 and saved as UTF-8."""
    for path in episodes(project, HARBOUR):
        path.write_text(path.read_bytes().decode("cp1252", "replace"), encoding="utf-8")


@accident(HARBOUR)
def one_title_is_decoded_wrongly(project: Path) -> None:
    """It was pasted from a mail."""
    edit(episodes(project, HARBOUR)[7], "Grüße", "GrÃ¼ÃŸe")


@accident(HARBOUR)
def characters_are_lost(project: Path) -> None:
    """An editor that knows only ASCII saved the file of the show."""
    edit(series(project, HARBOUR), "Kühn", "K\ufffdhn", times=0)


@accident(GARDEN)
def a_title_is_what_a_program_left(project: Path) -> None:
    """A script filled the title with nothing."""
    replace_in(episodes(project, GARDEN)[-1:], r"^title = .*$", 'title = "None"')


@accident(HARBOUR)
def all_notes_are_empty(project: Path) -> None:
    """The field for the notes was not part of the export."""
    replace_in(episodes(project, HARBOUR), r"^description = .*$", 'description = ""')


@accident(HARBOUR)
def all_notes_are_a_teaser(project: Path) -> None:
    """The export took the field for the preview."""
    teaser = 'description = "<p>Read on at our page …</p>"'
    replace_in(episodes(project, HARBOUR), r"^description = .*$", teaser)


@accident(GARDEN)
def the_cover_is_missing(project: Path) -> None:
    """The picture was renamed and the file of the show was not."""
    next((project / "catalogue" / GARDEN).glob("cover.*")).rename(project / "old.jpg")


@accident(GARDEN)
def the_cover_is_that_of_another_show(project: Path) -> None:
    """Two pictures called cover.jpg lay in the download folder."""
    shutil.copy(
        project / "catalogue" / HARBOUR / "cover.jpg", project / "catalogue" / GARDEN / "cover.jpg"
    )


@accident(GARDEN)
def the_title_is_that_of_another_show(project: Path) -> None:
    """The form of one show was open in the tab of the other."""
    edit(series(project, GARDEN), 'title = "Garden Hours"', 'title = "Harbour Lights"')


@accident(MARKET)
def the_whole_series_file_is_that_of_another_show(project: Path) -> None:
    """A file was copied into the wrong folder."""
    shutil.copy(series(project, GARDEN), series(project, MARKET))
    edit(series(project, MARKET), 'file = "cover.jpg"', 'file = "cover.png"')


@accident(GARDEN, MARKET)
def two_shows_change_places(project: Path) -> None:
    """Two folders were renamed the wrong way round."""
    catalogue = project / "catalogue"
    (catalogue / GARDEN).rename(catalogue / "between")
    (catalogue / MARKET).rename(catalogue / GARDEN)
    (catalogue / "between").rename(catalogue / MARKET)


@accident("garden", GARDEN)
def a_folder_is_renamed(project: Path) -> None:
    """The folder's name is the show's identity, and somebody made it shorter."""
    (project / "catalogue" / GARDEN).rename(project / "catalogue" / "garden")


@accident(GARDEN)
def episodes_of_another_show_come_in_between(project: Path) -> None:
    """Files were dropped one folder too far down."""
    for path in episodes(project, MARKET):
        for each in (path, path.with_suffix(".mp3")):
            shutil.copy(each, project / "catalogue" / GARDEN / "episodes" / f"m{each.name}")
    replace_in(
        sorted((project / "catalogue" / GARDEN / "episodes").glob("m*.toml")),
        r'^audio = "',
        'audio = "m',
    )


@accident(MARKET)
def another_publisher_has_a_show_of_the_same_name(project: Path) -> None:
    """The catalogue folder of another customer was mounted."""
    for path in episodes(project, MARKET):
        replace_in([path], r"^guid = .*$", f'guid = "https://other.example.net/?p={path.stem}"')
        replace_in([path], r"^title = .*$", f'title = "Quarterly figures {path.stem}"')
        path.with_suffix(".mp3").rename(path.with_name(f"q{path.stem}.mp3"))
        edit(path, f'audio = "{path.stem}.mp3"', f'audio = "q{path.stem}.mp3"')
        path.rename(path.with_name(f"q{path.name}"))
    edit(series(project, MARKET), "Square Mile Sound", "Numbers GmbH", times=0)


@accident(HARBOUR)
def the_language_is_another(project: Path) -> None:
    """The list of languages begins with Afrikaans."""
    edit(series(project, HARBOUR), 'language = "en-GB"', 'language = "af"')


@accident(HARBOUR)
def the_author_is_empty(project: Path) -> None:
    """A field of the form was cleared."""
    replace_in([series(project, HARBOUR)], r"^rss_author = .*$", 'rss_author = ""')
    replace_in([series(project, HARBOUR)], r"^rss_owner = .*$", 'rss_owner = ""')


@accident(HARBOUR)
def the_address_of_the_owner_is_empty(project: Path) -> None:
    """A field of the form was cleared."""
    replace_in([series(project, HARBOUR)], r"^rss_email = .*$", 'rss_email = ""')


@accident(HARBOUR)
def the_genres_are_empty(project: Path) -> None:
    """The list of genres was renamed and no name fits any more."""
    replace_in([series(project, HARBOUR)], r"^genres = .*$", "genres = []")


@accident(HARBOUR)
def the_description_of_the_show_is_empty(project: Path) -> None:
    """A field of the form was cleared."""
    replace_in([series(project, HARBOUR)], r"^description = .*$", 'description = ""')


@accident(GARDEN)
def all_audio_is_an_error_page(project: Path) -> None:
    """The files were fetched from a server that wanted a login."""
    for path in episodes(project, GARDEN):
        path.with_suffix(".mp3").write_text("<html><body>Please log in</body></html>" * 50)


@accident(GARDEN)
def one_audio_file_is_empty(project: Path) -> None:
    """The disk was full when it was copied."""
    episodes(project, GARDEN)[2].with_suffix(".mp3").write_bytes(b"")


@accident(GARDEN)
def an_audio_file_is_missing(project: Path) -> None:
    """It was deleted to make room."""
    episodes(project, GARDEN)[0].with_suffix(".mp3").unlink()


@accident(HARBOUR)
def a_file_holds_the_marks_of_a_merge(project: Path) -> None:
    """Two people edited the catalogue in Git and nobody looked at the conflict."""
    replace_in(
        [series(project, HARBOUR)],
        r"^title = .*$",
        lambda found: f'<<<<<<< HEAD\n{found[0]}\n=======\ntitle = "Lights"\n>>>>>>> main',
    )


@accident(HARBOUR)
def a_file_is_cut_off(project: Path) -> None:
    """The disk was full when it was saved."""
    path = episodes(project, HARBOUR)[5]
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@accident(HARBOUR)
def many_drafts_are_published(project: Path) -> None:
    """The drafts of a whole year were released by one click."""
    for number in range(20, 45):
        add_episode(
            project,
            HARBOUR,
            f"e{number}",
            title=f'"Draft {number}"',
            released_at="2026-11-08T06:00:00Z",
        )


@accident(HARBOUR)
def all_numbers_move_by_one(project: Path) -> None:
    """A trailer was counted as the first episode."""
    replace_in(
        episodes(project, HARBOUR),
        r"^episode_number = (\d+)$",
        lambda found: f"episode_number = {int(found[1]) + 1}",
    )


@accident(HARBOUR)
def all_episodes_are_in_season_one(project: Path) -> None:
    """A script filled the column with its default."""
    replace_in(episodes(project, HARBOUR), r"^season = \d+$", "season = 1")


@accident(HARBOUR)
def all_transcripts_are_gone(project: Path) -> None:
    """The service that wrote them was cancelled and its column dropped."""
    replace_in(episodes(project, HARBOUR), r"^transcripts = .*\n", "")
