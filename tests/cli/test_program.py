"""The command line as its user meets it: every message, every exit code."""

import json
import os
import subprocess
import sys

import httpx
import pytest

from feedgen.cli import COMMANDS, CommandGroup, program
from tests.projects import COMEDY, GERMAN, SERIAL, edit, make_project

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A folder in which `feedgen demo` was run once, and what it printed."""
    folder = tmp_path_factory.mktemp("newcomer")
    return folder, feedgen(folder, "demo")


def feedgen(folder, *arguments, **environment):
    """Run the command as a program of its own."""
    return subprocess.run(
        [sys.executable, "-m", "feedgen", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_command_is_listed_with_the_first_line_of_its_help():
    """The list is written by hand so that help imports nothing; it must not drift."""
    group = program
    assert isinstance(group, CommandGroup)
    for name, said in COMMANDS.items():
        command = group.get_command(None, name)

        assert command.name == name
        assert command.help.split("\n\n")[0].replace("\n", " ").strip() == said


def test_the_demo_says_everything_a_newcomer_needs(demo):
    """Where each feed lies, which artwork was chosen and why, what to do next."""
    folder, done = demo

    assert done.returncode == 0, done.stderr
    for slug in (SERIAL, GERMAN, COMEDY):
        assert os.path.join("feeds", f"{slug}.xml") in done.stdout
        assert (folder / "feedgen-demo" / "feeds" / f"{slug}.xml").is_file()
    assert "square-3000 is the first choice" in done.stdout
    assert "itunes is the second choice" in done.stdout
    assert "What to do next" in done.stdout
    assert done.stderr.strip() == "published 3, unchanged 0, failed 0"


def test_the_demo_can_be_run_again(demo):
    """A second run finds nothing to do and gives the same bytes."""
    folder, _ = demo
    paths = sorted((folder / "feedgen-demo" / "feeds").glob("*.xml"))
    before = [path.read_bytes() for path in paths]
    done = feedgen(folder, "demo")

    assert done.returncode == 0
    assert done.stderr.strip() == "published 0, unchanged 3, failed 0"
    assert [path.read_bytes() for path in paths] == before


def test_the_demo_does_not_touch_a_folder_of_somebody_else(tmp_path):
    """A folder that holds something else is refused by name."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    done = feedgen(tmp_path, "demo", "full")

    assert done.returncode == 2
    assert "error: full is not empty" in done.stderr
    assert "hint: " in done.stderr
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["thesis.txt"]


def test_publish_without_settings_says_what_to_do(tmp_path):
    """No feedgen.toml: exit 2, what happened, what to do."""
    done = feedgen(tmp_path, "publish")

    assert done.returncode == 2
    assert done.stdout == ""
    error, hint = done.stderr.splitlines()
    assert error.startswith("error: there is no feedgen.toml in ")
    assert error.endswith(str(tmp_path))
    assert "feedgen demo" in hint


def test_publish_as_json_is_one_document(demo):
    """A program reads every outcome from stdout, nothing else is there."""
    folder, _ = demo
    done = feedgen(folder / "feedgen-demo", "publish", "--json")
    outcomes = json.loads(done.stdout)["series"]

    assert done.returncode == 0
    assert {each["series"]: each["result"] for each in outcomes} == dict.fromkeys(
        (SERIAL, GERMAN, COMEDY), "unchanged"
    )
    assert all(each["artwork"]["style"] for each in outcomes)


def test_publish_of_an_unknown_series_names_the_closest(demo):
    """Exit 2, nothing attempted."""
    folder, _ = demo
    done = feedgen(folder, "publish", "salt-and-signals", "--project", "feedgen-demo")

    assert done.returncode == 2
    assert "error: no series 'salt-and-signals'" in done.stderr
    assert "hint: did you mean 'salt-and-signal'?" in done.stderr


def test_one_broken_show_is_exit_4_and_the_others_are_published(tmp_path):
    """The mistake is told with file, line and field on stdout's line and in the details."""
    folder = make_project(tmp_path)
    path = folder / "catalogue" / COMEDY / "episodes" / "001-queues.toml"
    edit(path, "title =", "titel = 1\nreleased_att = 2\ntitle =")
    done = feedgen(folder, "publish")

    assert done.returncode == 4
    assert f"failed     {COMEDY}" in done.stdout
    assert "001-queues.toml:1: titel" in done.stderr
    assert "001-queues.toml:2: released_att" in done.stderr
    assert "published 2, unchanged 0, failed 1 in " in done.stderr.splitlines()[-1]


def test_images_shows_the_decision_with_every_rejected_candidate(demo):
    """The style chosen, why, and why not each other."""
    folder, _ = demo
    done = feedgen(folder, "images", COMEDY, "--project", "feedgen-demo")

    assert done.returncode == 0
    assert "chosen    itunes, 1400 × 1400" in done.stdout
    assert "rejected  square-3000: the image has no asset of this style" in done.stdout


def test_images_as_json_carries_the_same_facts(demo):
    """For a program: style, address, reason, rejected."""
    folder, _ = demo
    done = feedgen(folder, "images", GERMAN, "--project", "feedgen-demo", "--json")
    (cover, *_) = json.loads(done.stdout)["images"]

    assert cover["of"] == "cover of the series"
    assert cover["chosen"]["style"] == "square-3000"
    assert cover["rejected"] == []


