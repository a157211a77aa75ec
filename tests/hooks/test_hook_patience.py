"""The worker over a hosted account: who waits for a change, for how long, and who does not."""

import asyncio
import contextlib
import threading
from datetime import UTC, datetime

import pytest

from feedgen import config
from feedgen.embedded import content_service
from feedgen.hooks.attend import patience_of
from feedgen.hooks.worker import Worker
from feedgen.inbox import Changed, Work
from feedgen.state import State, now
from tests.loopback import listening
from tests.projects import edit, make_shows, publish

SECRET = "s3cret-of-the-account"
SHOWS = 7
HOOKS = """
[hooks.patient]
secret_env = "X"
patience = 60

[hooks.hasty]
secret_env = "X"
patience = 0.2
"""


@pytest.fixture
def account(tmp_path, monkeypatch):
    """Yield a catalogue and a project that reads it over the network, with its feeds on air."""
    monkeypatch.setenv("FEEDGEN_ART19_CREDENTIAL", "tester")
    monkeypatch.setenv("FEEDGEN_ART19_TOKEN", SECRET)
    here = make_shows(tmp_path / "here", SHOWS)
    publish(here)
    served = content_service(config.load(here), {"tester": SECRET}, now, live=True)
    with served as service, listening(service.app) as url:
        project = tmp_path / "there"
        project.mkdir()
        (project / "feedgen.toml").write_text(
            f'[art19]\nurl = "{url}"\nrequests_per_minute = 60000\n[publish]\nfolder = "feeds"\n'
            'url = "https://podcasts.example.com"\n[feed]\nprobe_media = false\n'
            'enclosure_template = "https://podcasts.example.com/media/episodes/{id}.{ext}"\n'
            + HOOKS,
            encoding="utf-8",
        )
        told = publish(project, now=now())
        assert {each.result for each in told.values()} == {"published"}
        yield here, project


@contextlib.asynccontextmanager
async def working(project):
    """Yield a way to report a change to a worker, and the inbox."""
    with State(project / ".feedgen" / "state.sqlite3") as state:
        ids = {each.slug: each.series_id for each in state.all_on_air()}
        async with Worker(config.load(project)) as worker:

            def report(slug, hook):
                changed = [Changed(series=ids[slug], slug=slug)]
                accepted = state.inbox.accept(changed, hook=hook, now=datetime.now(UTC))
                worker.nudge()
                return accepted.receipt.id

            yield report, state.inbox


async def done(inbox, receipt, *, within):
    """Return the outcome of a receipt."""
    async with asyncio.timeout(within):
        while (found := inbox.receipt(receipt)).state != "done":
            await asyncio.sleep(0.05)
    return found.parts[0].outcome


def codes(outcome):
    """Return the codes of what is noted of the waiting in an outcome."""
    return {note["code"] for note in outcome["notes"]} & {"waited-for-api", "not-fresh"}


def test_many_that_wait_for_the_api_hold_up_nobody(account):
    """A change that can be seen is on air at once, however many others can not be seen yet."""
    here, project = account

    async def work():
        async with working(project) as (report, inbox):
            waiting = [report(f"show-{number}", "patient") for number in range(SHOWS - 1)]
            async with asyncio.timeout(20):
                while any(inbox.receipt(each).state == "queued" for each in waiting):
                    await asyncio.sleep(0.05)
            last = f"show-{SHOWS - 1}"
            path = here / "catalogue" / last / "episodes" / "1.toml"
            edit(path, "Episode 1 of", "Seen at once:")
            outcome = await done(inbox, report(last, "patient"), within=10)
            assert outcome["result"] == "published"
            assert all(inbox.receipt(each).state == "running" for each in waiting)
            for number in range(SHOWS - 1):
                path = here / "catalogue" / f"show-{number}" / "episodes" / "1.toml"
                edit(path, "Episode 1 of", "Seen late:")
            for each in waiting:
                outcome = await done(inbox, each, within=20)
                assert (outcome["result"], codes(outcome)) == ("published", {"waited-for-api"})

    asyncio.run(work())


def test_a_hook_is_as_patient_as_its_own_settings_say(account):
    """Another hook that is more patient makes it wait no longer, and a retry does not wait."""
    _, project = account

    async def work():
        async with working(project) as (report, inbox):
            outcome = await done(inbox, report("show-0", "hasty"), within=15)
            assert (outcome["result"], codes(outcome)) == ("unchanged", {"not-fresh"})

    asyncio.run(work())


@pytest.mark.parametrize(
    ("hooks", "seconds"),
    [
        ({"patient"}, 60.0),
        ({"hasty"}, 0.2),
        ({"hasty", "patient"}, 60.0),
        ({"command"}, 60.0),
        (set(), 0.0),
    ],
)
def test_patience_is_that_of_the_hooks_that_asked(tmp_path, hooks, seconds):
    """The most patient of them; nobody waits for a change that nobody reported."""
    project = make_shows(tmp_path, 0)
    with (project / "feedgen.toml").open("a", encoding="utf-8") as file:
        file.write(HOOKS)
    work = Work(series="a", slug="a", run=1, generation=1, owner="us", hooks=frozenset(hooks))
    assert patience_of(config.load(project), work) == seconds
    (project / "feedgen.toml").write_text(
        (project / "feedgen.toml").read_text(encoding="utf-8").replace(HOOKS, ""), encoding="utf-8"
    )
    assert patience_of(config.load(project), work) == (20.0 if hooks else 0.0)


def test_a_sender_does_not_wait_until_a_large_catalogue_is_read(tmp_path):
    """While the worker is busy a name is taken as it is; as soon as it is free it is looked up."""
    project = make_shows(tmp_path / "project", 1)
    publish(project)
    free = threading.Event()

    async def work():
        async with Worker(config.load(project)) as worker:
            worker._loop.call_soon_threadsafe(free.wait)
            try:
                async with asyncio.timeout(10):
                    soon = await worker.resolve(("show-0", "no-show"))
            finally:
                free.set()
            return soon, await worker.resolve(("show-0", "no-show"))

    soon, later = asyncio.run(work())
    assert soon == {name: Changed(series=name, slug=name) for name in ("show-0", "no-show")}
    assert later["no-show"] is None
    assert later["show-0"].slug == "show-0" != later["show-0"].series
