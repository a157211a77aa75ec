"""All feeds of a series on air: several from one build, split, private, with chapters beside."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from lxml import etree

from feedgen.feed.model import NAMESPACES
from tests.projects import (
    COMEDY,
    NOW,
    SERIAL,
    approve,
    copy_project,
    edit,
    feeds,
    make_project,
    publish,
)

COMEDY_FEED = f"{COMEDY}.xml"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A project that has been published once; nobody writes into it."""
    folder = make_project(tmp_path_factory.mktemp("published"))
    publish(folder)
    return folder


@pytest.fixture
def project(published, tmp_path):
    """A copy of the published project that may be edited."""
    return copy_project(published, tmp_path / "project")


def say(project, text, slug=SERIAL):
    """Add lines to the settings of a show."""
    path = project / "catalogue" / slug / "series.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def feed_table(project, text, slug=SERIAL):
    """Add keys to the table [feed] of a show."""
    edit(project / "catalogue" / slug / "series.toml", "[feed]\n", f"[feed]\n{text}\n")


def read(project, name):
    return feedparser.parse((project / "feeds" / name).read_bytes())


def guids(project, name):
    return [entry.id for entry in read(project, name).entries]


def texts(project, name, path):
    root = etree.parse(project / "feeds" / name).getroot()
    return [
        each if isinstance(each, str) else each.text
        for each in root.xpath(path, namespaces=NAMESPACES)
    ]


def add_episode(project, name, date, *, guid, like="001-queues"):
    """Add an episode to the comedy show that came out at `date`."""
    folder = project / "catalogue" / COMEDY / "episodes"
    shutil.copy(folder / f"{like}.mp3", folder / f"{name}.mp3")
    (folder / f"{name}.toml").write_text(
        f'title = "{name}"\nguid = "{guid}"\nreleased_at = {date}\n'
        f'description = "Notes of {name}."\naudio = "{name}.mp3"\n'
    )


VARIANTS = """
[feed.feeds.newest]
max_items = 2
title = "The newest"
[feed.feeds.late]
delay_hours = 24
[feed.feeds.bonus]
episode_types = ["bonus"]
[feed.feeds.season-one]
seasons = [1]
profile = "art19-compat"
[feed.feeds.supporters]
private = true
delay_hours = -24
footer = "<p>Thank you.</p>"
"""


def test_one_build_gives_all_feeds_of_a_series(project):
    """One outcome lists them; each has its own address, self link and podcast:guid."""
    say(project, VARIANTS)
    outcome = publish(project, SERIAL)[SERIAL]
    names = {each.name: each for each in outcome.feeds}
    files = [each.place.rsplit("/feeds/")[1] for each in outcome.feeds]
    selves = [texts(project, name, "//atom:link[@rel='self']/@href")[0] for name in files]
    identities = [texts(project, name, "//podcast:guid") for name in files]

    assert outcome.result == "published"
    assert list(names) == ["", "bonus", "late", "newest", "season-one", "supporters"]
    assert [names[n].items for n in ("", "bonus", "newest", "season-one")] == [7, 1, 2, 4]
    assert selves == [each.url for each in outcome.feeds]
    assert len(set(selves)) == 6
    # art19-compat has no podcast namespace
    assert sorted(map(len, identities)) == [0, 1, 1, 1, 1, 1]
    assert len({each[0] for each in identities if each}) == 5
    assert read(project, f"{SERIAL}.newest.xml").feed.title == "The newest"


def test_an_episode_has_one_guid_in_every_feed(project):
    """A listener who changes feeds keeps what was played."""
    say(project, VARIANTS)
    outcome = publish(project, SERIAL)[SERIAL]
    own = set(guids(project, f"{SERIAL}.xml"))
    for each in outcome.feeds:
        assert set(guids(project, each.place.rsplit("/feeds/")[1])) <= own