def test_images_of_an_unknown_series_is_exit_2(demo):
    """The hint names a series that exists."""
    folder, _ = demo
    done = feedgen(folder, "images", "nothing", "--project", "feedgen-demo")

    assert done.returncode == 2
    assert "hint: " in done.stderr


def test_golden_verify_is_clean_and_works_without_a_project(tmp_path):
    """What ships passes its own golden feeds, anywhere."""
    done = feedgen(tmp_path, "golden", "verify")

    assert done.returncode == 0, done.stdout
    assert " 0 different" in done.stderr


def test_golden_accept_is_refused_where_ci_is_set(tmp_path):
    """Exit 1: the answer is no."""
    done = feedgen(tmp_path, "golden", "accept", CI="true")

    assert done.returncode == 1
    assert "error: golden feeds are not accepted where CI is set" in done.stderr


def test_own_templates_are_judged_by_own_goldens(tmp_path):
    """A wanted change in a template: refused, then accepted into the user's own folder."""
    folder = make_project(tmp_path)
    rss = folder / "mine" / "rss"
    rss.mkdir(parents=True)
    (rss / "additions.xml").write_text(
        "{% macro item(item, feed) %}      <category>extra</category>\n{% endmacro %}\n"
    )
    edit(folder / "feedgen.toml", "[publish]", '[templates]\nfolder = "mine"\n\n[publish]')

    refused = feedgen(folder, "publish")
    assert refused.returncode == 1
    assert "nothing was published" in refused.stderr
    assert not (folder / "feeds").exists()

    (folder / "golden_feeds").mkdir()
    edit(folder / "feedgen.toml", "[publish]", '[golden]\nfolder = "golden_feeds"\n\n[publish]')
    accepted = feedgen(folder, "golden", "accept", CI="")
    assert accepted.returncode == 0, accepted.stderr
    published = feedgen(folder, "publish")
    assert published.returncode == 0, published.stderr
    assert b"<category>extra</category>" in (folder / "feeds" / f"{SERIAL}.xml").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["publsh"], "did you mean 'publish'?"),
        (["publish", "--nonsense"], "--nonsense"),
        (["images", "x", "--at", "yesterday"], "is not a time"),
        (["images", "x", "--at", "0001-01-01T00:00:00+14:00"], "is not a time"),
        (["golden", "verify", "nothing"], "no golden case 'nothing'"),
    ],
)
def test_a_slip_on_the_command_line_is_exit_2(tmp_path, arguments, word):
    """Two lines, no traceback."""
    done = feedgen(tmp_path, *arguments)

    assert done.returncode == 2
    assert word in done.stderr
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


def test_no_colour_where_nobody_looks(demo):
    """Off a terminal the output holds no escape sequences."""
    _, done = demo

    assert "\x1b" not in done.stdout + done.stderr


def test_a_reader_of_stdout_that_has_gone_does_not_end_the_run(tmp_path):
    """`feedgen publish | true` publishes everything and leaves with the run's own code."""
    folder = make_project(tmp_path)
    line = f"set -o pipefail; {sys.executable} -m feedgen publish | true"
    done = subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert {path.name for path in (folder / "feeds").glob("*.xml")} == {
        f"{slug}.xml" for slug in (SERIAL, GERMAN, COMEDY)
    }


def test_no_arguments_show_the_help(tmp_path):
    """Nothing asked for is no error, but nothing was done either."""
    done = feedgen(tmp_path)

    assert done.returncode == 2
    assert done.stderr.startswith("Usage: feedgen")


def test_no_color_is_honoured_on_a_terminal(tmp_path):
    """NO_COLOR switches colour off where colour would be."""
    line = f"{sys.executable} -m feedgen publish"
    plain = {**os.environ, "NO_COLOR": "1"}
    colour = {key: value for key, value in plain.items() if key != "NO_COLOR"}
    shown = [
        subprocess.run(
            ["script", "-qec", line, "/dev/null"], cwd=tmp_path, env=env, capture_output=True
        ).stdout
        for env in (plain, colour)
    ]

    assert b"error: " in shown[0]
    assert b"\x1b[" not in shown[0]
    assert b"\x1b[31m" in shown[1]


def test_serve_can_be_given_a_rate_limit(demo):
    """A client can be tried against 429 with Retry-After; 401 comes before it."""
    folder, _ = demo
    program = subprocess.Popen(
        [sys.executable, "-m", "feedgen", "serve", "--port", "0", "--calls-per-minute", "2"],
        cwd=folder / "feedgen-demo",
        env={**os.environ, "FEEDGEN_SERVE_CREDENTIAL": "me", "FEEDGEN_SERVE_TOKEN": "secret"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address = program.stdout.readline().strip()
        headers = {
            "Authorization": 'Token token="secret", credential="me"',
            "Accept": "application/vnd.api+json",
        }
        answers = [httpx.get(f"{address}series", headers=headers) for _ in range(3)]
        stranger = httpx.get(f"{address}series")
    finally:
        program.terminate()
        program.communicate()

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 59
    assert stranger.status_code == 401
    assert program.returncode == 0
