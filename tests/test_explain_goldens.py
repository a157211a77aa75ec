"""Every element of feeds that are as rich as feeds get is explained, and explained rightly."""

import dataclasses

import pytest
from lxml import etree

from feedgen import golden, make
from feedgen.art19 import decode, jsonapi
from feedgen.errors import SeriesProblem
from feedgen.explain import Subject, explain
from feedgen.feed.build import Memory, enclosure_url
from feedgen.feed.render import Renderer
from feedgen.feed.variants import plans
from feedgen.model import Enclosure
from feedgen.shipped import shipped

RENDERER = Renderer()
CASES = [
    *("every-element", "two-of-everything", "settings-fill-the-rest", "art19-compat"),
    *("publisher-feed", "feed-private-and-early", "people-from-credits"),
]
# Who says what every value is for: the address gives podcast:guid, the profile everything.
LEFT = {"feed_url", "profile", "episodes", "feeds", "number_by_date", "private_secret"}
UNKNOWN = ("rule: the template writes it", "rule: what feedgen does unless")


@pytest.fixture(scope="module", params=CASES)
def case(request):
    """The case, its series, and the settings and series of its feed."""
    folder = shipped("golden_feeds") / request.param
    told = golden.case_file(folder)
    resources = jsonapi.Resources()
    for path in sorted((folder / "api").glob("*.json")):
        for resource in jsonapi.parse(path.read_bytes()).resources:
            resources.add(resource)
    series, _ = decode.series(resources, told.series)
    return told, series


def subject(told, series, settings):
    (feed,) = (f for f in plans(series, settings, secret=told.series) if f.name == told.feed)
    plan = make.plan(feed.series, feed.settings, now=told.now)
    found = {
        each.id: Enclosure(
            url=enclosure_url(each, plan.settings),
            type="audio/mpeg",
            length=told.enclosures[each.id].length if each.id in told.enclosures else None,
            duration=told.enclosures[each.id].duration if each.id in told.enclosures else None,
        )
        for each in plan.episodes
    }
    made = make.feed(plan, enclosures=found, memory=Memory(), renderer=RENDERER)
    layers = (("the settings", settings),)
    return Subject(
        series=series,
        plan=plan,
        layers=layers,
        feed=told.feed,
        built=made.built,
        data=made.data,
    )


def shown(about, guid):
    """Return what each element of the channel or an item says, whole."""
    parents = etree.fromstring(about.data).iter("item" if guid else "channel")
    parent = next(each for each in parents if not guid or each.findtext("guid") == guid)
    found = {}
    for child in parent.iterchildren("*"):
        if child.tag != "item":
            whole = [(e.tag, dict(e.attrib), (e.text or "").strip()) for e in child.iter()]
            found.setdefault(child.tag, []).append(whole)
    return found


def places(about):
    return ["", *(item.guid for item in about.built.feed.item_list)]


def test_every_element_has_an_origin_that_says_something(case):
    """The channel and every item, each element once, in the order of the feed."""
    told, series = case
    about = subject(told, series, told.settings)
    for guid in places(about):
        values = explain(about, guid=guid).values

        assert len(values) == len(shown(about, guid))
        assert [v.element for v in values if v.origin.startswith(UNKNOWN)] == []
        assert all(value.says and value.sentence for value in values)


def test_a_setting_that_makes_a_difference_is_named(case):
    """Whatever changes when a setting goes is explained by that setting."""
    told, series = case
    about = subject(told, series, told.settings)
    for guid in places(about):
        values, before = explain(about, guid=guid).values, shown(about, guid)
        for name, without in less(told.settings, guid):
            try:
                after = shown(subject(told, series, without), guid)
            except (SeriesProblem, StopIteration):
                continue
            for value, (tag, says) in zip(values, before.items(), strict=True):
                if after.get(tag) != says:
                    assert f"the setting {name}" in value.sentence, (name, value)


def less(settings, guid):
    """Yield each setting that is said, and the settings without it."""
    table = settings.episodes.get(guid) if guid else settings
    for field in dataclasses.fields(table) if table else ():
        missing = field.default is dataclasses.MISSING
        empty = field.default_factory() if missing else field.default
        if field.name in LEFT or getattr(table, field.name) == empty:
            continue
        without = dataclasses.replace(table, **{field.name: empty})
        if guid:
            without = dataclasses.replace(settings, episodes={**settings.episodes, guid: without})
        yield field.name, without