def test_a_second_run_touches_no_feed(project):
    """Variants, pages, archives and chapters: the same bytes and the same times of change."""
    say(
        project,
        VARIANTS + "[feed.feeds.p]\npage_size = 2\n"
        "[feed.feeds.a]\npage_size = 2\npaging = 'archived'\n",
    )
    publish(project, SERIAL)
    before = feeds(project)
    outcome = publish(project, SERIAL)[SERIAL]

    assert {each.result for each in outcome.feeds} == {"unchanged"}
    assert outcome.result == "unchanged"
    assert feeds(project) == before


def test_the_feed_of_the_series_does_not_know_of_the_others(project):
    """No variant changes a byte of it, and no public feed names the private one."""
    before = feeds(project)[f"{SERIAL}.xml"]
    say(project, VARIANTS)
    outcome = publish(project, SERIAL)[SERIAL]
    (private,) = [each for each in outcome.feeds if each.private]
    token = private.url.rsplit("/", 1)[1]
    after = feeds(project)

    assert after[f"{SERIAL}.xml"] == before
    assert [name for name, (data, _) in after.items() if token.encode() in data] == [
        f"private/{token}"
    ]


def test_a_private_feed_has_an_address_nobody_can_guess(project):
    """Long, the same in every run, kept in the state, and in no report."""
    say(project, VARIANTS)
    first = publish(project, SERIAL)[SERIAL]
    second = publish(project, SERIAL)[SERIAL]
    (private,) = [each for each in first.feeds if each.private]
    (again,) = [each for each in second.feeds if each.private]
    token = private.url.rsplit("/", 1)[1]

    assert re.fullmatch(r"[a-z2-7]{39}\.xml", token)
    assert again.url == private.url
    assert token not in json.dumps(first.as_json())
    assert token not in repr(first)


def test_a_private_feed_is_blocked_and_tells_no_hub(project):
    """Directories are asked to leave it alone, and nobody is pinged."""
    feed_table(project, 'websub_hub = "https://hub.example.com/"\npodping = true')
    say(project, VARIANTS)
    outcome = publish(project, SERIAL)[SERIAL]
    (private,) = [each for each in outcome.feeds if each.private]
    name = private.place.rsplit("/feeds/")[1]

    assert texts(project, f"{SERIAL}.xml", "//atom:link[@rel='hub']/@href")
    assert texts(project, name, "//atom:link[@rel='hub']/@href") == []
    assert texts(project, name, "/rss/channel/itunes:block") == ["Yes"]
    assert texts(project, name, "/rss/channel/podcast:block") == ["yes"]
    assert texts(project, name, "//podcast:podping/@usesPodping") == []


def test_a_secret_in_the_settings_survives_the_state(project):
    """Two machines with the same secret give a private feed the same address."""
    feed_table(project, 'private_secret = "correct horse battery staple"')
    say(project, VARIANTS)
    first = publish(project, SERIAL)[SERIAL]
    shutil.rmtree(project / ".feedgen")
    second = publish(project, SERIAL)[SERIAL]

    assert [each.url for each in first.feeds] == [each.url for each in second.feeds]


def test_nothing_unreleased_is_in_a_public_feed_at_any_time(tmp_path):
    """Hour by hour around a release: early only in private, late only in the delayed feed."""
    project = make_project(tmp_path)
    say(project, VARIANTS)
    release = datetime(2026, 9, 24, 6, tzinfo=UTC)
    last = "gid://larkmoor.example/salt-and-signal/s2e2"
    seen = {}
    for hours in (-25, -23, -1, 1, 23, 25):
        outcome = publish(project, SERIAL, now=release + timedelta(hours=hours))[SERIAL]
        assert outcome.reason == ""
        for each in outcome.feeds:
            name = each.place.rsplit("/feeds/")[1]
            if last in guids(project, name):
                seen.setdefault(each.name, hours)

    assert seen == {"": 1, "newest": 1, "late": 25, "supporters": -23}


def test_a_feed_that_has_nothing_yet_is_no_failure(project):
    """It is published with its first episode; until then a note says so."""
    say(project, "\n[feed.feeds.three]\nseasons = [3]\n")
    outcome = publish(project, SERIAL)[SERIAL]

    assert outcome.result == "unchanged"
    assert [note.code for note in outcome.notes] == ["feed-empty"]
    assert not (project / "feeds" / f"{SERIAL}.three.xml").exists()


