"""All feeds of a series, the whole way from settings to what lies on air."""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from feedgen import config, night, preview
from feedgen.errors import Mistakes
from feedgen.shipped import shipped
from tests.projects import COMEDY, SERIAL, edit, feeds, make_project, publish

EARLY = "[feed.feeds.early]\nprivate = true\ndelay_hours = -48\n"
# The newest episode of the serial show, and when it comes out.
NEWEST = "gid://larkmoor.example/salt-and-signal/s2e2"
RELEASE = datetime(2026, 9, 24, 6, tzinfo=UTC)
PUBLISHER = """
title = "Larkmoor Radio Works"
network = "larkmoor"
website_url = "https://www.example.com/"
rss_author = "Larkmoor Radio Works"
rss_email = "salt@example.com"
rss_owner = "Larkmoor Radio Works"
genres = ["Arts"]
language = "English"
rating = "clean"
cover = { file = "cover.jpg" }
description = "Every show of ours."

[feed]
medium = "publisher"
remote_items = [
  { feed_guid = "9b024349-ccf0-5f69-a609-6b82873eab3c", medium = "podcast" },
  { feed_guid = "917393e3-1b1e-5cef-ace4-edaa54e1f810", medium = "podcast" },
]
"""


@pytest.fixture
def project(tmp_path):
    """A project over the serial show alone."""
    made = make_project(tmp_path)
    for slug in (COMEDY, "zwischen-zaun-und-himmel"):
        shutil.rmtree(made / "catalogue" / slug)
    return made


def guids(project, name=f"{SERIAL}.xml"):
    return guids_of(feeds(project), name)


def guids_of(files, name):
    return etree.fromstring(files[name][0]).xpath("//item/guid/text()")


def private(project):
    """Return the name of the one private feed; an outcome does not tell it."""
    (name,) = (name for name in feeds(project) if name.startswith("private/"))
    return name


@pytest.mark.parametrize("file", ["feedgen.toml", f"series/{SERIAL}.toml"])
def test_an_early_feed_may_be_set_anywhere_over_a_folder(project, file):
    """The audio is there as early as the feed, wherever its settings stand."""
    path = project / file
    path.parent.mkdir(exist_ok=True)
    text = path.read_text() if path.exists() else ""
    path.write_text(
        text + "\n" + EARLY.replace("feed.feeds", "feeds" if not text else "feed.feeds")
    )
    outcome = publish(project, SERIAL, now=RELEASE - timedelta(hours=40))[SERIAL]

    assert outcome.reason == ""
    assert NEWEST not in guids(project)
    assert NEWEST in guids(project, private(project))


def test_an_early_episode_that_ends_soon_has_its_audio(project):
    """The lead moves the beginning, not the end."""
    edit(
        project / "catalogue" / SERIAL / "episodes" / "s2e2.toml",
        "released_at",
        f"release_end_at = {RELEASE + timedelta(hours=5):%Y-%m-%dT%H:%M:%SZ}\nreleased_at",
    )
    with (project / "feedgen.toml").open("a") as file:
        file.write("\n" + EARLY)
    outcome = publish(project, SERIAL, now=RELEASE - timedelta(hours=40))[SERIAL]

    assert outcome.reason == ""
    assert NEWEST in guids(project, private(project))


def test_a_date_in_the_settings_that_is_earlier_has_its_audio(project):
    """What the feed may name, the service of a folder hands out."""
    path = project / "catalogue" / SERIAL / "episodes" / "s2e3.toml"
    edit(path, "[feed]", "[feed]\npub_date = 2026-10-20T06:00:00Z")
    outcome = publish(project, SERIAL)[SERIAL]

    assert outcome.reason == ""
    assert guids(project)[0].endswith("s2e3")


def test_a_feed_that_left_the_settings_is_told_of_until_it_is_taken_down(project):
    """It stays on air as it was; nobody takes it down by itself."""
    file = project / "feedgen.toml"
    before = file.read_text()
    file.write_text(before + "\n[feed.feeds.short]\nmax_items = 1\n")
    first = publish(project, SERIAL)[SERIAL]
    file.write_text(before)
    notes = [n for _ in range(2) for n in publish(project, SERIAL)[SERIAL].notes]

    assert [each.name for each in first.feeds] == ["", "short"]
    assert [note.code for note in notes] == ["feed-dropped"] * 2
    assert f"https://podcasts.example.com/{SERIAL}.short.xml" in notes[0].message
    (project / "feeds" / f"{SERIAL}.short.xml").unlink()
    assert publish(project, SERIAL)[SERIAL].notes == ()


