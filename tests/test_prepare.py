"""All feeds of a series, the whole way from settings to what lies on air."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

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
    return etree.fromstring(feeds(project)[name][0]).xpath("//item/guid/text()")


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


def test_a_feed_that_left_the_settings_is_told_of_in_every_run(project):
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
    assert f"{SERIAL}.short.xml" in feeds(project)


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
    line = "      <itunes:title>{{ item.title }}</itunes:title>\n"
    assert line in shipped_one
    (folder / "item.xml").write_text(shipped_one.replace(line, ""))
    with (project / "feedgen.toml").open("a") as file:
        file.write('\n[feed.feeds.short]\ntemplates = "short"\n')
    outcome = publish(project, SERIAL)[SERIAL]

    assert [each.result for each in outcome.feeds] == ["published", "failed"]
    assert "lacks what every feed must contain: item/itunes:title" in outcome.reason
