"""A folder as a target: old or new, never half."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from feedgen.errors import TargetProblem
from feedgen.publish.local import LocalFolder


def test_what_is_written_is_read_back(tmp_path):
    """A name in a folder that does not exist yet is created with its folders."""
    target = LocalFolder(tmp_path / "feeds")
    target.write("a/show.xml", b"<rss/>")

    assert target.read("a/show.xml") == b"<rss/>"
    assert target.size("a/show.xml") == 6


def test_what_is_not_there_is_none(tmp_path):
    """Nothing on air is an answer, not an error."""
    target = LocalFolder(tmp_path)

    assert target.read("none.xml") is None
    assert target.size("none.xml") is None


def left_behind(path):
    """Leave what a run that was killed an hour ago was about to write."""
    path.write_bytes(b"half")
    hour_ago = time.time() - 3600
    os.utime(path, (hour_ago, hour_ago))


def test_a_write_leaves_no_temporary_file(tmp_path):
    """After a write, and after one that a kill interrupted, only the feed is left."""
    target = LocalFolder(tmp_path)
    left_behind(tmp_path / ".show.xml.0a1b2c3d.part")
    target.write("show.xml", b"new")

    assert [path.name for path in tmp_path.iterdir()] == ["show.xml"]


def test_the_file_can_be_read_by_a_web_server(tmp_path):
    """The permissions follow the umask of the process, as for any file it makes."""
    before = os.umask(0o022)
    try:
        LocalFolder(tmp_path).write("show.xml", b"new")
    finally:
        os.umask(before)

    assert (tmp_path / "show.xml").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("name", ["../outside.xml", "/etc/outside.xml", "a/../../outside.xml"])
def test_a_name_outside_the_folder_is_refused(tmp_path, name):
    """No name leads out of the target folder."""
    with pytest.raises(TargetProblem, match="outside"):
        LocalFolder(tmp_path / "feeds").write(name, b"x")

    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_keeps_what_is_on_air(tmp_path):
    """If the new file can not be put in place the old name and its bytes stay."""
    (tmp_path / "show.xml").mkdir()
    (tmp_path / "show.xml" / "kept").write_bytes(b"old")
    with pytest.raises(TargetProblem, match="can not write"):
        LocalFolder(tmp_path).write("show.xml", b"new")

    assert (tmp_path / "show.xml" / "kept").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["show.xml"]


def test_what_killed_runs_left_in_a_folder_goes_with_the_first_write(tmp_path):
    """Also what was left of files that do not change any more; what somebody writes stays."""
    left_behind(tmp_path / ".other.xml.0a1b2c3d.part")
    target = LocalFolder(tmp_path)
    target.write("show.xml", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["show.xml"]

    (tmp_path / ".beside.xml.0a1b2c3d.part").write_bytes(b"being written by another run")
    LocalFolder(tmp_path).write("show.xml", b"newer")
    assert (tmp_path / ".beside.xml.0a1b2c3d.part").exists()


SCRIPT = """
import pathlib, sys
from feedgen.errors import TargetProblem
from feedgen.publish.local import LocalFolder
try:
    LocalFolder(pathlib.Path(sys.argv[1])).write("show.xml", b"x" * 500_000)
except TargetProblem as problem:
    print(problem.message)
    print(problem.hint)
"""


def written_by(command: list[str], folder: Path) -> str:
    """Return what a process says that writes a large feed; `command` comes before Python."""
    done = subprocess.run(
        [*command, sys.executable, "-c", SCRIPT, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_write_that_is_cut_off_leaves_the_old_feed(tmp_path):
    """The system lets the file grow only so far: the old bytes stay, nothing half is left."""
    LocalFolder(tmp_path).write("show.xml", b"old")
    said = written_by(["sh", "-c", 'ulimit -f 100; exec "$@"', "sh"], tmp_path)

    assert "can not write" in said
    assert "what was on air stays" in said
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"show.xml": b"old"}


@pytest.mark.parametrize(
    ("options", "word"), [("size=64k", "No space left"), ("size=64k,ro", "Read-only file system")]
)
def test_a_full_or_read_only_disk_is_told(tmp_path, options, word):
    """The reason of the system stands in the message."""
    mount = f'mount -t tmpfs -o {options} none "{tmp_path}" || exit 77; exec "$@"'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
    try:
        usable = subprocess.run([*command, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no unshare on this system")
    if usable.returncode:
        pytest.skip("this system lets nobody mount in a namespace of their own")

    assert word in written_by(command, tmp_path)
