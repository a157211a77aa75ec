"""The guard's own laws: thresholds, ledger, digests, waves."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from feedgen import guard
from feedgen.guard import Candidate, OnAirFeed, Thresholds
from feedgen.schema import Reader, TomlSource
from feedgen.state import State
from tests.factories import moment
from tests.guard.shows import OTHER, candidate, image, judge, on_air, show


def codes(verdict: guard.Verdict) -> set[str]:
    """Return the codes of a verdict."""
    return {reason.code for reason in verdict.reasons}


def test_thresholds_are_read_from_a_table():
    """Every threshold can stand in feedgen.toml, and shares have bounds."""
    source = TomlSource.parse("gone_share = 0.5\nfew = 0\n", name="feedgen.toml")
    reader = Reader(source)
    found = reader.read(Thresholds, source.data)

    assert found == Thresholds(gone_share=0.5, few=0)

    source = TomlSource.parse("gone_share = 1.5", name="feedgen.toml")
    reader = Reader(source)
    assert reader.read(Thresholds, source.data) is None
    assert "gone_share" in str(reader.mistakes[0])


def test_thresholds_decide():
    """The same edit is held or not as the settings say."""
    after = show().each(lambda e: replace(e, published=False), slice(0, 3))

    assert codes(judge(show(), after)) == {"episodes-withdrawn", "episodes-gone"}
    assert judge(show(), after, withdrawn_at_once=3, gone_share=0.2).decision == "go"


def test_a_guid_that_came_back_is_measured_by_the_ledger():
    """An episode that was away for a while must return under its last guid."""
    away = show().episode(3, published=False)
    back = show().episode(3, guid="another")
    verdict = judge(away, back)

    assert codes(verdict) == {"guid-changed"}
    assert "guid-episode-17" in verdict.reasons[0].sentence
    assert judge(away, show()).decision == "go"


def test_a_guid_that_a_person_let_through_is_not_held_again():
    """What is on air is right, even if it is not the last word of the ledger."""
    known = show().known
    ledger = {**known.ledger, "episode-17": ("guid-episode-17", "tried-once")}

    assert judge(show(), replace(show(), known=replace(known, ledger=ledger))).decision == "go"


def test_an_empty_target_does_not_make_the_ledger_forgotten():
    """After the loss of what was on air half a feed is still half a feed."""
    half = show().without(slice(10, None))

    assert codes(judge(None, half)) == {"guid-vanished"}
    assert judge(None, show()).decision == "go"


def test_a_new_show_may_not_be_another_one():
    """A first feed under the title of another show is held."""
    verdict = judge(None, show().but(series_title=OTHER.title))

    assert codes(verdict) == {"title-of-another-show"}


def test_a_new_show_may_have_the_artwork_of_its_network():
    """Not the first that shares a picture with another."""
    assert judge(None, show().but(series_cover=image("other-show"))).decision == "go"


def test_shows_may_get_a_picture_that_several_have():
    """What two other shows have is a picture of their network; what one has is its own."""
    known = show().known
    twin = replace(OTHER, series_id="series-8", slug="twin", title="Twin", self_url="", name="t")
    twin = replace(twin, podcast_guid="")
    shared = replace(known, others=(OTHER, twin))
    wearing = show().but(series_cover=image("other-show"))

    assert "artwork-of-another-show" in codes(judge(show(), wearing))
    assert judge(show(), replace(wearing, known=shared)).decision == "go"


def test_two_shows_that_were_alike_all_along_are_left_alone():
    """The guard holds changes for the worse, not what has been on air for years."""
    alike = show().but(series_title=OTHER.title)

    assert judge(alike, alike.episode(0, title="Another")).decision == "go"


def test_the_digest_names_the_difference_shown():
    """It is the same for the same difference, and another one as soon as anything else changes."""
    held = show().episode(4, guid="new-guid")
    more = held.episode(0, title="Another")

    assert judge(show(), held).digest == judge(show(), held).digest
    assert judge(show(), held).digest != judge(show(), more).digest
    assert judge(show(), held).digest != judge(more, held).digest
    assert judge(None, held).digest != judge(show(), held).digest


def test_the_digest_does_not_depend_on_the_stamp_of_the_build():
    """The build date alone is no other difference."""
    held = show().episode(4, guid="new-guid")
    stamped = held.episode(0, updated_at=moment(0.01))

    assert held.render() != stamped.render()
    assert judge(show(), held).digest == judge(show(), stamped).digest


def test_the_digest_is_for_one_series():
    """The approval of one show's difference is none for another show."""
    held = show().episode(4, guid="new-guid")
    other = replace(candidate(held), series_id="series-3")

    assert (
        guard.judge(on_air(), other, thresholds=Thresholds(), known=held.known).digest
        != judge(show(), held).digest
    )


@given(old=st.binary(max_size=300), new=st.binary(max_size=300))
def test_no_bytes_make_the_guard_raise(old, new):
    """Whatever lies on air or comes out of a template gets a verdict."""
    verdict = guard.judge(
        OnAirFeed(data=old, name="a.xml"),
        Candidate(series_id="s", slug="a", data=new, name="a.xml", feed_url=""),
        thresholds=Thresholds(),
    )

    assert verdict.held


def test_an_identity_is_what_the_feed_says():
    """Title, addresses, podcast:guid and artwork are read from the bytes on air."""
    found = guard.identity(show().render(), series_id="series-1", slug="x", name="x.xml")

    assert found.title == "Example Show"
    assert found.self_url == "https://feeds.example.com/example-show"
    assert found.artwork == "https://cdn.example.com/art/square-3000.jpg"
    assert len(found.podcast_guid) == 36


def test_few_feeds_need_no_canary():
    """Up to the threshold all feeds go at once, above it the first go alone."""
    slugs = tuple("abcdefg")
    thresholds = Thresholds(canary_above=6, canaries=2)

    assert guard.wave(slugs[:6], thresholds=thresholds) == guard.Wave(first=slugs[:6])
    assert guard.wave(slugs, thresholds=thresholds) == guard.Wave(
        first=("a", "b"), waiting=("c", "d", "e", "f", "g")
    )


def test_the_guard_touches_nothing():
    """Network, command line, database and event loop do not come along in a fresh process."""
    code = (
        "import sys, json; from feedgen import guard;"
        "guard.judge(None, guard.Candidate(series_id='s', slug='s', data=b'', name='s',"
        " feed_url=''), thresholds=guard.Thresholds());"
        "print(json.dumps(list(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    world = {"httpx", "click", "sqlite3", "asyncio", "starlette", "uvicorn", "pyvips", "socket"}

    assert set(json.loads(done.stdout)) & world == set()


def test_an_approval_lets_exactly_the_shown_difference_through_once(tmp_path):
    """From the verdict to the record and back: held, approved, used, held again."""
    at = moment(0)
    verdict = judge(show(), show().episode(4, guid="new-guid"))
    other = judge(show(), show().episode(5, guid="new-guid"))
    with State(tmp_path / "state.sqlite3") as state:
        state.approvals.hold("series-1", "example-show", verdict, at=at)
        state.approvals.approve("series-1", verdict.digest[:12], at=at, by="mira")

        assert not state.approvals.use("series-1", other.digest, at=at)
        assert state.approvals.use("series-1", verdict.digest, at=at)
        assert not state.approvals.use("series-1", verdict.digest, at=at)
