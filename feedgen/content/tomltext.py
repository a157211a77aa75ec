"""Values as TOML text, for catalogue files written by a program and edited by a person after."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_LINE = 90


def document(values: Mapping[str, object]) -> str:
    """Return `values` as a TOML document: plain values first, then tables, then lists of tables.

    Values are text, numbers, booleans, dates, aware datetimes, lists and tables; `None` and
    empty lists and tables are left out.
    """
    present = {key: value for key, value in values.items() if value not in (None, [], (), {})}
    tables = {key: value for key, value in present.items() if isinstance(value, Mapping)}
    lists = {key: rows for key, value in present.items() if (rows := _long_rows(value))}
    plain = {key: value for key, value in present.items() if key not in tables | lists}
    parts = [_body(plain)] if plain else []
    for key, table in tables.items():
        parts += _tables((key,), table)
    parts += [f"[[{_key(key)}]]\n{_body(each)}" for key, rows in lists.items() for each in rows]
    return "\n".join(parts)


def _tables(path: tuple[str, ...], table: Mapping[str, object]) -> list[str]:
    """Return a table, with tables of its own as `[a.b]` where one line is too short for them."""
    inner = {
        key: value
        for key, value in table.items()
        if isinstance(value, Mapping) and len(_inline(value)) > _LINE
    }
    body = _body({key: value for key, value in table.items() if key not in inner})
    head = f"[{'.'.join(map(_key, path))}]\n"
    parts = [head + body] if body or not inner else []
    for key, value in inner.items():
        parts += _tables((*path, key), value)
    return parts


def _long_rows(value: object) -> list[Mapping[str, object]]:
    """Return the tables of a list written as `[[…]]`: one of them fills more than a line."""
    if not isinstance(value, (list, tuple)):
        return []
    rows = [each for each in value if isinstance(each, Mapping)]
    long = any(len(_inline(each)) > _LINE for each in rows)
    return rows if long and len(rows) == len(value) else []


def _body(table: Mapping[str, object]) -> str:
    return "".join(
        f"{_key(key)} = {_value(value)}\n"
        for key, value in table.items()
        if value not in (None, [], (), {})
    )


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _quoted(key)


def _value(value: object) -> str:
    """Return a value behind `key =`, over several lines where that is easier to read."""
    if isinstance(value, str) and "\n" in value:
        return _lines(value)
    text = _inline(value)
    if isinstance(value, (list, tuple)) and len(text) > _LINE:
        return "[\n" + "".join(f"  {_inline(each)},\n" for each in value) + "]"
    return text


def _inline(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _quoted(value)
        case float():
            return repr(value)
        case int():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Mapping():
            pairs = (
                f"{_key(key)} = {_inline(each)}"
                for key, each in value.items()
                if each not in (None, [], (), {})
            )
            return "{ " + ", ".join(pairs) + " }"
        case Sequence():
            return "[" + ", ".join(map(_inline, value)) + "]"
    raise TypeError(f"TOML has no {type(value).__name__}")


def _quoted(text: str) -> str:
    """Return a TOML basic string: JSON's escapes are a subset of TOML's, only DEL is missing."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _lines(text: str) -> str:
    escaped = "\n".join(_quoted(line)[1:-1] for line in text.split("\n"))
    return f'"""\n{escaped}"""'
