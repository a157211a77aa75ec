"""What goes wrong in `feedgen.toml` and in settings."""

from __future__ import annotations

import shutil
from pathlib import Path

from feedgen.shipped import shipped
from tests.accidents.cases import Case, recorder
from tests.accidents.publisher import (
    GARDEN,
    HARBOUR,
    MARKET,
    URL,
    edit,
    episodes,
    series,
    setting,
)

CASES: list[Case] = []
accident = recorder(CASES)


def toml(project: Path) -> Path:
    """Return the configuration file."""
    return project / "feedgen.toml"


@accident()
def the_public_address_is_that_of_staging(project: Path) -> None:
    """The configuration of the test system was copied over."""
    edit(toml(project), URL, "https://staging.example.com")


@accident()
def the_public_address_has_a_typo(project: Path) -> None:
    """One letter of the host is missing."""
    edit(toml(project), "podcasts.example.com", "podcast.example.com")


@accident()
def the_public_address_lost_its_folder(project: Path) -> None:
    """A path was added that the web server does not have."""
    edit(toml(project), f'url = "{URL}"', f'url = "{URL}/feeds"')


@accident()
def only_one_item_is_left(project: Path) -> None:
    """The limit of a test stayed in the settings of all shows."""
    setting(toml(project), "max_items = 1")


@accident(HARBOUR)
def half_of_the_items_are_left(project: Path) -> None:
    """Somebody read that a feed should be short."""
    setting(series(project, HARBOUR), "max_items = 6")


@accident(GARDEN)
def the_feed_is_that_of_another_show(project: Path) -> None:
    """The settings of one show were the pattern for the other."""
    setting(series(project, GARDEN), f'feed_url = "{URL}/{HARBOUR}.xml"')


@accident(GARDEN, MARKET)
def two_shows_get_one_new_address(project: Path) -> None:
    """The same line was pasted into both."""
    for slug in (GARDEN, MARKET):
        setting(series(project, slug), f'feed_url = "{URL}/talk.xml"')


@accident(GARDEN)
def the_feed_moves(project: Path) -> None:
    """A nicer address was wanted, and nobody thought of those who follow the old one."""
    setting(series(project, GARDEN), f'feed_url = "{URL}/garden.xml"')


@accident(GARDEN, MARKET)
def one_address_is_set_for_all_shows(project: Path) -> None:
    """A setting of one show stands in the table for all."""
    setting(toml(project), f'feed_url = "{URL}/{HARBOUR}.xml"')


@accident()
def the_pattern_of_audio_addresses_has_a_typo(project: Path) -> None:
    """A brace was deleted."""
    setting(toml(project), f'enclosure_template = "{URL}/media/episodes/{{id.{{ext}}"')


@accident()
def the_pattern_of_audio_addresses_names_an_unknown_field(project: Path) -> None:
    """A field was guessed."""
    setting(toml(project), f'enclosure_template = "{URL}/media/{{episode}}.mp3"')


@accident()
def audio_lies_on_another_host(project: Path) -> None:
    """The address of a content delivery network that is not filled yet."""
    setting(
        toml(project),
        'probe_media = false\nenclosure_template = "https://cdn.example.net/{id}.{ext}"',
    )


@accident()
def a_measurement_prefix_goes_before_all_audio(project: Path) -> None:
    """The prefix of a statistics service was set for every show at once."""
    setting(toml(project), 'probe_media = false\nenclosure_prefix = "https://pfx.example.net/p/"')


@accident()
def media_are_no_longer_probed(project: Path) -> None:
    """The probe was switched off to save time, and with it went sizes and durations."""
    setting(toml(project), "probe_media = false")


@accident()
def the_profile_is_another(project: Path) -> None:
    """The profile for comparisons with the old system was switched on for the night."""
    setting(toml(project), 'profile = "art19-compat"')


@accident()
def one_podcast_guid_is_set_for_all_shows(project: Path) -> None:
    """A setting of one show stands in the table for all."""
    setting(toml(project), 'podcast_guid = "917393e3-1b1e-5cef-ace4-edaa54e1f810"')


