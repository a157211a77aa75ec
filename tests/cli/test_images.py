"""`feedgen images`, as people run it."""

import json
import subprocess
import sys

import pytest

from tests.projects import SERIAL, edit, make_project, publish


def images(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "feedgen", "images", SERIAL, "--project", folder, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path)


def test_a_broken_cover_is_named_with_its_file(project):
    """The decision says what is shown in its place, the file what to mend."""
    publish(project, SERIAL)
    cover = project / "catalogue" / SERIAL / "cover.jpg"
    cover.write_bytes(cover.read_bytes()[:3000])
    done = images(project)
    (told, *_) = json.loads(images(project, "--json").stdout)["images"]

    assert done.returncode == 0, done.stderr
    assert f"original  the picture {cover} can not be used: truncated" in done.stdout
    assert done.stdout.count("the artwork published last stays") == 1
    assert told["original"].startswith(f"the picture {cover}")


def test_a_broken_cover_with_nothing_on_air_is_exit_1(project):
    """There is nothing to show, and the file is named all the same."""
    cover = project / "catalogue" / SERIAL / "cover.jpg"
    cover.write_bytes(b"GIF89a")
    done = images(project)

    assert done.returncode == 1
    assert "chosen    nothing" in done.stdout
    assert f"the picture {cover} can not be used" in done.stdout


def test_an_address_in_the_settings_stands_in(project):
    """Then the feed has a cover, whatever the images are."""
    edit(
        project / "catalogue" / SERIAL / "series.toml",
        "[feed]",
        '[feed]\nimage_url = "https://cdn.example.com/mine.png"',
    )
    (project / "catalogue" / SERIAL / "cover.jpg").write_bytes(b"GIF89a")
    done = images(project)

    assert done.returncode == 0, done.stderr
    assert "image_url stands in its place: https://cdn.example.com/mine.png" in done.stdout
