"""feedgen publish as cron, a program and a person at a terminal meet it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree, html

from tests.cli.program import feedgen
from tests.cli.published import add_private_feed, hold, on_air, report_into, retitle
from tests.projects import COMEDY, GERMAN, SERIAL, copy_project, feeds, make_project, publish


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A project that was published; nobody writes into it."""
    folder = make_project(tmp_path_factory.mktemp("published"))
    publish(folder)
    return folder


@pytest.fixture
def project(published, tmp_path):
    """A copy that may be written into."""
    return copy_project(published, tmp_path / "project")


def state_of(folder: Path) -> list[object]:
    """Return everything the state remembers, row by row."""
    import sqlite3

    with sqlite3.connect(folder / ".feedgen" / "state.sqlite3") as db:
        names = [row[0] for row in db.execute("select name from sqlite_master where type='table'")]
        found = [(name, db.execute(f"select * from {name}").fetchall()) for name in sorted(names)]
    db.close()
    return found


def test_the_document_is_the_whole_report(project):
    """Outcomes, differences, times, exit code: everything the page has, for a program."""
    retitle(project, "A new title")
    done = feedgen(project, "publish", "--json")
    told = json.loads(done.stdout)
    series = {each["series"]: each for each in told["series"]}

    assert done.returncode == told["exit_code"] == 0
    assert series[SERIAL]["result"] == "published"
    assert any("to “A new title”" in each["sentence"] for each in series[SERIAL]["changes"])
    assert series[GERMAN]["changes"] == []
    assert told["summary"] in done.stderr


def test_a_rehearsal_shows_the_differences_and_changes_nothing(project):
    """Feeds, their times of change and the state stay as they were."""
    retitle(project, "A new title")
    before, remembered = feeds(project), state_of(project)
    done = feedgen(project, "publish", "--dry-run")

    assert done.returncode == 0
    assert f"would go    {SERIAL}" in done.stdout
    assert "  “A new title”: the title changed from “Fog Over the Estuary”" in done.stdout
    assert "would be published 1, unchanged 2" in done.stderr
    assert feeds(project) == before
    assert state_of(project) == remembered


def test_a_rehearsal_of_a_new_show_says_so(tmp_path):
    """There is nothing to compare with; nothing is written, not even the folder of the feeds."""
    folder = make_project(tmp_path)
    done = feedgen(folder, "publish", COMEDY, "--dry-run")

    assert done.returncode == 0
    assert "  is new, with 2 episodes" in done.stdout
    assert not (folder / "feeds").exists()


def test_a_rehearsal_says_what_would_be_held(project):
    """Exit 4, as the run itself would end."""
    hold(project)
    done = feedgen(project, "publish", "--dry-run")

    assert done.returncode == 4
    assert f"would hold  {SERIAL}" in done.stdout
    assert "  held: 4 of 7 episodes would leave the feed" in done.stdout


def test_progress_is_one_line_on_a_terminal_alone(project):
    """Drawn over and gone at the end; off a terminal, with -q or --json it is not there."""
    terminal = feedgen(project, "publish", terminal=True)
    quiet = feedgen(project, "-q", "publish", terminal=True)
    document = feedgen(project, "publish", "--json", terminal=True)
    piped = feedgen(project, "publish")

    assert "\r\x1b[K0 of 3 series" in terminal.stdout
    assert "3 of 3 series  unchanged 3" in terminal.stdout
    last = terminal.stdout.rpartition("\x1b[K")[2]
    assert last.startswith("published 0, unchanged 3")
    assert "series  " not in quiet.stdout
    assert "unchanged 3" not in quiet.stdout
    assert "\x1b[K" not in document.stdout + piped.stdout + piped.stderr