@accident(MARKET)
def the_podcast_guid_is_another(project: Path) -> None:
    """It was made anew, from another address."""
    setting(series(project, MARKET), 'podcast_guid = "917393e3-1b1e-5cef-ace4-edaa54e1f811"')


@accident()
def one_language_is_set_for_all_shows(project: Path) -> None:
    """A setting of one show stands in the table for all."""
    setting(toml(project), 'language = "fr"')


@accident()
def all_shows_are_blocked(project: Path) -> None:
    """The settings of the test system were copied over."""
    setting(toml(project), "block = true")


@accident()
def all_shows_are_said_to_have_ended(project: Path) -> None:
    """A setting of one show stands in the table for all."""
    setting(toml(project), "complete = true")


@accident()
def a_setting_is_misspelled(project: Path) -> None:
    """A typo in the name of a key."""
    setting(toml(project), 'itunes_typ = "serial"')


@accident()
def the_catalogue_folder_is_another(project: Path) -> None:
    """A typo in the name of the folder."""
    edit(toml(project), 'folder = "catalogue"', 'folder = "catalog"')


@accident()
def the_catalogue_folder_is_empty(project: Path) -> None:
    """The disk that holds it is not mounted, and its mount point is an empty folder."""
    shutil.rmtree(project / "catalogue")
    (project / "catalogue").mkdir()


@accident()
def the_catalogue_folder_is_one_level_too_deep(project: Path) -> None:
    """An archive was unpacked into the folder and not over it."""
    (project / "catalogue").rename(project / "unpacked")
    (project / "unpacked").rename(project / "catalogue.new")
    (project / "catalogue").mkdir()
    (project / "catalogue.new").rename(project / "catalogue" / "catalogue")


@accident()
def the_configuration_is_cut_off(project: Path) -> None:
    """The disk was full when it was saved."""
    toml(project).write_bytes(toml(project).read_bytes()[:60])


@accident()
def the_configuration_is_that_of_a_hosted_account(project: Path) -> None:
    """Both sources are named after a merge."""
    edit(toml(project), "[publish]", '[art19]\nurl = "https://art19.example"\n\n[publish]')


@accident()
def the_folder_of_goldens_is_empty(project: Path) -> None:
    """The cases were kept in another repository that was not checked out."""
    shutil.rmtree(project / "golden")
    (project / "golden").mkdir()


@accident()
def the_templates_are_edited_without_a_look_at_the_goldens(project: Path) -> None:
    """An element that nobody seemed to need was taken out."""
    rss = shutil.copytree(shipped("templates") / "rss", project / "mine" / "rss")
    edit(rss / "item.xml", "itunes:duration>", "itunes:length>", times=0)
    edit(toml(project), "[publish]", '[templates]\nfolder = "mine"\n\n[publish]')


@accident(HARBOUR)
def the_feed_is_split_into_pages_of_two(project: Path) -> None:
    """A zero is missing from the size of a page, and apps read the first page only."""
    setting(series(project, HARBOUR), "page_size = 2")


@accident(HARBOUR)
def the_episodes_are_overruled_by_one_date(project: Path) -> None:
    """A line was pasted into the file of every episode."""
    for path in episodes(project, HARBOUR):
        setting(path, "pub_date = 2026-11-02T06:00:00Z")


@accident(HARBOUR)
def the_show_is_blocked(project: Path) -> None:
    """A setting meant for the test feed was saved in the real one."""
    setting(series(project, HARBOUR), "block = true")


@accident(HARBOUR)
def followers_are_sent_elsewhere(project: Path) -> None:
    """The address of the staging server was left in the settings."""
    setting(series(project, HARBOUR), 'new_feed_url = "https://staging.example.com/h.xml"')


@accident(HARBOUR)
def the_show_is_said_to_have_ended(project: Path) -> None:
    """The word "complete" was understood as "all fields filled in"."""
    setting(series(project, HARBOUR), "complete = true")
