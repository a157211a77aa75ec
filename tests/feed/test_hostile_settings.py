"""Settings that mean no good, or were typed in a hurry."""

import copy
import tomllib

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from lxml import etree

from feedgen import make
from feedgen.art19 import decode, jsonapi
from feedgen.errors import Mistakes
from feedgen.feed.build import Memory, enclosure_url
from feedgen.feed.render import Renderer
from feedgen.model import Enclosure
from feedgen.schema import Reader, TomlSource
from feedgen.settings import SeriesSettings
from feedgen.shipped import shipped
from feedgen.xmltext import ILLEGAL
from tests.feed.test_hostile import TEXT

RENDERER = Renderer()
NEARLY = [
    *("a" * 255, "é" * 200, "x " * 100, "en", "xx-yy", "yes", "lightning", "1/0", "geo:999,999"),
    *("https://exämple.com/ü?a=1&b=\"'<>", "https://e.example/%zz", "https://[::1]/x.jpg"),
    *("https://e.example:99999/", "https://user:pw@e.example/", "http://e.example/a.jpg"),
    *("https://e.example/?a=1&amp;b=2", "mailto:a@b.c", "a@b.example", "ipfs://bafy"),
    *("audio/mpeg; a=b", "FREQ=WEEKLY;UNTIL=20231231T000000Z", "irc.exämple.com:6667", "GB"),
]
WORDS = st.one_of(st.text(st.characters(), max_size=60), TEXT, st.sampled_from(NEARLY))


def read(name):
    """Return the data of a golden case, its series, and where it says any text."""
    folder = shipped("golden_feeds") / name
    data = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    resources = jsonapi.Resources()
    for path in sorted((folder / "api").glob("*.json")):
        for resource in jsonapi.parse(path.read_bytes()).resources:
            resources.add(resource)
    return data, decode.series(resources, data["series"])[0], list(leaves(data["settings"]))


def leaves(value, path=()):
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in pairs:
        if isinstance(each, (dict, list)):
            yield from leaves(each, (*path, key))
        elif isinstance(each, str) and key != "image_url":
            # How its address must end is a rule (A02) that a publisher may leave out.
            yield (*path, key)


CASES = {name: read(name) for name in ("every-element", "two-of-everything")}


@pytest.mark.parametrize("name", sorted(CASES))
@given(st.data())
def test_settings_that_are_accepted_make_a_feed_that_passes_every_check(name, data):
    """Whatever is typed is refused with its field, or can stand in a feed as it is."""
    case, series, texts = CASES[name]
    said = copy.deepcopy(case["settings"])
    for path in data.draw(st.lists(st.sampled_from(texts), min_size=1, max_size=2)):
        table = said
        for key in path[:-1]:
            table = table[key]
        table[path[-1]] = data.draw(WORDS)
    reader = Reader(TomlSource(name="typed.toml", data=said, lines={}))
    settings = reader.read(SeriesSettings, said)
    try:
        reader.finish()
    except Mistakes:
        event("refused")
        return
    plan = make.plan(series, settings, now=case["now"])
    found = {
        each.id: Enclosure(
            url=enclosure_url(each, settings), type="audio/mpeg", length=5, duration=6000
        )
        for each in plan.episodes
    }
    # Raises CheckFailed if a rule of severity error is broken.
    made = make.feed(plan, enclosures=found, memory=Memory(), renderer=RENDERER)

    assert etree.fromstring(made.data) is not None
    assert not ILLEGAL.search(made.data.decode())
