"""A series that uses every element there is a source for, before our own checks and a parser.

The parser is podcast-partytime (npm). Its tests are skipped unless it is there:

    npm install --prefix FOLDER podcast-partytime@5
    PODCAST_PARTYTIME=FOLDER pytest tests/feed/test_every_element.py
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from feedgen import check, golden
from feedgen.check.namespaces import NS
from feedgen.feed.model import NAMESPACES
from feedgen.feed.render import Renderer
from feedgen.shipped import shipped

CASE = shipped("golden_feeds") / "every-element"
# The tags of the podcast namespace that podcast-partytime 5 reads, by the phase that defined them.
KNOWN_TO_PARTYTIME = {
    *("locked", "funding", "transcript", "chapters", "soundbite", "person", "location", "season"),
    *("episode", "trailer", "license", "guid", "alternateEnclosure", "value", "medium"),
    *("liveItem", "block", "socialInteract", "txt", "podroll", "chat", "publisher"),
}
# Not in a feed with episodes: images is deprecated, remoteItem stands in lists, and a link to
# another platform belongs to a live item as well as to an item.
ELSEWHERE = {"images"}
SCRIPT = """
const {parseFeed} = require("podcast-partytime");
const said = [];
for (const name of ["log", "warn", "error", "info"]) console[name] = (...all) => said.push(all);
const feed = parseFeed(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify({feed, said}));
"""


@pytest.fixture(scope="module")
def raw():
    told = golden.case_file(CASE)
    return golden.produce(CASE, told, Renderer()).data


def test_our_own_checks_find_no_problem(raw):
    """No error, no warning; the only remark is that Apple no longer documents itunes:owner."""
    report = check.run(raw, now=golden.case_file(CASE).now)

    assert [f.rule for f in report.findings if f.severity != "info"] == []
    assert {f.rule for f in report.findings} <= {"A23"}


@pytest.mark.parametrize("prefix", ["media", "psc", "spotify"])
def test_the_further_namespaces_are_in_use(raw, prefix):
    """What is declared stands in the feed."""
    root = etree.fromstring(raw)

    assert root.xpath(f"count(//{prefix}:*)", namespaces=NAMESPACES) > 0


def test_every_current_tag_of_the_podcast_namespace_is_there(raw):
    """All that the checks know of, the deprecated one left out."""
    root = etree.fromstring(raw)
    found = {etree.QName(e).localname for e in root.iter(f"{{{NS['podcast']}}}*")}

    assert found >= (check_tags() - ELSEWHERE)


def check_tags():
    from feedgen.check.vocabulary import PODCAST_PARENTS

    return set(PODCAST_PARENTS)


def party(raw):
    """Return what podcast-partytime reads, or skip where it is not installed."""
    node = shutil.which("node")
    folder = os.environ.get("PODCAST_PARTYTIME", "")
    if not node or not (Path(folder) / "node_modules" / "podcast-partytime").is_dir():
        pytest.skip(
            "set PODCAST_PARTYTIME to a folder with podcast-partytime (npm), and have node"
        )
    done = subprocess.run(
        [node, "-e", SCRIPT], input=raw, capture_output=True, cwd=folder, check=True, timeout=60
    )
    *logged, answer = done.stdout.splitlines()
    told = json.loads(answer)
    told["said"] += [json.loads(line)["msg"] for line in logged]
    return told


def test_podcast_partytime_recovers_every_tag_without_an_error(raw):
    """The parser of the podcast namespace's own circle reads what we wrote, silently."""
    told = party(raw)
    found = {tag for tags in told["feed"]["pc20support"].values() for tag in tags}

    assert told["said"] == []
    assert found >= KNOWN_TO_PARTYTIME


def test_podcast_partytime_reads_the_values_we_wrote(raw):
    """Not only the names: people, splits, chapters and the stream come back."""
    feed = party(raw)["feed"]
    item = next(each for each in feed["items"] if each["title"] == "Tide 1")

    assert feed["guid"] == "6f7eee44-887a-5582-8d86-77799ddee723"
    assert feed["value"]["recipients"][0]["split"] == 95
    assert len(feed["value"]["valueTimeSplits"]) == 2
    assert [person["name"] for person in item["podcastPeople"]] == ["Ines Marrow", "Bao Lin"]
    assert item["podcastChapters"]["type"] == "application/json+chapters"
    assert len(item["podcastTranscripts"]) == 3
    assert feed["podcastLiveItems"][0]["guid"] == "live-1"


def test_podcast_partytime_finds_the_feeds_of_a_publisher():
    """All it says is what is meant: there are no items."""
    told = party((CASE.parent / "publisher-feed" / "feed.xml").read_bytes())

    assert told["said"] == ["Provided feed has no items to parse."]
    assert [each["feedGuid"] for each in told["feed"]["podcastRemoteItems"]] == [
        "6f7eee44-887a-5582-8d86-77799ddee723",
        "9b024349-ccf0-5f69-a609-6b82873eab3c",
    ]


@pytest.mark.parametrize("name", ["two-of-everything", "art19-compat", "hostile-text"])
def test_podcast_partytime_has_nothing_to_say_about_other_feeds(name):
    """Several of each element, ART19's shape, and text that is hostile."""
    case = CASE.parent / name
    told = party((case / "feed.xml").read_bytes())

    assert told["said"] == []
    assert told["feed"]["title"]
    assert len(told["feed"]["items"]) == (case / "feed.xml").read_bytes().count(b"<item>")
