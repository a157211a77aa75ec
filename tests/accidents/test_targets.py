"""Targets that fail while a night writes to them: old feeds stay, the next night finishes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from tests.accidents.publisher import (
    GARDEN,
    HARBOUR,
    LATER,
    MARKET,
    NOW,
    SHOWS,
    Night,
    copy_of,
    differences,
    edit,
    on_air,
    publish,
    series,
)

ROOT = Path(__file__).resolve().parents[2]
FEEDS = {f"{slug}.xml" for slug in SHOWS}
# What a night is run as: a process of its own, inside whatever was mounted before.
FEEDGEN = f'"{sys.executable}" -m feedgen publish --project "$PROJECT"'


@pytest.fixture
def edited(project):
    """A published project whose shows all have another description."""
    for slug in SHOWS:
        edit(series(project, slug), 'description = "<p>', 'description = "<p>Now and then: ')
    return project


@pytest.fixture(scope="session")
def expected(well, tmp_path_factory):
    """What is on air after a night over the edited shows with which nothing went wrong."""
    folder = copy_of(well, tmp_path_factory.mktemp("expected") / "project")
    for slug in SHOWS:
        edit(series(folder, slug), 'description = "<p>', 'description = "<p>Now and then: ')
    told = publish(folder)
    assert {told.result(slug) for slug in SHOWS} == {"published"}
    return {name: data for name, data in on_air(folder).items() if name in FEEDS}


def in_a_namespace(project: Path, script: str) -> list[str]:
    """Run a shell script where this process may mount; return what it says, line by line."""
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    try:
        usable = subprocess.run(
            [*command, 'mount -t tmpfs none "$0"', str(project)], capture_output=True, check=False
        )
    except FileNotFoundError:
        pytest.skip("there is no unshare on this system")
    if usable.returncode:
        pytest.skip("this system lets nobody mount in a namespace of their own")
    done = subprocess.run(
        [*command, f"set -u; cd {ROOT}; {script}"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PROJECT": str(project), "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    return [*done.stdout.splitlines(), *done.stderr.splitlines()]


def feeds_in(folder: Path) -> dict[str, bytes]:
    """Return the feeds in a folder a script has left."""
    return {path.name: path.read_bytes() for path in folder.glob("*.xml")}


FULL = f"""
cp -a "$PROJECT/feeds" "$PROJECT/saved"
mount -t tmpfs -o size=32m none "$PROJECT/feeds" && cp -a "$PROJECT/saved/." "$PROJECT/feeds"
dd if=/dev/zero of="$PROJECT/feeds/filler" bs=4k 2>/dev/null
{FEEDGEN}; echo "ended with $?"
cp -a "$PROJECT/feeds" "$PROJECT/seen" 2>/dev/null
rm "$PROJECT/feeds/filler"
{FEEDGEN}; echo "then with $?"
cp -a "$PROJECT/feeds" "$PROJECT/end"
"""

READ_ONLY = f"""
mount --bind "$PROJECT/feeds" "$PROJECT/feeds"
mount -o remount,ro,bind "$PROJECT/feeds"
{FEEDGEN}; echo "ended with $?"
cp -a "$PROJECT/feeds" "$PROJECT/seen"
umount "$PROJECT/feeds"
{FEEDGEN}; echo "then with $?"
cp -a "$PROJECT/feeds" "$PROJECT/end"
"""


@pytest.mark.parametrize(
    ("script", "word"),
    [(FULL, "No space left"), (READ_ONLY, "Read-only file system")],
    ids=["full", "read-only"],
)
def test_a_disk_that_takes_nothing_leaves_every_feed(edited, expected, script, word):
    """The reason of the system is told, the exit code is 3, and the next night finishes."""
    before = feeds_in(edited / "feeds")
    said = in_a_namespace(edited, script)

    assert "ended with 3" in said
    assert any(word in line for line in said)
    assert feeds_in(edited / "seen") == before
    assert [path.name for path in (edited / "seen").glob(".*.part")] == []
    assert "then with 0" in said
    assert feeds_in(edited / "end") == expected


STATE_FULL = f"""
cp -a "$PROJECT/.feedgen" "$PROJECT/saved"
mount -t tmpfs -o size=32m none "$PROJECT/.feedgen" && cp -a "$PROJECT/saved/." "$PROJECT/.feedgen"
dd if=/dev/zero of="$PROJECT/.feedgen/filler" bs=4k 2>/dev/null
{FEEDGEN}; echo "ended with $?"
cp -a "$PROJECT/feeds" "$PROJECT/seen"
rm "$PROJECT/.feedgen/filler"
{FEEDGEN}; echo "then with $?"
cp -a "$PROJECT/feeds" "$PROJECT/end"
"""


def test_a_state_that_can_not_be_written_publishes_nothing_that_is_not_recorded(edited, expected):
    """Without room for the state no feed changes; with it the next night finishes."""
    before = feeds_in(edited / "feeds")
    said = in_a_namespace(edited, STATE_FULL)

    assert {"ended with 3", "ended with 4"} & {*said}, said
    assert feeds_in(edited / "seen") == before
    assert "then with 0" in said
    assert feeds_in(edited / "end") == expected


def test_a_night_with_a_limit_on_the_size_of_files_keeps_whole_feeds(edited, expected):
    """The system cuts a write off in the middle: no half of a feed is ever seen."""
    before = feeds_in(edited / "feeds")
    limit = min(len(data) for data in before.values()) // 1024 - 1
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f {limit}; trap '' XFSZ; {FEEDGEN}"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PROJECT": str(edited)},
    )

    assert done.returncode in (3, 4), done.stderr
    assert "Traceback" not in done.stderr
    assert feeds_in(edited / "feeds") == before
    assert publish(edited).result(HARBOUR) == "published"
    assert feeds_in(edited / "feeds") == expected


def test_a_target_that_vanished_is_filled_again(edited, expected):
    """The folder is gone: the history knows what was on air, and harmless edits go."""
    shutil.rmtree(edited / "feeds")
    told = publish(edited)

    assert {told.result(slug) for slug in SHOWS} == {"published"}, told.why()
    assert {n: data for n, data in on_air(edited).items() if n in FEEDS} == expected


def test_a_target_that_vanished_is_not_filled_with_less(project):
    """The folder and half of the episodes are gone: nothing on air is better than half."""
    shutil.rmtree(project / "feeds")
    for path in sorted((project / "catalogue" / HARBOUR / "episodes").glob("*.toml"))[6:]:
        path.unlink()
    told = publish(project)

    assert told.result(HARBOUR) == "held", told.why()
    assert not (project / "feeds" / f"{HARBOUR}.xml").exists()
    assert {told.result(GARDEN), told.result(MARKET)} == {"published"}


def test_a_target_that_is_a_file_is_told(edited):
    """Every series fails, none with a bug."""
    shutil.rmtree(edited / "feeds")
    (edited / "feeds").write_text("a file")
    told = publish(edited)

    assert {told.result(slug) for slug in SHOWS} == {"failed"}, told.why()
    assert all(outcome.retry and not outcome.bug for outcome in told.outcomes.values())
    assert (edited / "feeds").read_text() == "a file"


def test_two_nights_at_once_do_not_harm_each_other(edited, expected):
    """One does the work, the other waits for it or leaves with a message and exit code 3."""
    command = [sys.executable, "-m", "feedgen", "publish", "--project", str(edited)]
    nights = [
        subprocess.Popen([*command, *more], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for more in ([], [], ["--wait", "60"], [HARBOUR])
    ]
    said = [night.communicate()[1] for night in nights]

    assert all(night.returncode in (0, 3) for night in nights), said
    assert nights[2].returncode == nights[3].returncode == 0, said
    assert all(
        "another run" in text for night, text in zip(nights, said, strict=True) if night.returncode
    )
    assert feeds_in(edited / "feeds") == expected


def test_two_machines_with_one_folder_leave_whole_feeds(edited, expected, tmp_path):
    """Each has a state of its own; what is on air in the end is whole and of one of them."""
    other = copy_of(edited, tmp_path / "other")
    shutil.rmtree(other / "feeds")
    edit(other / "feedgen.toml", 'folder = "feeds"', f'folder = "{edited / "feeds"}"')
    edit(series(other, HARBOUR), "Now and then", "Every now and then")
    told: list[Night] = []
    threads = [
        threading.Thread(target=lambda each=each: told.append(publish(each)))
        for each in (edited, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = feeds_in(edited / "feeds")

    assert len(told) == 2
    results = {each.result(slug) for each in told for slug in SHOWS}
    assert results <= {"published", "unchanged", "failed"}, [each.why() for each in told]
    assert seen[f"{GARDEN}.xml"] == expected[f"{GARDEN}.xml"]
    other_version = expected[f"{HARBOUR}.xml"].replace(b"Now and then", b"Every now and then")
    assert seen[f"{HARBOUR}.xml"] in (expected[f"{HARBOUR}.xml"], other_version)


def test_an_earlier_night_does_not_undo_a_later_one(edited, tmp_path):
    """A machine with the catalogue of yesterday comes late: what is on air stays."""
    late = copy_of(edited, tmp_path / "late")
    shutil.rmtree(late / "feeds")
    edit(late / "feedgen.toml", 'folder = "feeds"', f'folder = "{edited / "feeds"}"')
    publish(edited, now=LATER)
    before = on_air(edited)
    edit(series(late, HARBOUR), "Now and then", "Yesterday")
    shutil.copy(edited / ".feedgen" / "state.sqlite3", late / ".feedgen" / "state.sqlite3")
    told = publish(late, now=LATER - timedelta(hours=20))

    assert told.result(HARBOUR) in ("held", "unchanged"), told.why()
    assert differences(before, on_air(edited)) == []
    assert NOW < LATER
