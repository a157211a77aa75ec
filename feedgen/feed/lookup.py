"""Which files of a user's folder are looked up; one that never would be is refused.

A folder of templates mirrors ours: `rss/item.xml` stands in for `templates/rss/item.xml`. A file
anywhere else would leave the shipped template in use without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import meta

from feedgen.errors import UsageProblem, did_you_mean
from feedgen.shipped import shipped

if TYPE_CHECKING:
    from jinja2 import Environment

_RSS = "rss"
_SUFFIXES = (".xml", ".j2", ".jinja", ".jinja2")


def refuse_unused(folders: Sequence[Path], environment: Environment) -> None:
    """Raise UsageProblem for the first template in `folders` that no feed would be rendered with.

    `folders` are those named `rss`, whose parents are looked at too. What another template
    imports, includes or extends is used; hidden files and files of other kinds may lie anywhere.
    """
    names = sorted(_templates(shipped("templates") / _RSS))
    for folder in folders:
        if folder.name == _RSS and folder.parent.is_dir():
            _refuse_beside(folder, names)
        for name in names:
            if (folder / name).is_dir():
                raise UsageProblem(
                    f"{folder / name} is a folder, not a template",
                    hint="put a file in its place, or delete it to use the shipped template",
                )
    found = {name: path for folder in folders for name, path in _templates(folder).items()}
    used = _used(names, found, environment)
    for name, path in sorted(found.items()):
        if used is not None and name not in used:
            raise UsageProblem(
                f"the template {path} is not used: none of that name is looked up",
                hint=did_you_mean(name, names),
            )


def _refuse_beside(folder: Path, names: Sequence[str]) -> None:
    """Raise UsageProblem if templates lie beside the folder `rss`, or there is no such folder."""
    parent = folder.parent
    for name in names:
        if (parent / name).is_file():
            belongs = (
                f"name the folder above it, {parent.parent}, as the folder of templates"
                if parent.name == _RSS
                else f"it belongs at {folder / name}"
            )
            raise UsageProblem(f"the template {parent / name} is not used", hint=belongs)
    kinds = [path.name for path in shipped("templates").iterdir() if path.is_dir()]
    seen = any(not path.name.startswith(".") for path in parent.iterdir())
    if seen and not any((parent / kind).is_dir() for kind in kinds):
        raise UsageProblem(
            f"nothing in {parent} is used: it has no folder {_RSS!r}",
            hint=f"a template of yours belongs at {folder / 'item.xml'}",
        )


def _templates(folder: Path) -> Mapping[str, Path]:
    """Return the templates below `folder` by the name they are looked up by."""
    found = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if path.suffix.lower() in _SUFFIXES and path.is_file() and not hidden:
            found[inside.as_posix()] = path
    return found


def _used(
    names: Sequence[str], found: Mapping[str, Path], environment: Environment
) -> set[str] | None:
    """Return which of `found` are used, beginning with `names`; `None` if that can not be told."""
    used: set[str] = set()
    waiting = [name for name in names if name in found]
    while waiting:
        name = waiting.pop()
        if name in used or name not in found:
            continue
        used.add(name)
        for asked in _asked(found[name], environment):
            if asked is None:
                return None
            waiting.append("/".join(part for part in asked.split("/") if part not in ("", ".")))
    return used


def _asked(path: Path, environment: Environment) -> Iterator[str | None]:
    """Yield the names of the templates that one asks for, `None` for one not known beforehand."""
    try:
        yield from meta.find_referenced_templates(environment.parse(path.read_text("utf-8-sig")))
    except Exception:
        # A template that can not be read is told with its line when it is rendered.
        yield None
