"""A project with something of everything, and a server over it."""

from datetime import UTC, datetime, timedelta

import pytest

from feedgen.inbox import Changed
from feedgen.state import State
from tests.projects import COMEDY, GERMAN, NOW, SERIAL, copy_project, edit, make_project, publish
from tests.web.serving import HOOKS, SECRET, STANDARD, served


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Return a project: one show on air, one held after two versions, one that fails.

    The one that is held has a feed of the newest episodes and a private feed.
    """
    project = make_project(tmp_path_factory.mktemp("web") / "project")
    shows = project / "catalogue"
    with (shows / SERIAL / "series.toml").open("a", encoding="utf-8") as file:
        file.write("\n[feed.feeds.newest]\nmax_items = 2\n")
        file.write("\n[feed.feeds.supporters]\nprivate = true\n")
    publish(project, now=NOW)
    edit(shows / SERIAL / "episodes" / "s2e1.toml", "Fog Over the Estuary", "Fog & Horns")
    publish(project, SERIAL, now=NOW + timedelta(days=1))
    (shows / SERIAL / "episodes" / "s1-bonus.toml").unlink()
    edit(shows / COMEDY / "series.toml", 'language = "en-GB"', 'language = "xx-nonsense"')
    told = publish(project, now=NOW + timedelta(days=2))
    assert {slug: outcome.result for slug, outcome in told.items()} == {
        SERIAL: "held",
        COMEDY: "failed",
        GERMAN: "unchanged",
    }
    return project


@pytest.fixture(scope="session")
def house(made):
    """Return a server that is only looked at."""
    with served(made) as server:
        yield server


@pytest.fixture
def project(made, tmp_path):
    """Return a copy of the project that a test may change."""
    return copy_project(made, tmp_path / "project")


@pytest.fixture
def own(project):
    """Return a server over a project of its own."""
    with served(project) as server:
        yield server


def with_hooks(made, folder):
    """Return a copy of a project with three hooks, one of them without its secret."""
    project = copy_project(made, folder / "project")
    with (project / "feedgen.toml").open("a", encoding="utf-8") as file:
        file.write(HOOKS)
    return project


@pytest.fixture(scope="module")
def working(made, tmp_path_factory):
    """Return a server that publishes."""
    project = with_hooks(made, tmp_path_factory.mktemp("working"))
    with served(project, CMS_SECRET=SECRET, STANDARD_SECRET=STANDARD) as server:
        yield server


@pytest.fixture(scope="module")
def looking(made, tmp_path_factory):
    """Return a server that does not publish, over shows that wait for it in every way."""
    project = with_hooks(made, tmp_path_factory.mktemp("looking"))
    now = datetime.now(UTC)
    with State(project / ".feedgen" / "state.sqlite3") as state:
        ids = {v.identity.slug: v.identity.series_id for v in state.history.last()}
        for slug in (GERMAN, COMEDY, SERIAL):
            changed = [Changed(series=ids[slug], slug=slug)]
            state.inbox.accept(changed, hook="cms", now=now)
        work = state.inbox.take("us", now=now, alive=lambda _: True, only=(ids[COMEDY],))
        state.inbox.finish(work, now=now, outcome={"result": "failed"}, exit_code=4, failed=True)
        state.inbox.take("us", now=now, alive=lambda _: True, only=(ids[GERMAN],))
        state.inbox.accept([Changed(series="who", slug="who-is-this")], hook="cms", now=now)
    with served(project, "--no-publish", CMS_SECRET=SECRET) as server:
        yield server
