"""TOML files into frozen dataclasses, with every mistake and the line it stands on.

    source = TomlSource.read(Path("feedgen.toml"))
    reader = Reader(source)
    config = reader.read(ProjectFile, source.data)
    reader.finish()

The dataclass is the schema: nested dataclasses are tables, `tuple[X, ...]` lists,
`Mapping[str, X]` tables with free keys, everything else a leaf that msgspec converts, with the
limits of `Annotated[int, msgspec.Meta(ge=1)]`. A dataclass may have a method
`problems() -> Iterable[tuple[str, str]]` that names a field and what is wrong with it.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import math
import re
import tomllib
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from feedgen.errors import Mistake, Mistakes, did_you_mean
from feedgen.xmltext import clean

T = TypeVar("T")
Key = str | int

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*|[\[\]{}\n=]',
    re.DOTALL,
)
_KEY_PART = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|[A-Za-z0-9_-]+')


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlSource:
    """A TOML file that parsed: its name as the user knows it, its data, its lines, its bytes."""

    name: str
    data: dict[str, Any]
    lines: dict[tuple[Key, ...], int] = field(repr=False)
    raw: bytes = field(default=b"", repr=False)

    @classmethod
    def read(cls, path: Path) -> TomlSource:
        """Return the file at `path`; raise `Mistakes` if it is absent, not UTF-8 or not TOML."""
        try:
            raw = path.read_bytes()
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise _one_mistake(path, line, "the file is not UTF-8") from error
        except OSError as error:
            problem = f"can not be read: {error.strerror or error}"
            raise _one_mistake(path, 0, problem) from error
        return dataclasses.replace(cls.parse(text, name=str(path)), raw=raw)

    @classmethod
    def parse(cls, text: str, *, name: str) -> TomlSource:
        """Return the TOML document `text`; raise `Mistakes` with the line if it is not TOML."""
        text = text.removeprefix("\ufeff").replace("\r\n", "\n")
        try:
            data = tomllib.loads(text)
        except (ValueError, RecursionError) as error:  # a number can have too many digits
            found = re.search(r"at line (\d+)", str(error))
            at_end = text.count("\n") + 1
            problem = re.sub(r" \(at .*\)$", "", str(error)) or "nested too deeply"
            raise _one_mistake(name, int(found[1]) if found else at_end, problem) from error
        source = cls(name=name, data=data, lines=_locate(text))
        for path, problem in _unusable(data):
            line = source.line(path)
            raise Mistakes([Mistake(file=name, line=line, field=dotted(path), problem=problem)])
        return source

    def line(self, path: tuple[Key, ...]) -> int:
        """Return the line where `path` stands, else where its nearest parent does, else 0."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return 0


class Reader:
    """Turns the data of one file into dataclasses and collects every mistake on the way."""

    def __init__(self, source: TomlSource) -> None:
        self.source = source
        self.mistakes: list[Mistake] = []

    def mistake(self, path: tuple[Key, ...], problem: str) -> None:
        """Record that what stands at `path` is wrong."""
        line = self.source.line(path)
        self.mistakes.append(
            Mistake(file=self.source.name, line=line, field=dotted(path), problem=problem)
        )

    def read(self, cls: type[T], data: object, path: tuple[Key, ...] = ()) -> T | None:
        """Return `data` as a `cls`, or `None` after recording what is wrong with it."""
        before = len(self.mistakes)
        value = self._value(cls, data, path)
        return typing.cast("T", value) if len(self.mistakes) == before else None

    def finish(self, *, hint: str = "") -> None:
        """Raise `Mistakes` with everything recorded so far, in the order of the lines."""
        if self.mistakes:
            raise Mistakes(sorted(self.mistakes, key=lambda mistake: mistake.line), hint=hint)

    def _value(self, kind: Any, data: object, path: tuple[Key, ...]) -> object:  # noqa: ANN401 - a type form
        plain = typing.get_args(kind)[0] if typing.get_origin(kind) is Annotated else kind
        origin = typing.get_origin(plain)
        if origin in (typing.Union, types.UnionType) and _has_schema(plain):
            inner = next(arg for arg in typing.get_args(plain) if arg is not type(None))
            return None if data is None else self._value(inner, data, path)
        if dataclasses.is_dataclass(plain):
            return self._table(typing.cast("type", plain), data, path)
        if origin is tuple:
            return self._list(typing.get_args(plain)[0], data, path)
        if origin in (dict, collections.abc.Mapping):
            return self._mapping(typing.get_args(plain)[1], data, path)
        try:
            value = msgspec.convert(data, kind)
        except msgspec.ValidationError as error:
            self.mistake(path, _plain_words(str(error)))
            return None
        return clean(value) if isinstance(value, str) else value

    def _table(self, cls: type, data: object, path: tuple[Key, ...]) -> object:
        if not isinstance(data, dict):
            self.mistake(path, f"expected a table, got {_kind(data)}")
            return None
        hints = _hints(cls)
        fields = {each.name: each for each in dataclasses.fields(cls) if each.init}
        for key in data.keys() - fields.keys():
            self.mistake((*path, key), f"unknown key; {did_you_mean(key, sorted(fields))}")
        values, complete, faulty = {}, True, set()
        for name, each in fields.items():
            before = len(self.mistakes)
            if name in data:
                values[name] = self._value(hints[name], data[name], (*path, name))
            elif not _has_default(each):
                self.mistake((*path, name), "is missing")
            if len(self.mistakes) > before:
                values.pop(name, None)
                faulty.add(name)
                complete = complete and _has_default(each)
        if not complete:
            return None
        made = cls(**values)
        # What is wrong elsewhere is told as well, so that one round of editing is enough; but
        # nothing that may only follow from a field that could not be read.
        for name, problem in getattr(made, "problems", tuple)():
            if not faulty or (name and name not in faulty):
                self.mistake((*path, name) if name else path, problem)
        return made

    def _list(self, kind: object, data: object, path: tuple[Key, ...]) -> object:
        if not isinstance(data, list):
            self.mistake(path, f"expected a list, got {_kind(data)}")
            return None
        return tuple(self._value(kind, each, (*path, at)) for at, each in enumerate(data))

    def _mapping(self, kind: object, data: object, path: tuple[Key, ...]) -> object:
        if not isinstance(data, dict):
            self.mistake(path, f"expected a table, got {_kind(data)}")
            return None
        return {key: self._value(kind, each, (*path, key)) for key, each in data.items()}