def test_a_variant_that_fails_stops_no_other_feed(project):
    """The series is told as failed, its own feed and the other variants are on air."""
    say(project, "\n[feed.feeds.b]\ntemplates = 'nowhere'\n[feed.feeds.c]\nmax_items = 1\n")
    outcome = publish(project, SERIAL)[SERIAL]

    assert outcome.result == "failed"
    assert [each.result for each in outcome.feeds] == ["unchanged", "failed", "published"]
    assert "feed 'b': there is no folder" in outcome.reason


def test_a_variant_has_templates_of_its_own(project):
    """Looked up before the usual ones, for this feed alone."""
    folder = project / "mine" / "rss"
    folder.mkdir(parents=True)
    (folder / "additions.xml").write_text(
        "{% macro item(item, feed) %}      <category>own</category>\n{% endmacro %}"
    )
    say(project, "\n[feed.feeds.own]\ntemplates = 'mine'\n")
    publish(project, SERIAL)

    assert texts(project, f"{SERIAL}.own.xml", "//item/category") == ["own"] * 7
    assert texts(project, f"{SERIAL}.xml", "//item/category") == []


def test_a_variant_never_takes_the_place_of_another_series(project):
    """Its address must be free."""
    say(project, f"\n[feed.feeds.x]\nfeed_url = 'https://podcasts.example.com/{COMEDY_FEED}'\n")
    before = feeds(project)[COMEDY_FEED]
    outcome = publish(project, SERIAL)[SERIAL]

    assert "is the feed of another series" in outcome.reason
    assert feeds(project)[COMEDY_FEED] == before


def test_a_feed_in_pages_leads_through_all_episodes(project):
    """Following the links from the feed finds every episode once (RFC 5005 § 3)."""
    feed_table(project, "page_size = 3")
    held = publish(project, SERIAL)[SERIAL]
    assert approve(project) == ["episodes-gone"]
    outcome = publish(project, SERIAL)[SERIAL]
    assert held.result == "held"
    found, name = [], f"{SERIAL}.xml"
    while name:
        found += guids(project, name)
        links = texts(project, name, "//atom:link[@rel='next']/@href")
        name = links[0].rsplit("/", 1)[1] if links else ""

    assert outcome.feeds[0].documents == 3
    assert len(found) == len(set(found)) == 7


def test_archive_documents_never_change(project):
    """Edited titles, new artwork, a further episode: they stay. One that is gone is taken out."""
    feed_table(project, "page_size = 2\npaging = 'archived'")
    publish(project, SERIAL)
    approve(project)
    publish(project, SERIAL)
    before = {n: both for n, both in feeds(project).items() if ".archive-" in n}
    episodes = project / "catalogue" / SERIAL / "episodes"
    edit(episodes / "s1e1.toml", "The Keeper's Log", "The Keeper's Diary")
    (episodes / "s1-bonus.toml").unlink()
    edit(episodes / "s2e3.toml", "2099-01-01", "2026-10-08")
    edit(
        project / "catalogue" / SERIAL / "series.toml",
        'title = "Salt & Signal"',
        'title = "S & S"',
    )
    publish(project, SERIAL)
    assert approve(project) == ["guid-vanished"]
    outcome = publish(project, SERIAL)[SERIAL]
    after = feeds(project)

    assert len(before) == 3
    assert outcome.result == "published"
    bonus = "Bonus: The Soup, Cooked"
    held_it = [name for name, (data, _) in before.items() if bonus.encode() in data]
    assert not any(bonus.encode() in data for data, _ in after.values())
    assert {n for n in before if after[n] != before[n]} == {*held_it}
    # the changed episode comes again
    assert "The Keeper's Diary" in texts(project, f"{SERIAL}.xml", "//item/title") or any(
        "The Keeper's Diary" in texts(project, name, "//item/title")
        for name in after
        if ".archive-4" in name
    )


