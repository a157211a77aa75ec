"""What holds of every catalogue, whatever stands in its files."""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from feedgen.content.catalogue import Catalogue, load
from feedgen.content.entries import EpisodeEntry, PersonEntry, SeriesEntry
from feedgen.content.sample import SAMPLE
from feedgen.content.tomltext import document
from feedgen.errors import FeedgenError
from tests.content.shows import linked, make, of, write

_MOMENTS = st.datetimes(timezones=st.just(UTC)) | st.sampled_from(
    [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
)
_PLAIN = (
    st.text(max_size=20)
    | st.sampled_from(["one.mp3", "cover.jpg", "../x", "ann", "HostCredit", "g1", "\0", "a" * 300])
    | st.integers()
    | st.just("HUGE")
    | st.floats()
    | st.booleans()
    | _MOMENTS
    | st.dates()
)
_FIELDS = sorted(
    {
        name
        for kind in (SeriesEntry, EpisodeEntry, PersonEntry)
        for name in kind.__dataclass_fields__
    }
    | {"person", "type", "file", "crop", "left", "number", "key", "link", "funding", "url"}
)
_KEYS = st.sampled_from(_FIELDS) | st.text(min_size=1, max_size=5)
_VALUES = st.recursive(
    _PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)
_TABLES = st.dictionaries(_KEYS, _VALUES, max_size=8)
_SAFE_TEXT = st.text(st.characters(codec="utf-8"), max_size=30)


def _ids(catalogue: Catalogue) -> set[tuple[str, str]]:
    return set(catalogue.resources)


def _text(values: dict[str, Any]) -> str:
    """Return the TOML text; the marker becomes a number too long for decimal notation."""
    return document(values).replace('"HUGE"', hex(16**5000))


@settings(max_examples=60, deadline=None)
@given(series=_TABLES, episode=_TABLES, people=_TABLES)
def test_any_toml_is_read_or_refused(
    series: dict[str, Any], episode: dict[str, Any], people: dict[str, Any]
) -> None:
    """Whatever TOML stands in its files, a catalogue loads or raises a FeedgenError."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = make(Path(scratch))
        write(folder, "show/series.toml", _text({"title": "T", **series}))
        write(folder, "show/episodes/one.toml", _text({"title": "T", **episode}))
        write(folder, "people.toml", _text(people))
        try:
            catalogue = load(folder)
        except FeedgenError:
            return
        assert set(catalogue.shows) | set(catalogue.problems)


@settings(max_examples=60, deadline=None)
@given(
    text=st.binary(max_size=200)
    | st.text(max_size=200).map(lambda each: each.encode("utf-8", "replace"))
)
def test_any_bytes_are_read_or_refused(text: bytes) -> None:
    """Files that are no TOML, or no text, are mistakes of their show and nothing worse."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = make(Path(scratch))
        (folder / "show" / "episodes" / "one.toml").write_bytes(text)
        (folder / "networks.toml").write_bytes(text)
        catalogue = load(folder)
        assert catalogue.shows == {}
        assert "show" in catalogue.problems


@settings(max_examples=30, deadline=None)
@given(
    title=_SAFE_TEXT.filter(str.strip),
    description=_SAFE_TEXT,
    released_at=st.integers(0, 2**32).map(lambda each: datetime.fromtimestamp(each, UTC)),
)
def test_ids_do_not_depend_on_what_is_edited(
    title: str, description: str, released_at: datetime
) -> None:
    """No edit of titles, texts and dates changes the id of any resource."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = make(Path(scratch))
        before = _ids(load(folder))
        for name in ("show/series.toml", "show/episodes/one.toml"):
            path = folder / name
            values = tomllib.loads(path.read_text(encoding="utf-8"))
            values |= {"title": f"x{title}", "description": description}
            if "guid" in values:
                values |= {"released_at": released_at}
            path.write_text(document(values), encoding="utf-8")
        after = load(folder)
        assert after.problems == {}
        assert _ids(after) == before


@settings(max_examples=40)
@given(
    values=st.dictionaries(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=8),
        st.recursive(
            _SAFE_TEXT | st.integers() | st.booleans() | st.floats(allow_nan=False) | st.dates(),
            lambda inner: (
                st.lists(inner, min_size=1, max_size=4)
                | st.dictionaries(_SAFE_TEXT, inner, min_size=1, max_size=4)
            ),
            max_leaves=15,
        ),
        max_size=6,
    )
)
def test_toml_text_reads_back_as_it_was(values: dict[str, Any]) -> None:
    """What is written as TOML is what a TOML reader finds."""
    assert tomllib.loads(document(values)) == values


def test_a_copy_says_the_same(tmp_path: Path) -> None:
    """A copy of a catalogue has the same resources, times of change included."""
    shutil.copytree(SAMPLE, tmp_path / "copy", copy_function=shutil.copyfile)
    assert load(tmp_path / "copy").resources == load(SAMPLE).resources


def test_an_edit_moves_updated_at_of_what_it_touches(tmp_path: Path) -> None:
    """An edited episode has another `updated_at`, and only it."""
    folder = make(tmp_path)
    before = load(folder)
    path = folder / "show" / "episodes" / "one.toml"
    write(folder, "show/episodes/one.toml", path.read_text().replace('"One"', '"Won"'))
    after = load(folder)
    moved = {
        key
        for key in before.resources
        if before.resources[key]["attributes"]["updated_at"]
        != after.resources[key]["attributes"]["updated_at"]
    }
    assert moved == {("episodes", of(after, "episodes", title="Won")["id"])}


def test_new_bytes_move_updated_at(tmp_path: Path) -> None:
    """Another picture moves its image, other audio its episode, and neither id changes."""
    folder = make(tmp_path)
    before = load(folder)
    write(folder, "show/cover.jpg", "b cover")
    write(folder, "show/episodes/one.mp3", "soond")
    after = load(folder)
    cover = linked(of(before, "series"), "cover_image")
    assert isinstance(cover, str)
    assert _ids(before) == _ids(after)
    for key in (("images", cover), ("episodes", of(before, "episodes", title="One")["id"])):
        old, new = before.resources[key]["attributes"], after.resources[key]["attributes"]
        assert old["updated_at"] != new["updated_at"]
    assert before.images[cover].sha256 != after.images[cover].sha256


def test_written_ids_and_times_win(tmp_path: Path) -> None:
    """An `id`, `created_at` or `updated_at` in a file is served as it is written."""
    folder = make(tmp_path)
    id_ = "11111111-2222-4333-8444-555555555555"
    write(
        folder,
        "show/episodes/two.toml",
        f'id = "{id_}"\ntitle = "Two"\ncreated_at = 2026-01-01T00:00:00Z\n'
        "updated_at = 2026-01-02T03:04:05.678+01:00",
    )
    episode = of(load(folder), "episodes", title="Two")
    assert episode["id"] == id_
    assert episode["attributes"]["created_at"] == "2026-01-01T00:00:00.000Z"
    assert episode["attributes"]["updated_at"] == "2026-01-02T02:04:05.678Z"


def test_a_written_series_id_keeps_all_ids_when_the_slug_changes(tmp_path: Path) -> None:
    """With its id written down, a show can be renamed and every episode keeps its id."""
    folder = make(tmp_path)
    before = load(folder)
    path = folder / "show" / "series.toml"
    id_ = of(before, "series")["id"]
    path.write_text(f'id = "{id_}"\n' + path.read_text(), encoding="utf-8")
    (folder / "show").rename(folder / "renamed")
    after = load(folder)
    assert set(after.shows) == {"renamed"}
    assert _ids(after) == _ids(before)


def test_derived_times_lie_before_the_release(tmp_path: Path) -> None:
    """Without written times an episode was created and changed in the hour before its release."""
    attributes = of(load(make(tmp_path)), "episodes", title="One")["attributes"]
    assert attributes["created_at"] == "2026-03-01T04:00:00.000Z"
    assert attributes["created_at"] <= attributes["updated_at"] < attributes["released_at"]