def dotted(path: tuple[Key, ...]) -> str:
    """Return `path` as people write it: `episodes[3].released_at`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls, include_extras=True)


def _has_schema(kind: object) -> bool:
    """Tell whether a union holds something the reader walks itself."""
    return any(
        dataclasses.is_dataclass(arg)
        or typing.get_origin(arg) in (tuple, dict, collections.abc.Mapping)
        for arg in typing.get_args(kind)
    )


def _has_default(each: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return each.default is not missing or each.default_factory is not missing


def _kind(data: object) -> str:
    names = {dict: "a table", list: "a list", str: "text", bool: "true or false"}
    return names.get(type(data), f"{data!r}")


def _plain_words(message: str) -> str:
    return re.sub(r" - at `\$.*`$", "", message).replace("`", "").replace("Expected", "expected")


def _one_mistake(path: Path | str, line: int, problem: str) -> Mistakes:
    return Mistakes([Mistake(file=str(path), line=line, field="", problem=problem)])


def _unusable(data: object) -> Iterator[tuple[tuple[Key, ...], str]]:
    """Yield where numbers stand that nobody can count with, and why.

    TOML 1.0 ends at 64 bits with a sign; it knows infinity and nan, which no setting can be.
    """
    waiting: list[tuple[tuple[Key, ...], object]] = [((), data)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(((*path, key), each) for key, each in value.items())
        elif isinstance(value, list):
            waiting.extend(((*path, at), each) for at, each in enumerate(value))
        elif isinstance(value, int) and not -(2**63) <= value < 2**63:
            yield path, "the number does not fit into 64 bits"
        elif isinstance(value, float) and not math.isfinite(value):
            yield path, f"{value} is no finite number"


def _locate(text: str) -> dict[tuple[Key, ...], int]:
    """Return the line of every table header and key of `text`, which is known to be valid TOML.

    tomllib keeps no positions. Keys inside a list or inline table are not listed; whoever asks
    for them gets the line of the statement they stand in.
    """
    lines: dict[tuple[Key, ...], int] = {}
    counts: dict[tuple[Key, ...], int] = {}
    table: tuple[Key, ...] = ()
    start, depth, at_statement = 0, 0, True
    for token in _TOKEN.finditer(text):
        sign = token.group()
        if sign == "\n":
            if depth == 0:
                start, at_statement = token.end(), True
        elif not at_statement or sign[0] in "\"'#":
            depth += (sign in "[{") - (sign in "]}")
        elif sign == "=":
            path = (*table, *_key(text[start : token.start()]))
            _remember(lines, table, path, text.count("\n", 0, start) + 1)
            at_statement = False
        elif sign == "[":
            end = text.find("\n", start)
            header = text[start : end if end >= 0 else len(text)]
            table = _resolve(_key(header.split("#")[0]), header.lstrip()[:2] == "[[", counts)
            _remember(lines, (), table, text.count("\n", 0, start) + 1)
            depth, at_statement = 1, False
    return lines


def _remember(
    lines: dict[tuple[Key, ...], int], table: tuple[Key, ...], path: tuple[Key, ...], line: int
) -> None:
    for length in range(len(table) + 1, len(path) + 1):
        lines.setdefault(path[:length], line)


def _resolve(
    names: tuple[str, ...], is_array: bool, counts: dict[tuple[Key, ...], int]
) -> tuple[Key, ...]:
    """Return a header's path with the indexes of the arrays of tables it lies in."""
    path: tuple[Key, ...] = ()
    for at, name in enumerate(names):
        path = (*path, name)
        if is_array and at == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _key(text: str) -> tuple[str, ...]:
    parts = _KEY_PART.findall(text)
    return tuple(tomllib.loads(f"k = {part}")["k"] if part[0] in "\"'" else part for part in parts)