def test_settings_for_an_episode_nobody_knows_are_told_of(project):
    """A slip in a guid would be without effect, and without a word."""
    folder = project / "series"
    folder.mkdir()
    (folder / f"{SERIAL}.toml").write_text(f'[episodes."{NEWEST}2"]\nblock = true\n')
    (note,) = publish(project, SERIAL)[SERIAL].notes

    assert note.code == "settings-unused"
    assert note.message.endswith(f"'{NEWEST}2' that can not be found; did you mean '{NEWEST}'?")


def test_a_publisher_has_a_feed_without_episodes(project):
    """A folder with a cover and no audio, and the second run finds nothing to do."""
    show = project / "catalogue" / "larkmoor-radio"
    show.mkdir()
    shutil.copy(project / "catalogue" / SERIAL / "cover.jpg", show)
    (show / "series.toml").write_text(PUBLISHER)
    outcome = publish(project, "larkmoor-radio")["larkmoor-radio"]
    root = etree.fromstring(feeds(project)["larkmoor-radio.xml"][0])

    assert (outcome.result, outcome.items, outcome.reason) == ("published", 0, "")
    assert len(root.findall("channel/{*}remoteItem")) == 2
    assert publish(project, "larkmoor-radio")["larkmoor-radio"].result == "unchanged"


def test_templates_of_one_feed_are_judged_by_the_checks_and_the_contract(project):
    """Goldens judge the templates of all feeds; those of one may not drop what every feed has."""
    folder = project / "short" / "rss"
    folder.mkdir(parents=True)
    shipped_one = (shipped("templates") / "rss" / "item.xml").read_text()
    line = "      <itunes:title>{{ item.itunes_title or item.title }}</itunes:title>\n"
    assert line in shipped_one
    (folder / "item.xml").write_text(shipped_one.replace(line, ""))
    with (project / "feedgen.toml").open("a") as file:
        file.write('\n[feed.feeds.short]\ntemplates = "short"\n')
    outcome = publish(project, SERIAL)[SERIAL]

    assert [each.result for each in outcome.feeds] == ["published", "failed"]
    assert "lacks what every feed must contain: item/itunes:title" in outcome.reason


def test_what_is_taken_back_leaves_the_archives_too(project):
    """The archive that held it is written again, the others lie as they were."""
    with (project / "feedgen.toml").open("a") as file:
        file.write('\n[feed]\npage_size = 2\npaging = "archived"\n')
    publish(project, SERIAL)
    before = feeds(project)
    episode = project / "catalogue" / SERIAL / "episodes" / "s1e1.toml"
    edit(episode, "released_at", "release_end_at = 2026-10-01T00:00:00Z\nreleased_at")
    outcome = publish(project, SERIAL)[SERIAL]
    after = feeds(project)
    archives = [name for name in before if ".archive-" in name]
    changed = [name for name in archives if before[name][0] != after[name][0]]

    assert outcome.result == "published"
    assert (len(archives), changed) == (3, [f"{SERIAL}.archive-1.xml"])
    assert "gid://larkmoor.example/salt-and-signal/s1e1" in guids_of(before, changed[0])
    assert "gid://larkmoor.example/salt-and-signal/s1e1" not in guids_of(after, changed[0])
    assert publish(project, SERIAL)[SERIAL].result == "unchanged"


def test_broken_settings_are_told_by_slug_and_by_id(project):
    """A feed without what its settings say is nothing anybody asked for."""
    folder = project / "series"
    folder.mkdir()
    (folder / f"{SERIAL}.toml").write_text('titel = "x"\n')
    settings = config.load(project)

    for asked in (SERIAL, asyncio.run(id_of(settings))):
        with pytest.raises(Mistakes, match="titel"):
            asyncio.run(preview.rendered(settings, asked, now=RELEASE))


async def id_of(settings):
    async with night.open_run(settings, now=RELEASE) as run:
        (ref,) = await run.source.list_series()
        return ref.id
