"""Realistic accidents, each planted in a show on air: none of them goes on air."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feedgen.errors import SeriesProblem
from tests.factories import make_enclosure, make_episode, make_season, moment
from tests.guard.shows import NOW, OTHER, Show, image, judge, show

Accident = Callable[[Show], Show]
REFUSED = "refused"


def mojibake(text: str) -> str:
    """Return UTF-8 read as Windows-1252, the most common wrong decoding."""
    return text.encode().decode("cp1252")


def other_show(count: int = 20) -> tuple:
    """Return the episodes of another show."""
    return tuple(
        make_episode(f"other-{n}", guid=f"other-{n}", released_at=moment(1 + n), cover=image("x"))
        for n in range(count)
    )


def as_mirror(what: Show) -> Show:
    """Return the show with the audio of neighbours swapped, as an off-by-one does."""
    text = what.render().decode()
    one, two = ("episodes/episode-20.mp3", "episodes/episode-19.mp3")
    text = text.replace(one, "#").replace(two, one).replace("#", two)
    return replace(what, raw=text.encode())


def reversed_items(what: Show) -> Show:
    """Return the show with its items oldest first."""
    head, *items = what.render().decode().split("<item>")
    last, tail = items[-1].split("</item>")
    items[-1] = last + "</item>"
    return replace(what, raw=(head + "".join("<item>" + i for i in items[::-1]) + tail).encode())


ACCIDENTS: dict[str, tuple[str, Accident]] = {
    # the API answers with less than there is
    "a page of episodes is missing": ("guid-vanished", lambda s: s.without(slice(10, None))),
    "the last page has one episode and is missing": (
        "guid-vanished",
        lambda s: s.without(slice(19, 20)),
    ),
    "one episode was deleted": ("guid-vanished", lambda s: s.without(slice(7, 8))),
    "the newest episode is missing": ("guid-vanished", lambda s: s.without(slice(0, 1))),
    "the API has no episodes": (REFUSED, lambda s: s.without(slice(None))),
    "a season was deleted": ("guid-vanished", lambda s: s.without(slice(0, 10))),
    "the cover is missing": (REFUSED, lambda s: s.but(series_cover=None)),
    "all episode covers are missing": ("artwork-lost", lambda s: s.episodes(cover=None)),
    "all notes are blank": (
        "notes-lost",
        lambda s: s.episodes(description="", description_plain=""),
    ),
    "all notes are cut to a teaser": (
        "notes-lost",
        lambda s: s.episodes(description="<p>Read on…</p>", description_plain="Read on…"),
    ),
    "the owner's address is missing": ("element-lost", lambda s: s.but(series_rss_email="")),
    "the genres are missing": (
        REFUSED,
        lambda s: s.but(
            series_classifications=tuple(c for c in s.series.classifications if c.type != "Genre")
        ),
    ),
    "season numbers are missing": ("element-lost", lambda s: s.episodes(season=None)),
    "data of yesterday comes from a stale run": (
        "stale",
        lambda s: replace(s, read_at=NOW - timedelta(days=1)).episode(0, title="Another"),
    ),
    # the API answers with something else
    "two shows are swapped": (
        "title-of-another-show",
        lambda s: s.but(series_title=OTHER.title, series_episodes=other_show()),
    ),
    "the episodes are those of another show": (
        "guid-of-another-show",
        lambda s: s.but(series_episodes=other_show()),
    ),
    "the episodes of another show come in between": (
        "guid-of-another-show",
        lambda s: s.plus(*other_show(3)),
    ),
    "the title is that of another show": (
        "title-of-another-show",
        lambda s: s.but(series_title="the  other SHOW"),
    ),
    "the cover is that of another show": (
        "artwork-of-another-show",
        lambda s: s.but(series_cover=image("other-show")),
    ),
    "titles are decoded wrongly": (
        "garbled",
        lambda s: s.episodes(title=lambda e: mojibake(e.title)),
    ),
    "one title is decoded wrongly": (
        "garbled",
        lambda s: s.episode(3, title=lambda e: mojibake(e.title)),
    ),
    "umlauts are lost": (
        "garbled",
        lambda s: s.but(series_description="<p>\ufffdber Br\ufffdcken.</p>"),
    ),
    "all titles are the show's": ("titles-rewritten", lambda s: s.episodes(title="Example Show")),
    "a third of the titles are one": (
        "titles-rewritten",
        lambda s: s.each(lambda e: replace(e, title="New episode"), slice(0, 7)),
    ),
    "a title is None": ("placeholder", lambda s: s.but(series_title="None")),
    "an episode's title is undefined": ("placeholder", lambda s: s.episode(2, title="undefined")),
    "the language falls back to another": ("language", lambda s: s.set(language="fr")),
    # somebody edits many at once
    "a season is unpublished": (
        "episodes-withdrawn",
        lambda s: s.each(lambda e: replace(e, published=False), slice(10, None)),
    ),
    "two episodes are unpublished": (
        "episodes-withdrawn",
        lambda s: s.each(lambda e: replace(e, published=False), slice(4, 6)),
    ),
    "all but one are premium": (
        "episodes-withdrawn",
        lambda s: s.each(lambda e: replace(e, premium_status="active"), slice(1, None)),
    ),
    "all but one have expired": (
        "episodes-gone",
        lambda s: s.each(lambda e: replace(e, release_end_at=moment(1)), slice(1, None)),
    ),
    "three expire in one night": (
        "episodes-gone",
        lambda s: s.each(lambda e: replace(e, release_end_at=moment(1)), slice(5, 8)),
    ),
    "five are inactive": (
        "episodes-withdrawn",
        lambda s: s.each(lambda e: replace(e, status="archived"), slice(0, 5)),
    ),
    "the back catalogue is postponed": (
        "episodes-withdrawn",
        lambda s: s.each(lambda e: replace(e, released_at=moment(-30)), slice(5, None)),
    ),
    "the limit of items is set to ten": ("episodes-gone", lambda s: s.set(max_items=10)),
    "drafts are all published": (
        "episodes-flood",
        lambda s: s.plus(*(make_episode(f"draft-{n}", cover=image("d")) for n in range(25))),
    ),
    "all are released today": ("dates-moved", lambda s: s.episodes(released_at=moment(0))),
    "all dates move by an hour": (
        "dates-moved",
        lambda s: s.episodes(released_at=lambda e: e.released_at + timedelta(hours=1)),
    ),
    "day and month change places": (
        "dates-moved",
        lambda s: s.each(
            lambda e: replace(e, released_at=e.released_at - timedelta(days=60)), slice(3, 8)
        ),
    ),
    "a date is the beginning of Unix time": (
        "date-implausible",
        lambda s: s.episode(19, released_at=datetime(1970, 1, 1, tzinfo=UTC)),
    ),
    "numbers start at another episode": (
        "numbers-moved",
        lambda s: s.set(
            episodes={
                guid: replace(each, episode_number=(each.episode_number or 0) + 1)
                for guid, each in s.settings.episodes.items()
            }
        ),
    ),
    # guids
    "one guid changes": ("guid-changed", lambda s: s.episode(4, guid="new-guid")),
    "all guids are missing and fall back to ids": (
        "guid-changed",
        lambda s: replace(s, memory=replace(s.memory, guids={})).episodes(guid=""),
    ),
    "all guids have a prefix": (
        "guid-changed",
        lambda s: s.episodes(guid=lambda e: f"gid://art19-episode-locator/{e.guid}"),
    ),
    "two episodes have the same guid": (REFUSED, lambda s: s.episode(4, guid="guid-episode-9")),
    "an episode was made twice": (
        "episode-twice",
        lambda s: s.plus(
            replace(s.series.episodes[0], id="copy", guid="copy", released_at=moment(0.5))
        ).edited(("episodes/copy.mp3", "episodes/episode-20.mp3")),
    ),
    "an import gives every episode a new id and guid": (
        "guid-changed",
        lambda s: s.episodes(guid=lambda e: f"again-{e.id}"),
    ),
    # settings
    "the feed gets another address": (
        "path-moved",
        lambda s: replace(s.set(feed_url="https://feeds.example.com/new"), name="new"),
    ),
    "the path is that of another show": (
        "name-of-another-show",
        lambda s: replace(s, name=OTHER.name),
    ),
    "the self link is that of another show": (
        "self-url-of-another-show",
        lambda s: s.edited(("https://feeds.example.com/example-show", OTHER.self_url)),
    ),
    "podcast:guid is that of another show": (
        "podcast-guid-of-another-show",
        lambda s: s.set(podcast_guid=OTHER.podcast_guid),
    ),
    "podcast:guid changes": (
        "podcast-guid",
        lambda s: s.set(podcast_guid="b8a1ff5a-3b3e-5d2e-9b0e-111111111111"),
    ),
    "the template of audio URLs points elsewhere": (
        "enclosures-moved",
        lambda s: s.set(enclosure_template="https://staging.example.com/{id}.{ext}"),
    ),
    "a measurement prefix goes before all audio": (
        "enclosures-moved",
        lambda s: s.set(enclosure_prefix="https://pfx.example.net/"),
    ),
    "the show is blocked": ("drastic", lambda s: s.set(block=True)),
    "followers are sent elsewhere": (
        "drastic",
        lambda s: s.set(new_feed_url="https://feeds.example.com/elsewhere"),
    ),
    "the show is said to have ended": ("drastic", lambda s: s.set(complete=True)),
    # the probe
    "a login page answers for all audio": (
        "enclosures-moved",
        lambda s: s.edited(('type="audio/mpeg"', 'type="text/html"')),
    ),
    "all durations are unknown": ("element-lost", lambda s: s.probed(duration=None)),
    "all sizes are unknown": ("element-lost", lambda s: s.probed(length=None)),
    "durations are milliseconds": ("durations-jumped", lambda s: s.probed(duration=1_801_000)),
    # an edit of a template
    "a template drops enclosures": (
        "enclosure-lost",
        lambda s: s.edited(("<enclosure ", "<enclosures ")),
    ),
    "a template drops dates": ("element-lost", lambda s: s.edited(("pubDate>", "pubdate>"))),
    "a template drops guids": (
        "guid-changed",
        lambda s: s.edited(("guid>", "guide>"), ("<guid ", "<guide ")),
    ),
    "a template drops titles of items": (
        "element-lost",
        lambda s: s.edited(("<title>Nº", "<name>Nº"), ("Flüsse</title>", "Flüsse</name>")),
    ),
    "a template drops the artwork": (
        "artwork-lost",
        lambda s: s.edited(("<itunes:image ", "<itunes:picture ")),
    ),
    "a template drops chapters": (
        "element-lost",
        lambda s: s.edited(("<podcast:chapters ", "<podcast:chapter ")),
    ),
    "a template declares another namespace": (
        "element-lost",
        lambda s: s.edited(("itunes.com/dtds/podcast-1.0.dtd", "itunes.com/dtds/podcast-2.0.dtd")),
    ),
    "a template drops the language": ("element-lost", lambda s: s.edited(("language>", "lang>"))),
    "a template leaves its own code": (
        "placeholder",
        lambda s: s.edited(("<title>Example Show</title>", "<title>{{ feed.title }}</title>")),
    ),
    "a template escapes ampersands twice": (
        "titles-rewritten",
        lambda s: s.edited((" &amp; Flüsse", " &amp;amp; Flüsse")),
    ),
    "the template turns the order": ("order", reversed_items),
    "the audio of two episodes is swapped": ("enclosures-moved", as_mirror),
    # what comes out is no feed
    "the feed is cut off": ("not-a-feed", lambda s: replace(s, raw=s.render()[:2000])),
    "the feed is empty": ("not-a-feed", lambda s: replace(s, raw=b"")),
    "the feed is an error page": (
        "not-a-feed",
        lambda s: replace(s, raw=b"<!doctype html><html><body>502 Bad Gateway</body></html>"),
    ),
    "the feed has no items": (
        "guid-vanished",
        lambda s: replace(s, raw=s.render().split(b"<item>")[0] + b"</channel></rss>"),
    ),
}


@pytest.mark.parametrize("name", ACCIDENTS)
def test_an_accident_does_not_go_on_air(name):
    """Each is held for its own reason, or no feed can be made at all."""
    code, accident = ACCIDENTS[name]
    if code == REFUSED:
        with pytest.raises(SeriesProblem):
            accident(show()).render()
        return
    verdict = judge(show(), accident(show()))

    assert verdict.held
    assert code in {reason.code for reason in verdict.reasons}, verdict.reasons
    assert all(reason.sentence.endswith((".", "it.")) for reason in verdict.reasons)


def test_there_are_enough_of_them():
    """The matrix is as wide as it is meant to be."""
    assert len(ACCIDENTS) >= 40


def test_enough_of_the_matrix_is_held_by_the_guard_itself():
    """Few accidents are refused before the guard sees them."""
    assert sum(code != REFUSED for code, _ in ACCIDENTS.values()) >= 60


@pytest.mark.parametrize("count", [1, 2, 3])
def test_small_shows_are_guarded_as_well(count):
    """A share of few episodes is no licence to lose one that nothing explains."""
    before = show(count)
    one = before.plus(make_episode("extra", cover=image("extra"), season=make_season(2)))
    verdict = judge(one, before)

    assert {reason.code for reason in verdict.reasons} == {"guid-vanished"}


def test_a_probe_that_fails_for_an_episode_on_air_holds_the_feed():
    """An episode that is due and could not be made has no reason to leave."""
    after = show().edited(*[("<item>", "<item>")])
    cut = after.render().decode()
    start = cut.index("<item>")
    end = cut.index("</item>") + len("</item>")
    verdict = judge(show(), replace(after, raw=(cut[:start] + cut[end:]).encode()))

    assert [reason.code for reason in verdict.reasons] == ["guid-vanished"]


def test_the_old_enclosure_of_one_episode_may_not_be_another_s():
    """The reason names the episode that would play the wrong audio."""
    verdict = judge(show(), as_mirror(show()))

    assert "Nº 20" in verdict.reasons[0].sentence
    assert make_enclosure().url not in verdict.reasons[0].sentence