def test_chapters_from_the_settings_lie_beside_the_feed(project):
    """A JSON file under a name by its content, linked from the item."""
    (url,) = texts(project, f"{SERIAL}.xml", "//podcast:chapters/@url")
    path = project / "feeds" / url.removeprefix("https://podcasts.example.com/")
    chapters = json.loads(path.read_bytes())

    assert chapters["version"] == "1.2.0"
    assert [each["title"] for each in chapters["chapters"]] == ["Low tide", "High tide"]

    edit(project / "catalogue" / SERIAL / "episodes" / "s1e1.toml", "Low tide", "Ebb")
    publish(project, SERIAL)
    (other,) = texts(project, f"{SERIAL}.xml", "//podcast:chapters/@url")
    assert other != url
    assert path.is_file()


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed")
def test_chapter_marks_of_the_audio_become_chapters(project, tmp_path):
    """What an editor marked in the file is in the feed, if the settings ask for it."""
    marks = tmp_path / "marks.txt"
    marks.write_text(
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=One & only\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=2000\ntitle=Two\n"
    )
    audio = project / "catalogue" / COMEDY / "episodes" / "001-queues.mp3"
    subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono"),
            *("-i", str(marks), "-map_metadata", "1", "-t", "2", str(audio)),
        ],
        check=True,
    )
    publish(project, COMEDY)
    assert texts(project, COMEDY_FEED, "//podcast:chapters/@url") == []

    feed_table(project, "chapters_from_media = true\ninline_chapters = true", COMEDY)
    outcome = publish(project, COMEDY)[COMEDY]
    (url,) = texts(project, COMEDY_FEED, "//podcast:chapters/@url")
    path = project / "feeds" / url.removeprefix("https://podcasts.example.com/")

    assert [each["title"] for each in json.loads(path.read_bytes())["chapters"]] == [
        "One & only",
        "Two",
    ]
    assert texts(project, COMEDY_FEED, "//psc:chapter/@start") == ["00:00:00.000", "00:00:01.000"]
    assert "chapters-unread" not in [note.code for note in outcome.notes]


def numbers(project):
    return {entry.id: entry.itunes_episode for entry in read(project, COMEDY_FEED).entries}


def test_a_number_by_date_never_shifts(project):
    """An older episode is put in, another taken out, one is hidden: the numbers on air stay."""
    feed_table(project, 'itunes_type = "serial"\nnumber_by_date = true', COMEDY)
    publish(project, COMEDY)
    assert numbers(project) == {"wait-what-001": "1", "wait-what-002": "2"}

    add_episode(project, "prequel", "2025-06-01T00:00:00Z", guid="prequel")
    publish(project, COMEDY)
    assert numbers(project) == {"wait-what-001": "1", "wait-what-002": "2", "prequel": "3"}

    (project / "catalogue" / COMEDY / "episodes" / "001-queues.toml").unlink()
    publish(project, COMEDY)
    assert approve(project) == ["guid-vanished"]
    publish(project, COMEDY)
    assert numbers(project) == {"wait-what-002": "2", "prequel": "3"}

    add_episode(project, "new", "2026-10-01T00:00:00Z", guid="new")
    publish(project, COMEDY)
    assert numbers(project) == {"wait-what-002": "2", "prequel": "3", "new": "4"}


def test_all_feeds_of_a_series_number_alike(project):
    """A number an early feed gave away is the number everywhere, from then on."""
    feed_table(project, 'itunes_type = "serial"\nnumber_by_date = true', COMEDY)
    say(project, "\n[feed.feeds.early]\nprivate = true\ndelay_hours = -48\n", COMEDY)
    add_episode(project, "soon", f"{NOW + timedelta(hours=24):%Y-%m-%dT%H:%M:%SZ}", guid="soon")
    outcome = publish(project, COMEDY)[COMEDY]
    assert outcome.reason == ""
    early = read(project, outcome.feeds[1].place.rsplit("/feeds/")[1])
    assert {e.id: e.itunes_episode for e in early.entries}["soon"] == "3"

    add_episode(project, "quick", f"{NOW + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}", guid="quick")
    publish(project, COMEDY, now=NOW + timedelta(hours=30))
    assert {g: n for g, n in numbers(project).items() if g in ("soon", "quick")} == {
        "soon": "3",
        "quick": "4",
    }
