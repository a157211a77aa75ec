"""Senders of another make deliver to a hook: Apprise, and the runner of Strapi's webhooks."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from feedgen.state import State
from tests.hooks.serving import SECRET, done, hooked_project, serving
from tests.projects import SERIAL

SENDERS = """
[hooks.apprise]
kind = "generic"
signature = "token"
header = "X-Feedgen"
secret_env = "TEST_HOOK_SECRET"
series = "message"

[hooks.strapi]
kind = "strapi"
secret_env = "TEST_HOOK_SECRET"
"""
# Strapi's own class, from its package, as its server makes and uses it.
STRAPI = """
const createRunner = require(process.argv[1] + '/@strapi/core/dist/services/webhook-runner.js');
const runner = createRunner({
  eventHub: { on() {}, off() {} },
  logger: { error: console.error },
  configuration: { defaultHeaders: { Authorization: 'Bearer ' + process.argv[3] } },
  fetch: globalThis.fetch,
});
runner.run(
  { id: 1, url: process.argv[2], headers: {}, events: ['entry.publish'], isEnabled: true },
  'entry.publish',
  JSON.parse(process.argv[4]),
).then((answer) => console.log(JSON.stringify(answer)));
"""
ENTRY = {
    "model": "episode",
    "uid": "api::episode.episode",
    "entry": {"id": 1, "title": "The Fog", "series": {"id": 2, "slug": SERIAL}},
}

# What a library of somebody else does with Python is not ours to judge.
_QUIETLY = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Yield a server with a hook for each sender."""
    project = hooked_project(tmp_path_factory.mktemp("senders") / "project")
    with (project / "feedgen.toml").open("a", encoding="utf-8") as file:
        file.write(SENDERS)
    with serving(project) as found:
        yield found


def outcome(server, hook):
    """Return what came of the newest request to a hook."""
    with State(server.project / ".feedgen/state.sqlite3") as state:
        found = next(each for each in state.inbox.receipts() if each.hook == hook)
    return done(server, found.id)["series"][0]["outcome"]["result"]


@_QUIETLY
def test_apprise_delivers(server):
    """A message that the library Apprise posts is accepted, and its show is published."""
    import apprise

    address = f"json://127.0.0.1:{server.port}/hooks/apprise?+X-Feedgen={SECRET}"
    sender = apprise.Apprise()
    assert sender.add(address)
    assert sender.notify(body=SERIAL, title="A show changed")
    assert outcome(server, "apprise") in ("published", "unchanged")


@_QUIETLY
def test_apprise_is_told_that_it_was_refused(server):
    """With another token the library reports that its message was not taken."""
    import apprise

    sender = apprise.Apprise()
    sender.add(f"json://127.0.0.1:{server.port}/hooks/apprise?+X-Feedgen=wrong")
    assert not sender.notify(body=SERIAL)


def test_strapi_delivers(server):
    """A change that Strapi's own webhook runner posts is accepted, and its show is published."""
    modules = os.environ.get("FEEDGEN_NODE_MODULES", "")
    if not shutil.which("node") or not (Path(modules) / "@strapi/core").is_dir() or not modules:
        pytest.skip("FEEDGEN_NODE_MODULES names no node_modules with @strapi/core, or no node")
    run = subprocess.run(
        [
            *("node", "-e", STRAPI, str(Path(modules).resolve())),
            *(f"http://127.0.0.1:{server.port}/hooks/strapi", SECRET, json.dumps(ENTRY)),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(run.stdout) == {"statusCode": 202}
    assert outcome(server, "strapi") in ("published", "unchanged")
