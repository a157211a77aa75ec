"""What is known of a feed beside its bytes, and what it finds in a template that was edited."""

import re
from dataclasses import replace

import pytest

from feedgen import facts, make
from feedgen.check.facts import Facts
from feedgen.check.kept import Verdicts
from feedgen.feed.build import Memory
from feedgen.feed.render import Renderer
from feedgen.shipped import shipped
from tests.factories import (
    NOW,
    make_enclosure,
    make_episode,
    make_series,
    make_settings,
    moment,
)

EPISODES = tuple(make_episode(f"e{n}", released_at=moment(n + 1)) for n in range(4))
DRAFT = make_episode("draft", published=False)
SERIES = make_series(episodes=(*EPISODES, DRAFT))
GUIDS = {episode.id: episode.guid for episode in EPISODES}


def made(renderer=None, series=SERIES, memory=None, **settings):
    plan = make.plan(series, make_settings(**settings), now=NOW)
    enclosures = {
        episode.id: make_enclosure(url=f"https://media.example.com/{episode.id}.mp3")
        for episode in plan.episodes
    }
    return make.feed(
        plan, enclosures=enclosures, memory=memory or Memory(), renderer=renderer or Renderer()
    )


def edited(tmp_path, name, pattern, put):
    """Return a renderer whose template `name` has the first match of `pattern` replaced."""
    text = (shipped("templates") / "rss" / name).read_text()
    changed = re.sub(pattern, lambda _: put, text, count=1, flags=re.DOTALL)
    assert changed != text
    (tmp_path / name).write_text(changed)
    return Renderer([tmp_path])


def rules_broken(call):
    """Return the rules of severity error that keep a feed from being made."""
    with pytest.raises(make.CheckFailed) as caught:
        call()
    return {finding.rule for finding in caught.value.findings}


def test_a_sound_template_breaks_nothing():
    """Every document of every kind of feed passes the rules that go by the source."""
    assert made().report.errors == ()
    assert made(profile="art19-compat").report.errors == ()
    assert made(max_items=2).report.errors == ()
    assert made(page_size=2).report.errors == ()
    assert made(page_size=2, paging="archived").report.errors == ()
    assert "C18" not in {finding.rule for finding in made().report.findings}


def test_a_template_that_writes_another_guid_is_found(tmp_path):
    """The title where the guid belongs: every listener would get every episode again (S02)."""
    renderer = edited(tmp_path, "item.xml", r"\{\{ item\.guid \}\}", "{{ item.title }}")

    assert rules_broken(lambda: made(renderer)) == {"S02"}


def test_a_template_that_leaves_an_episode_out_is_found(tmp_path):
    """An item that is not written is an episode off the air (S04)."""
    renderer = edited(
        tmp_path,
        "feed.xml",
        r"\{% for item in items",
        "{% for item in items if 'Title of e2' not in item",
    )

    assert rules_broken(lambda: made(renderer)) == {"S04"}


def test_a_template_that_writes_an_item_of_its_own_is_found(tmp_path):
    """An item that no episode belongs to was invented (S01)."""
    own = (
        "<item><title>Ad</title><guid isPermaLink='false'>ad-000001</guid><link>https://a.example/"
        "</link><pubDate>Thu, 01 Jan 2026 00:00:00 +0000</pubDate><description>Ad</description>"
        "<enclosure url='https://a.example/ad.mp3' length='99999' type='audio/mpeg'/></item>"
    )
    renderer = edited(tmp_path, "feed.xml", r"</channel>", f"{own}</channel>")

    assert rules_broken(lambda: made(renderer)) == {"S01", "S04"}


def test_a_self_link_that_is_spelt_by_hand_is_warned_about(tmp_path):
    """Subscribers would be led to an address that is not the feed's (C18)."""
    renderer = edited(tmp_path, "channel.xml", r"\{\{ feed\.self_url \}\}", "https://x.example/f")
    found = made(renderer).report.warnings

    assert "C18" in {finding.rule for finding in found}


def test_a_guid_that_changed_is_told_and_left_to_the_guard():
    """The report names both guids (I27), and nothing is raised: a person may approve it."""
    memory = Memory(
        guids={**GUIDS, "e1": "guid-of-before"},
        podcast_guid="917393e3-1b1e-5cef-ace4-edaa54e1f810",
    )
    own = "6f7eee44-887a-5582-8d86-77799ddee723"
    report = made(memory=memory, podcast_guid=own).report

    assert {finding.rule for finding in report.errors} == {"I27"}
    assert {finding.value for finding in report.errors} == {own, "guid-e1"}


def test_no_podcast_guid_is_expected_where_none_is_written():
    """Feeds in the manner of ART19 have none; the one of before is not missed."""
    memory = Memory(podcast_guid="917393e3-1b1e-5cef-ace4-edaa54e1f810", guids=GUIDS)

    assert made(memory=memory, profile="art19-compat").report.errors == ()


def test_an_episode_without_a_guid_keeps_the_one_it_was_published_with():
    """What the feed was built with is what the template must write."""
    nameless = replace(EPISODES[0], guid="")
    series = make_series(episodes=(nameless,))

    assert made(series=series).report.errors == ()
    assert made(series=series, memory=Memory(guids={"e0": "kept"})).report.errors == ()


def test_a_draft_with_the_title_of_an_episode_is_not_taken_for_it():
    """An item that its guid names is nobody else's, whatever they are called."""
    twin = replace(DRAFT, title=EPISODES[0].title)

    assert made(series=make_series(episodes=(twin, *EPISODES))).report.errors == ()


def test_what_only_others_know_is_handed_on():
    """Fingerprints of media come from the caller (N08)."""
    plan = make.plan(SERIES, make_settings(), now=NOW)
    url = "https://media.example.com/e0.mp3"
    also = Facts(fingerprints={url: "b"}, fingerprints_before={url: "a"})
    found = make.feed(
        plan,
        enclosures={e.id: make_enclosure() for e in plan.episodes},
        memory=Memory(),
        renderer=Renderer(),
        also=also,
    )

    assert "N08" in {finding.rule for finding in found.report.warnings}


def test_verdicts_make_no_difference_to_a_feed():
    """Bytes and report are those of a run that keeps nothing."""
    plan = make.plan(SERIES, make_settings(), now=NOW)
    named = {
        "enclosures": {e.id: make_enclosure() for e in plan.episodes},
        "memory": Memory(),
        "renderer": Renderer(),
    }
    verdicts = Verdicts()
    first = make.feed(plan, **named, verdicts=verdicts)
    again = make.feed(plan, **named, verdicts=Verdicts(verdicts.dumps()))

    assert first.report == again.report == make.feed(plan, **named).report
    assert verdicts.changed


def test_line_ends_in_a_guid_are_as_a_parser_gives_them_back():
    """XML turns a carriage return into a line feed; that makes no other guid of it."""
    plan = make.plan(
        make_series(episodes=(replace(EPISODES[0], guid="a\r\nb\rc"),)), make_settings(), now=NOW
    )
    part = make.Document(feed=made().built.feed)
    (episode,) = facts.of(plan, part).episodes

    assert episode.guid == "a\nb\nc"