def test_a_second_run_waits_for_the_first_if_it_is_told_to(project):
    """Without --wait it leaves with exit 3 and a hint; with it, it does its work afterwards."""
    holder = (
        "import asyncio, sys; from pathlib import Path; from feedgen.state import only_run\n"
        "async def main():\n"
        "    async with only_run(Path('.feedgen')):\n"
        "        print('held', flush=True); sys.stdin.readline()\n"
        "asyncio.run(main())"
    )
    program = subprocess.Popen(
        [sys.executable, "-c", holder],
        cwd=project,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert program.stdout.readline() == "held\n"
        refused = feedgen(project, "publish")
        waiting = subprocess.Popen(
            [sys.executable, "-m", "feedgen", "publish", "--wait", "60"],
            cwd=project,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(2)
    finally:
        program.communicate("\n")
    _, said = waiting.communicate(timeout=60)

    assert refused.returncode == 3
    assert "another run is publishing" in refused.stderr
    assert "--wait SECONDS" in refused.stderr
    assert waiting.returncode == 0
    assert "unchanged 3" in said


def test_a_run_leaves_its_report(project):
    """Page, document, list of feeds and metrics, as [report] says."""
    report_into(project)
    hold(project)
    done = feedgen(project, "publish")
    folder = project / "report"

    assert done.returncode == 4
    assert {path.name for path in folder.iterdir()} == {
        "report.html",
        "report.json",
        "feeds.opml",
        "feedgen.prom",
    }
    page = html.document_fromstring((folder / "report.html").read_bytes())
    (article,) = page.xpath(f"//article[@id='{SERIAL}']")
    assert "feedgen approve" in article.text_content()
    told = json.loads((folder / "report.json").read_text())
    assert told["exit_code"] == 4
    urls = etree.parse(folder / "feeds.opml").xpath("//outline/@xmlUrl")
    assert sorted(urls) == [
        f"https://podcasts.example.com/{slug}.xml" for slug in (SERIAL, COMEDY, GERMAN)
    ]
    assert (
        f'feedgen_series_result{{series="{SERIAL}",result="held"}} 1'
        in (folder / "feedgen.prom").read_text()
    )


def test_a_run_over_one_series_leaves_the_report_of_the_night_alone(project, tmp_path):
    """Metrics and list are brought up to date; --report asks for all of it elsewhere."""
    report_into(project)
    feedgen(project, "publish")
    before = {path.name: path.read_bytes() for path in (project / "report").iterdir()}
    feedgen(project, "publish", GERMAN, "--report", str(tmp_path / "elsewhere"))
    after = {path.name: path.read_bytes() for path in (project / "report").iterdir()}

    assert {name for name in before if before[name] != after[name]} <= {"feedgen.prom"}
    told = json.loads((tmp_path / "elsewhere" / "report.json").read_text())
    assert [each["series"] for each in told["series"]] == [GERMAN]


def test_a_rehearsal_leaves_no_metrics(project, tmp_path):
    """A monitor must not take it for a night; a page may be asked for."""
    report_into(project)
    feedgen(project, "publish", "--dry-run", "--report", str(tmp_path / "rehearsed"))

    assert not (project / "report").exists()
    assert {path.name for path in (tmp_path / "rehearsed").iterdir()} == {
        "report.html",
        "report.json",
    }
    assert "nothing was published" in (tmp_path / "rehearsed" / "report.html").read_text()


def test_a_report_that_can_not_be_written_is_said_after_the_feeds_are_on_air(project):
    """Exit 3; the feeds are not the worse for it."""
    retitle(project, "A new title")
    (project / "report").write_text("a file, no folder")
    done = feedgen(project, "publish", "--report", "report/of-tonight")

    assert done.returncode == 3
    assert "can not write" in done.stderr
    assert b"A new title" in on_air(project)


def test_no_report_knows_where_a_private_feed_lies(tmp_path):
    """Its address is its key: page, document, list, metrics and output are without it."""
    folder = make_project(tmp_path)
    add_private_feed(folder)
    report_into(folder)
    runs = [feedgen(folder, "-v", "publish", *more) for more in ((), ("--json",), ("--dry-run",))]
    (secret,) = [path.stem for path in (folder / "feeds" / "private").glob("*.xml")]
    texts = [path.read_text() for path in (folder / "report").iterdir()]
    texts += [each.stdout + each.stderr for each in runs]

    assert "early" in texts[0] + texts[1] + "".join(texts)
    assert [text for text in texts if secret in text] == []


def test_what_nobody_reads_is_still_done(project):
    """A reader of stdout that has gone costs no report."""
    report_into(project)
    line = f"set -o pipefail; {sys.executable} -m feedgen publish | true"
    done = subprocess.run(["bash", "-c", line], cwd=project, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert (project / "report" / "report.html").is_file()
