"""The sample files: each is one that its reader understands, and calls commands there are."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import click
import pytest

from feedgen.cli import program
from feedgen.cli.samples import SAMPLES
from feedgen.publish.headers import FEED_AGE, FOR_EVER, PRIVATE_AGE, cache_control, content_type
from feedgen.report.metrics import metrics
from feedgen.standing import LastRun
from tests.cli.program import feedgen
from tests.report.made import AT, make_standing

UNITS = ("feedgen.service", "feedgen.timer", "feedgen-serve.service")
_INSTALLED = "/opt/feedgen/bin/feedgen"


def read(name: str) -> str:
    """Return a sample."""
    return (SAMPLES / name).read_text(encoding="utf-8")


def unit(name: str) -> configparser.ConfigParser:
    """Return a unit as systemd groups it; a key may stand in it several times."""
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.optionxform = str
    parser.read_string(read(name))
    return parser


def understood(line: list[str]) -> None:
    """Let click take a command line apart, group and command, without running it."""
    with program.make_context("feedgen", list(line)) as context:
        with warnings.catch_warnings():
            # click 8 keeps the name of the command apart, click 9 will not.
            warnings.simplefilter("ignore", DeprecationWarning)
            given = [*getattr(context, "protected_args", ()), *context.args]
        name, command, rest = program.resolve_command(context, given)
        with command.make_context(name, list(rest), parent=context):
            pass


def commands_in(text: str) -> list[list[str]]:
    """Return every call of feedgen in a sample."""
    found = re.findall(rf"{_INSTALLED} ([^|>\n]+)", text)
    return [shlex.split(each) for each in found]


def test_the_program_lists_and_copies_them(tmp_path):
    """Their places without a folder; with one, copies, and what is there already is kept."""
    listed = feedgen(tmp_path, "samples")
    first = feedgen(tmp_path, "samples", "deploy")
    (tmp_path / "deploy" / "feedgen.cron").write_text("mine")
    again = feedgen(tmp_path, "samples", "deploy", "--only", "feedgen.cron")

    assert [Path(line).name for line in listed.stdout.splitlines()] == sorted(
        path.name for path in SAMPLES.iterdir()
    )
    assert all(line.startswith("written  deploy") for line in first.stdout.splitlines())
    assert again.stdout.startswith("kept     deploy")
    assert (tmp_path / "deploy" / "feedgen.cron").read_text() == "mine"
    assert {path.name for path in (tmp_path / "deploy").iterdir()} == {
        path.name for path in SAMPLES.iterdir()
    }


def test_a_sample_there_is_not_names_the_closest(tmp_path):
    """Exit 2."""
    done = feedgen(tmp_path, "samples", "--only", "feedgen.servis")

    assert done.returncode == 2
    assert "did you mean 'feedgen.service'?" in done.stderr


def test_every_sample_is_described():
    """The README names each file, and only files there are."""
    named = set(
        re.findall(
            r"`([\w.-]+\.(?:cron|service|timer|conf|yaml|prom)|environment|Containerfile)`",
            read("README.md"),
        )
    )

    assert named - {"feedgen.prom"} == {path.name for path in SAMPLES.iterdir()} - {"README.md"}


@pytest.mark.parametrize("name", ["feedgen.cron", *UNITS])
def test_every_command_in_them_exists(name):
    """Names, options and values are those of the program."""
    lines = commands_in(read(name))

    assert lines or name.endswith(".timer")
    for line in lines:
        understood(line)


def test_the_container_runs_a_command_there_is_and_not_as_root():
    """ENTRYPOINT and CMD together are a call of the program; the user has a number."""
    text = read("Containerfile")
    arguments = re.search(r"^CMD (\[.*\])$", text, re.MULTILINE)[1]

    understood(shlex.split(arguments.strip("[]").replace(",", " ")))
    assert re.search(r"^USER \d{4,}:\d{4,}$", text, re.MULTILINE)
    assert 'ENTRYPOINT ["feedgen"]' in text


@pytest.mark.parametrize("name", UNITS)
def test_the_units_are_units(name):
    """They parse; a service may write into its project and nowhere else."""
    found = unit(name)
    if name.endswith(".timer"):
        assert found["Timer"]["Persistent"] == "true"
        return
    service = found["Service"]
    assert service["ProtectSystem"] == "strict"
    assert service["ReadWritePaths"] == service["WorkingDirectory"]
    assert service["NoNewPrivileges"] == "yes"
    assert service["User"] not in ("", "root")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
@pytest.mark.filterwarnings("default")
def test_systemd_understands_the_units(tmp_path):
    """`systemd-analyze verify` has nothing to say about them."""
    for name in UNITS:
        (tmp_path / name).write_text(read(name).replace(_INSTALLED, sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name in UNITS)],
        capture_output=True,
        text=True,
    )

    said = [line for line in done.stderr.splitlines() if "feedgen" in line]
    assert (done.returncode, said) == (0, [])


@pytest.mark.skipif(shutil.which("nginx") is None, reason="there is no nginx here")
def test_nginx_understands_its_lines(tmp_path):
    """`nginx -t` takes them inside a server."""
    path = tmp_path / "nginx.conf"
    path.write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {tmp_path}; proxy_temp_path {tmp_path};\n"
        f"server {{ listen 127.0.0.1:8099;\n{read('nginx.conf')}\n}} }}\n"
    )
    done = subprocess.run(
        [shutil.which("nginx"), "-t", "-q", "-c", str(path), "-p", str(tmp_path)],
        capture_output=True,
        text=True,
        env=os.environ,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_nginx_serves_the_types_and_ages_of_an_object_store():
    """A file is the same to its reader wherever it is published."""
    text = read("nginx.conf")
    block = re.search(r"types \{(.*?)\}", text, re.DOTALL)[1]
    types = {
        ending: kind
        for kind, endings in re.findall(r"(\S+/\S+) ([^;]+);", block)
        for ending in endings.split()
    }
    said = {ending: content_type(f"x.{ending}").partition(";")[0] for ending in types}

    assert {"xml", "json", "jpg", "png", "mp3"} <= types.keys()
    assert types == said
    for name in ("media/images/a.jpg", "media/chapters/a.json", "a.xml", "media/episodes/a.mp3"):
        place = r"^/media/(images|chapters)/"
        for_ever = re.search(place, f"/{name}") is not None
        assert place in text
        assert (cache_control(name) == FOR_EVER) == for_ever
    assert "location /private/" in text
    assert cache_control("private/a.xml") == PRIVATE_AGE
    assert text.count(FOR_EVER) == text.count(FEED_AGE) == text.count(PRIVATE_AGE) == 1


def test_alerts_ask_for_metrics_there_are():
    """Every name in an expression is written by a run."""
    yaml = pytest.importorskip("yaml")
    rules = yaml.safe_load(read("alerts.yaml"))["groups"][0]["rules"]
    last = LastRun(ended_at=AT, seconds=1.0, exit_code=0, whole_at=AT)
    written = metrics([make_standing()], last).decode()

    assert len(rules) >= 4
    for rule in rules:
        names = re.findall(r"feedgen_\w+", rule["expr"])
        assert names
        assert [name for name in names if f"# TYPE {name} gauge" not in written] == []
        for line in (*re.findall(r"feedgen ([a-z]+[^;\"]*)", rule["annotations"]["action"]),):
            understood(shlex.split(line.replace("{{ $labels.series }}", "daily-news")))


def test_the_environment_names_variables_the_program_reads():
    """A name that nobody reads would be a secret that never arrives."""
    names = re.findall(r"^#(FEEDGEN_\w+)=", read("environment"), re.MULTILINE)
    package = SAMPLES.parent
    source = "".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))

    assert names
    assert [name for name in names if f'"{name}"' not in source] == []


def test_help_shows_examples_for_every_command():
    """Somebody who has forgotten the options finds a line to copy, and it works."""
    context = click.Context(program, info_name="feedgen")
    for name in program.list_commands(context):
        command = program.get_command(context, name)
        text = command.help
        assert "Examples:" in text, name
        for line in re.findall(r"^\s+feedgen (\S.*?)(?:\s{2,}.*|\s>.*)?$", text, re.MULTILINE):
            understood(shlex.split(line))
