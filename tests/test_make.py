"""From the model to judged bytes, without a network."""

from dataclasses import replace

import pytest

from feedgen import check, make
from feedgen.feed.build import Memory
from feedgen.feed.render import Renderer
from feedgen.feed.tags import Chapter
from tests.factories import (
    NOW,
    make_enclosure,
    make_episode,
    make_series,
    make_settings,
)

SERIES = make_series(episodes=tuple(make_episode(f"e{n}") for n in range(5)))


def made(settings=None, memory=None, series=SERIES, **others):
    plan = make.plan(series, settings or make_settings(), now=NOW)
    enclosures = {episode.id: make_enclosure() for episode in plan.episodes}
    return make.feed(
        plan, enclosures=enclosures, memory=memory or Memory(), renderer=Renderer(), **others
    )


def test_a_whole_feed_is_one_document():
    """Its bytes are what was judged."""
    found = made()

    assert found.further == ()
    assert check.run(found.data, now=NOW).errors == ()
    assert found.data.count(b"<item>") == 5


@pytest.mark.parametrize("profile", ["modern", "art19-compat"])
@pytest.mark.parametrize("paging", ["paged", "archived"])
def test_every_document_of_a_split_feed_passes_the_checks(paging, profile):
    """Each is a valid feed of its own that links to another; together they hold every item."""
    settings = make_settings(page_size=2, paging=paging, profile=profile)
    plan = make.plan(SERIES, settings, now=NOW)
    found = made(settings)
    datas = [found.data] + [make.document(d, plan, Renderer())[0] for d in found.further]

    assert [data.count(b"<item>") for data in datas] in ([2, 2, 1], [1, 2, 2])
    assert [data.count(b"<fh:archive") for data in datas] == (
        [0, 1, 1] if paging == "archived" else [0, 0, 0]
    )
    assert all(data.count(b"<atom:link") > 1 for data in datas)
    assert all(check.run(data, now=NOW, profile=profile).errors == () for data in datas)


def test_archives_are_remembered_under_the_address_of_the_feed():
    """The next build takes them as they were written."""
    settings = make_settings(page_size=2, paging="archived")
    first = made(settings)
    again = made(settings, first.built.memory)

    assert [len(each) for each in first.built.memory.archives[settings.feed_url]] == [2, 2]
    assert [each.frozen for each in first.further] == [False, False]
    assert [each.frozen for each in again.further] == [True, True]
    assert again.built.memory == first.built.memory


def test_marks_of_a_media_file_are_chapters_unless_somebody_wrote_others():
    """The settings win over the file."""
    marks = {"e0": (Chapter(start=0, title="From the file"),)}
    settings = make_settings(chapters_template="https://feeds.example.com/c/{sha256}.json")
    (file,) = made(settings, marks=marks).built.files

    assert b"From the file" in file.data
    assert file.url.startswith("https://feeds.example.com/c/")


def test_a_feed_that_breaks_a_rule_is_not_made():
    """The rule is named."""
    series = replace(SERIES, cover=None)
    with pytest.raises(make.SeriesProblem, match="no cover image"):
        made(series=series)
