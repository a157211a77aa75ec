"""The sample catalogue shows what a catalogue can hold, and is whole."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pyvips
from tinytag import TinyTag

from feedgen.content.catalogue import Catalogue, load
from feedgen.content.sample import SAMPLE, copy_to
from feedgen.content.starter import init
from feedgen.errors import UsageProblem

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def sample() -> Catalogue:
    """The sample, read once."""
    return load(SAMPLE)


def test_the_sample_has_no_mistakes(sample: Catalogue) -> None:
    """All three shows are served."""
    assert sample.problems == {}
    assert set(sample.shows) == {
        "salt-and-signal",
        "wait-what-and-why",
        "zwischen-zaun-und-himmel",
    }


def test_the_covers_are_of_three_kinds(sample: Catalogue) -> None:
    """One cover is 3000 px square, one is cropped to at least that, one is too small for it."""
    found = {}
    for slug, show in sample.shows.items():
        series = sample.resources["series", show.id]
        image = sample.images[series["attributes"]["cover_image_id"]]
        picture = pyvips.Image.new_from_file(str(image.path))
        crop = image.crop and (image.crop.width, image.crop.height)
        found[slug] = ((picture.width, picture.height), crop)
    assert found["salt-and-signal"] == ((3000, 3000), None)
    assert found["wait-what-and-why"] == ((2000, 2000), None)
    size, crop = found["zwischen-zaun-und-himmel"]
    assert size[0] != size[1]
    assert crop == (3100.0, 3100.0)


def test_every_picture_is_rgb_without_transparency(sample: Catalogue) -> None:
    """Every picture decodes to three bands of sRGB."""
    for image in sample.images.values():
        picture = pyvips.Image.new_from_file(str(image.path))
        assert (picture.bands, picture.interpretation) == (3, "srgb"), image.path
        assert picture.avg() > 0


def test_every_public_episode_can_be_probed(sample: Catalogue) -> None:
    """Each episode that is or will be public has audio with a duration."""
    durations = set()
    for show in sample.shows.values():
        for release in show.releases:
            if release.published:
                tag = TinyTag.get(sample.audio[release.id])
                seconds = tag.duration or 0
                assert seconds > 1, sample.audio[release.id]
                durations.add(round(seconds))
    assert len(durations) >= 4


def test_the_sample_has_episodes_of_every_fate(sample: Catalogue) -> None:
    """There are public, unpublished, future, expired, premium and explicit episodes."""
    releases = [each for show in sample.shows.values() for each in show.releases]
    live = [each for each in releases if each.live(NOW)]
    assert any(not each.published for each in releases)
    assert any(each.released_at and each.released_at.year == 2099 for each in releases)
    assert any(each.release_end_at and each.release_end_at < NOW for each in releases)
    episodes = [sample.resources["episodes", each.id]["attributes"] for each in live]
    assert {each["itunes_type"] for each in episodes} == {"full", "trailer", "bonus"}
    assert {each["premium_status"] for each in episodes} == {"active", "inactive"}
    ratings = [
        resource["attributes"]["value"]
        for (kind, _), resource in sample.resources.items()
        if kind == "classifications" and resource["attributes"]["type"] == "MediaRating"
    ]
    assert set(ratings) == {"clean", "explicit"}


def test_the_sample_is_small_and_invented() -> None:
    """The files stay under two megabytes, and every address is an example."""
    files = [path for path in SAMPLE.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 2_000_000
    for path in files:
        if path.suffix in {".toml", ".html"}:
            hosts = re.findall(r"https?://([^/\s\"<]+)", path.read_text(encoding="utf-8"))
            assert set(hosts) <= {"www.example.com"}, path


def test_a_copy_is_whole(tmp_path: Path, sample: Catalogue) -> None:
    """A copy has every file, and an occupied folder is refused."""
    copy = copy_to(tmp_path / "new" / "copy")
    assert load(copy).resources == sample.resources
    with pytest.raises(UsageProblem, match="not empty"):
        copy_to(copy)


def test_init_writes_a_catalogue_that_works(tmp_path: Path) -> None:
    """The catalogue to begin with has no mistake and one public episode."""
    files = init(tmp_path / "mine")
    assert all(path.is_file() for path in files)
    catalogue = load(tmp_path / "mine")
    assert catalogue.problems == {}
    (show,) = catalogue.shows.values()
    assert [each.live(NOW) for each in show.releases] == [True]
    with pytest.raises(UsageProblem, match="not empty"):
        init(tmp_path / "mine")


def test_what_init_leaves_commented_out_is_right_too(tmp_path: Path) -> None:
    """Every commented key, switched on, is a key of the format."""
    init(tmp_path)
    for name in ("series.toml", "episodes/001-hello.toml"):
        path = tmp_path / "my-show" / name
        text = re.sub(r"(?m)^# (?=[a-z_]+ = |\[)", "", path.read_text(encoding="utf-8"))
        text = re.sub(r"(?m)^(description_file|cover = ).*\n", "", text)
        text = text.replace("season = 1\n", "")
        assert tomllib.loads(text)
        path.write_text(text, encoding="utf-8")
    written = load(tmp_path)
    assert [str(each) for found in written.problems.values() for each in found.mistakes] == []


def test_a_place_that_can_not_be_a_folder(tmp_path: Path) -> None:
    """A file in the way is a usage problem, not a traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageProblem, match="can not be made a folder"):
        init(tmp_path / "file" / "inside")
