"""TOML files into dataclasses: every mistake, with its line."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen.errors import Mistakes
from feedgen.schema import Reader, TomlSource, dotted


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    title: str
    number: Annotated[int, msgspec.Meta(ge=1)] | None = None
    at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None

    def problems(self) -> Iterable[tuple[str, str]]:
        if self.title == "forbidden":
            yield "title", "is forbidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    name: str
    leaf: Leaf | None = None
    leaves: tuple[Leaf, ...] = ()
    named: Mapping[str, Leaf] = field(default_factory=dict)
    words: tuple[str, ...] = ()


def read(text: str) -> Tree:
    source = TomlSource.parse(text, name="tree.toml")
    reader = Reader(source)
    tree = reader.read(Tree, source.data)
    reader.finish()
    assert tree is not None
    return tree


def mistakes(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(Mistakes) as caught:
        read(text)
    return [(each.line, each.field, each.problem) for each in caught.value.mistakes]


def test_a_correct_file_becomes_the_dataclass():
    """Tables, lists of tables and tables with free keys become nested frozen values."""
    tree = read(
        'name = " Oak \\u0007"\n[leaf]\ntitle = "one"\nat = 2026-03-05T07:00:00Z\n'
        '[[leaves]]\ntitle = "two"\nnumber = 2\n[named."a.b"]\ntitle = "three"\n'
    )

    assert tree == Tree(
        name="Oak",
        leaf=Leaf(title="one", at=datetime(2026, 3, 5, 7, tzinfo=UTC)),
        leaves=(Leaf(title="two", number=2),),
        named={"a.b": Leaf(title="three")},
    )


def test_every_mistake_is_reported_at_once_with_its_line():
    """Wrong types, missing keys, limits, unknown keys and own rules all come in one go."""
    found = mistakes(
        'name = 3\nnmae = "x"\n[leaf]\nnumber = 0\n'
        '[[leaves]]\ntitle = "forbidden"\n[[leaves]]\ntitle = "ok"\nat = 2026-03-05T07:00:00\n'
    )

    assert [(line, name) for line, name, _ in found] == [
        (1, "name"),
        (2, "nmae"),
        (3, "leaf.title"),
        (4, "leaf.number"),
        (6, "leaves[0].title"),
        (9, "leaves[1].at"),
    ]
    assert "did you mean 'name'?" in found[1][2]


@pytest.mark.parametrize(
    ("text", "line"),
    [("name = ", 1), ("name = 'a'\nname = 'b'\n", 2), ("a = 1\n\n[x\n", 3), ("a" * 10, 1)],
)
def test_a_file_that_is_no_toml_names_the_line(text, line):
    """A syntax error is one mistake with the line the parser stopped at."""
    assert [each[0] for each in mistakes(text)] == [line]


def test_a_key_inside_an_inline_table_has_the_line_of_its_statement():
    """What stands in a list or inline table is placed at the statement it is part of."""
    found = mistakes('name = "x"\nleaves = [\n  { title = "a" },\n  { titel = "b" },\n]\n')

    assert {line for line, _, _ in found} == {2}


def test_multi_line_text_does_not_confuse_the_lines():
    """Headers and keys inside a multi-line string are text."""
    found = mistakes('name = """\n[leaf]\nnumber = 0\n"""\n\n[leaf]\nnumber = 0\ntitle = "t"\n')

    assert [(line, name) for line, name, _ in found] == [(7, "leaf.number")]


def test_a_byte_order_mark_and_windows_line_ends_are_accepted():
    """Editors on Windows write both."""
    assert read('\ufeffname = "x"\r\nwords = ["a"]\r\n') == Tree(name="x", words=("a",))


def test_a_file_that_is_not_utf8_names_the_line(tmp_path):
    """The line of the first bad byte is the line of the mistake."""
    path = tmp_path / "latin.toml"
    path.write_bytes(b'a = 1\nb = "\xe9"\n')
    with pytest.raises(Mistakes) as caught:
        TomlSource.read(path)

    assert [each.line for each in caught.value.mistakes] == [2]


def test_an_absent_file_is_a_mistake_and_no_traceback(tmp_path):
    """A folder or nothing where a file should be is said in one line."""
    with pytest.raises(Mistakes, match="can not be read"):
        TomlSource.read(tmp_path / "none.toml")


def test_dotted_paths_read_as_people_write_them():
    """Names are joined with dots, positions stand in brackets."""
    assert dotted(("series", 3, "episodes", 12, "released_at")) == (
        "series[3].episodes[12].released_at"
    )


_KEYS = st.from_regex(r"[a-z][a-z0-9_-]{0,5}", fullmatch=True)
_PLAIN = st.one_of(st.integers(-9, 9), st.booleans(), st.text("ab[]={}#'\n ", max_size=9))


def _toml(value: object) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return str(value).lower()


@given(st.dictionaries(_KEYS, st.dictionaries(_KEYS, _PLAIN, max_size=4), max_size=4))
def test_every_key_of_a_valid_file_has_the_line_it_stands_on(tables):
    """The located line of each key is the line that was written for it, whatever the values."""
    lines, expected = [], {}
    for name, table in tables.items():
        lines.append(f"[{name}] # [x]")
        expected[(name,)] = len(lines)
        for key, value in table.items():
            lines.append(f"  {key} = {_toml(value)}")
            expected[(name, key)] = len(lines)
    source = TomlSource.parse("\n".join(lines), name="x")

    assert source.data == tables
    assert expected == source.lines


@given(st.text(max_size=60))
def test_arbitrary_text_is_toml_or_a_mistake(text):
    """Parsing never ends in anything but data or Mistakes."""
    try:
        expected = tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError:
        with pytest.raises(Mistakes):
            TomlSource.parse(text, name="x")
    else:
        assert TomlSource.parse(text, name="x").data == expected
