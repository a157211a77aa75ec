"""What editors do every day goes on air without a person asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from feedgen.settings import EpisodeSettings, Funding
from tests.factories import make_classification, make_credit, make_episode, make_season, moment
from tests.guard.shows import FEED_URL, NOTES, NOW, Show, image, judge, show

Edit = Callable[[Show], Show]


def newer(n: int, **fields) -> object:
    """Return a new episode of the running season."""
    values = {"released_at": moment(0.5), "cover": image(f"new-{n}"), "season": make_season(2)}
    return make_episode(f"new-{n}", **values | fields)


def with_episode(what: Show, index: int, **settings) -> Show:
    """Return the show with other settings of one episode."""
    guid = what.series.episodes[index].guid
    episodes = what.settings.episodes
    return what.set(episodes={**episodes, guid: replace(episodes[guid], **settings)})


EDITS: dict[str, Edit] = {
    "nothing": lambda s: s,
    "a new episode": lambda s: s.plus(newer(1)),
    "a whole season at once": lambda s: s.plus(*(newer(n) for n in range(10))),
    "a trailer": lambda s: s.plus(newer(1, itunes_type="trailer")),
    "a title is corrected": lambda s: s.episode(3, title="Nº 17: Brücken und Flüsse"),
    "three titles are corrected": lambda s: s.each(
        lambda e: replace(e, title=e.title + "!"), slice(3)
    ),
    "a title that is decoded rightly at last": lambda s: s.episode(
        0, title="Nº 20: Žluťoučký kůň"
    ),
    "one word of the notes": lambda s: s.episode(3, description=NOTES.replace("river", "stream")),
    "all notes get a footer": lambda s: s.set(footer="<p>Our house rules: example.com</p>"),
    "notes of one episode become short": lambda s: s.episode(3, description="<p>Short.</p>"),
    "the show is renamed": lambda s: s.but(series_title="Example Show: Rivers"),
    "the show is described anew": lambda s: s.but(series_description="<p>About all of it.</p>"),
    "a new cover": lambda s: s.but(series_cover=image("new-cover")),
    "a new cover of one episode": lambda s: s.episode(5, cover=image("new-5")),
    "one episode loses its own cover": lambda s: s.episode(5, cover=None),
    "another host": lambda s: s.but(series_credits=(make_credit(name="Bo Li"),)),
    "no host": lambda s: s.but(series_credits=()),
    "another author": lambda s: s.set(author="Example Media"),
    "another address of the owner": lambda s: s.but(series_rss_email="new@example.com"),
    "another web page": lambda s: s.but(series_website_url="https://www.example.com/new"),
    "another copyright line": lambda s: s.but(series_rss_copyright="2027 Example"),
    "another category": lambda s: s.set(categories=("Science",)),
    "one more category": lambda s: s.but(
        series_classifications=(
            *s.series.classifications,
            make_classification(value="Comedy", position=2),
        )
    ),
    "the show is explicit": lambda s: s.set(explicit=True),
    "the language is more exact": lambda s: s.set(language="en-GB"),
    "keywords": lambda s: s.set(keywords=("rivers", "maps")),
    "funding": lambda s: s.set(funding=(Funding(url="https://example.com/give", label="Give"),)),
    "a hub": lambda s: s.set(websub_hub="https://hub.example.com/"),
    "podping": lambda s: s.set(podping=True),
    "serial instead of episodic": lambda s: s.set(itunes_type="serial"),
    "an episode is unpublished": lambda s: s.episode(3, published=False),
    "the newest episode is unpublished": lambda s: s.episode(0, published=False),
    "an episode becomes premium": lambda s: s.episode(3, premium_status="active"),
    "an episode expires": lambda s: s.episode(19, release_end_at=moment(0.1)),
    "two of twenty expire": lambda s: s.each(
        lambda e: replace(e, release_end_at=moment(0.1)), slice(18, 20)
    ),
    "one comes, one expires": lambda s: s.episode(19, release_end_at=moment(0.1)).plus(newer(1)),
    "one audio file is replaced": lambda s: s.episode(3, file_name="episode-17-v2.m4a"),
    "the audio of one episode gets another address": lambda s: with_episode(
        s, 3, enclosure_url="https://media.example.com/corrected.mp3"
    ),
    "one date is corrected": lambda s: s.episode(
        19, released_at=s.series.episodes[19].released_at - timedelta(days=1)
    ),
    "two dates are corrected": lambda s: s.each(
        lambda e: replace(e, released_at=e.released_at - timedelta(hours=3)), slice(18, 20)
    ),
    "an old episode comes out again": lambda s: s.episode(19, released_at=moment(0.2)),
    "advertisements change every size": lambda s: s.probed(length=28_123_456),
    "advertisements change every duration": lambda s: s.probed(duration=1899),
    "one number is corrected": lambda s: with_episode(s, 3, episode_number=99),
    "chapters of one episode go": lambda s: with_episode(s, 3, chapters_url=None),
    "an episode is explicit": lambda s: with_episode(s, 3, explicit=True),
    "an episode gets keywords": lambda s: with_episode(s, 3, keywords=("one", "two")),
    "data is read later": lambda s: replace(s, read_at=NOW + timedelta(hours=1)),
    "a season gets a name": lambda s: s.each(
        lambda e: replace(e, season=make_season(2, title="The Sea")), slice(10)
    ),
    "elements change places": lambda s: s.edited(("<rss ", '<rss xmlns:x="urn:x" ')),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_harmless_edit_goes(name):
    """The feed changes, or stays as it is, and nobody is asked."""
    verdict = judge(show(), EDITS[name](show()))

    assert verdict.reasons == ()
    assert verdict.decision == "go"


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize(
    "edit",
    [
        lambda s: s.plus(newer(1)),
        lambda s: s.episode(0, title="Another"),
        lambda s: s.episode(0, description="<p>Short.</p>"),
        lambda s: s.episode(0, file_name="other.m4a"),
        lambda s: s.episode(0, cover=image("z")),
    ],
)
def test_small_shows_may_be_edited(count, edit):
    """With one, two or three episodes a single edit is not yet "in bulk"."""
    assert judge(show(count), edit(show(count))).reasons == ()


def test_one_of_two_episodes_may_expire():
    """One episode may always leave for a reason the data gives, whatever its share."""
    after = show(2).episode(1, release_end_at=moment(0.1))

    assert judge(show(2), after).reasons == ()


def test_a_first_publication_goes():
    """With nothing on air there is nothing to lose."""
    what = show()
    fresh = replace(what, known=replace(what.known, ledger={}))

    assert judge(None, fresh).reasons == ()


def test_a_feed_with_a_limit_keeps_it():
    """When a new episode comes the oldest makes room."""
    before = show().set(max_items=10)

    assert judge(before, before.plus(newer(1), newer(2), newer(3))).reasons == ()


def test_what_is_broken_on_air_may_be_replaced():
    """An error page on air is no feed to be measured by."""
    broken = replace(show(), raw=b"<html>502</html>")

    assert judge(broken, show()).reasons == ()


def test_settings_of_an_episode_may_name_its_address():
    """The fixture itself is sound: the same show twice does not differ at all."""
    verdict = judge(show(), show())

    assert verdict.changes == ()
    assert show().settings.feed_url == FEED_URL
    assert isinstance(next(iter(show().settings.episodes.values())), EpisodeSettings)
