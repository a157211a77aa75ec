"""A change of the configuration, a template or feedgen itself: canary first, the rest later."""

from datetime import timedelta

import pytest

from feedgen import config, night
from feedgen.onair import Desk
from feedgen.outcome import exit_code
from tests.projects import NOW, copy_project, edit, feeds, make_shows, publish

SHOWS = 8
LATER, AGAIN = NOW + timedelta(days=1), NOW + timedelta(days=2)
FOOTER = '\n[feed]\nfooter = "<p>A new footer.</p>"\n'


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Eight shows on air; nobody writes into this project."""
    folder = make_shows(tmp_path_factory.mktemp("shows"), SHOWS)
    assert {each.result for each in publish(folder).values()} == {"published"}
    return folder


@pytest.fixture
def project(published, tmp_path):
    """A copy of the published project that may be edited."""
    return copy_project(published, tmp_path / "project")


def say(project, text):
    """Add to feedgen.toml, which alters every feed."""
    path = project / "feedgen.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def with_footer(project):
    return {
        name
        for name, (data, _) in feeds(project).items()
        if name.endswith(".xml") and b"A new footer." in data
    }


def results(outcomes):
    return [outcomes[f"show-{n}"].result for n in range(SHOWS)]


def test_one_feed_goes_first_and_the_rest_in_the_next_run(project):
    """The first is on air and read back; the others stay as they were and are told as held."""
    say(project, FOOTER)
    first = publish(project, now=LATER)
    assert results(first) == ["published"] + ["held"] * (SHOWS - 1)
    assert {reason.code for each in first.values() for reason in each.reasons} == {"canary"}
    assert "show-0 went first" in first["show-3"].reason
    assert exit_code(first.values()) == 4
    assert with_footer(project) == {"show-0.xml"}

    second = publish(project, now=AGAIN)
    assert results(second) == ["unchanged"] + ["published"] * (SHOWS - 1)
    assert len(with_footer(project)) == SHOWS


def test_a_canary_that_was_taken_back_holds_the_rest(project):
    """Who rolls it back has seen something: nothing goes on until the cause is mended."""
    say(project, FOOTER)
    publish(project, now=LATER)
    with night.open_desk(config.load(project), now=LATER) as desk:
        (key,) = [each.key for each in _canaries(desk)]
        desk.rollback(key)
    outcomes = publish(project, now=AGAIN)

    assert results(outcomes) == ["held"] * SHOWS
    assert "taken back" in outcomes["show-5"].reason
    assert with_footer(project) == set()
    # A hook, or somebody who names the show, does not get round it either.
    assert publish(project, "show-5", now=AGAIN)["show-5"].result == "held"

    edit(project / "feedgen.toml", FOOTER, "")
    assert "failed" not in results(publish(project, now=AGAIN + timedelta(days=1)))
    assert with_footer(project) == set()


def _canaries(desk: Desk):
    rows = desk.state.looks._db.execute("select makers from waves").fetchall()
    return [canary for (makers,) in rows for canary in desk.state.looks.canaries(makers)]


def test_a_change_that_reaches_few_waits_for_nobody(published, tmp_path):
    """Up to `canary_above` feeds go in one run, also those that were held back at first."""
    project = copy_project(published, tmp_path / "project")
    say(project, f"\n[guard]\ncanary_above = {SHOWS}\n")
    publish(project)
    say(project, FOOTER)

    assert results(publish(project, now=LATER)) == ["published"] * SHOWS
    assert len(with_footer(project)) == SHOWS


def test_an_editor_is_no_rollout(project):
    """Any number of shows may change their data in one night."""
    for number in range(SHOWS):
        series = project / "catalogue" / f"show-{number}" / "series.toml"
        edit(series, "What happens in show", "What has happened in show")

    assert results(publish(project, now=LATER)) == ["published"] * SHOWS


def test_a_number_of_canaries_can_be_set(project):
    """`canaries` of them go first."""
    say(project, "\n[guard]\ncanaries = 3\n")
    publish(project)
    say(project, FOOTER)

    assert results(publish(project, now=LATER)).count("published") == 3


def test_another_version_that_shows_in_no_feed_holds_nobody(project, monkeypatch):
    """Only the generator stamp differs: that is no change to look at first."""
    monkeypatch.setattr("feedgen.makers.__version__", "9.9.9")

    assert results(publish(project, now=LATER)) == ["unchanged"] * SHOWS
