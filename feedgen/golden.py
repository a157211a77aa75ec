"""Golden feeds: what goes in, and exactly what must come out.

A case is a folder:

    case.toml        what it shows, the time, the settings, what a probe would have found
    api/*.json       the API's documents, one file per collection
    feed.xml         the feed that must come out; or
    problem.txt      the sentence with which the series must be refused

The same code serves `feedgen golden`, the gate before a run and the tests.
"""

from __future__ import annotations

import difflib
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
from lxml import etree

from feedgen import make
from feedgen.art19 import decode, jsonapi
from feedgen.compare import Change, compare
from feedgen.errors import (
    Bug,
    FeedgenError,
    Mistake,
    Mistakes,
    Refused,
    SeriesProblem,
    TargetProblem,
    UsageProblem,
)
from feedgen.feed import variants
from feedgen.feed.build import Memory, enclosure_url
from feedgen.feed.render import Renderer, TemplateProblem
from feedgen.model import Artwork, Enclosure
from feedgen.publish.local import LocalFolder
from feedgen.schema import Reader, TomlSource
from feedgen.settings import SeriesSettings

if TYPE_CHECKING:
    from feedgen.feed.paging import Document
    from feedgen.feed.variants import FeedPlan
    from feedgen.model import Series

Aware = Annotated[datetime, msgspec.Meta(tz=True)]
CASE, FEED, PROBLEM = "case.toml", "feed.xml", "problem.txt"
_REWRITE = "'feedgen golden accept {}' writes it"
_WRITABLE = "check that the folder of the case can be written to"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What a probe would have found at an episode's enclosure."""

    length: int | None = None
    type: str = "audio/mpeg"
    duration: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The artwork a case takes for published last."""

    url: str
    content_type: str = "image/jpeg"
    style: str = "itunes"
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """`case.toml`; `feed` names one of the further feeds, `document` counts from 1."""

    shows: str
    now: Aware
    series: str
    settings: SeriesSettings = field(default_factory=SeriesSettings)
    feed: str = ""
    document: Annotated[int, msgspec.Meta(ge=1)] = 1
    enclosures: Mapping[str, Probed] = field(default_factory=dict)
    published_artwork: Published | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What verifying one case found; no difference and no problem means it passed."""

    name: str
    shows: str
    differences: tuple[Change, ...] = ()
    problem: str = ""

    @property
    def passed(self) -> bool:
        """Whether what came out is what must come out."""
        return not self.differences and not self.problem


class NoCases(UsageProblem):
    """There is nothing to judge templates by."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"there are no golden cases in {folder}",
            hint="'feedgen golden accept' copies those that come with feedgen",
        )


def cases(folder: Path) -> tuple[Path, ...]:
    """Return the folders of the cases below `folder`, by name; none if there is no such folder.

    Every folder in it is a case, but for hidden ones: one without `case.toml` is a broken case, so
    that a slip in a name does not take a case away. Raises UsageProblem if it can not be read.
    """
    try:
        found = [path for path in folder.iterdir() if path.is_dir()]
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise _unreadable(folder, error) from error
    return tuple(sorted(path for path in found if not path.name.startswith(".")))


def feeds(folder: Path) -> Iterator[bytes]:
    """Yield the feeds that must come out of the cases of `folder`.

    Raises UsageProblem if one is broken or can not be read.
    """
    for case in cases(folder):
        path = case / FEED
        if path.exists():
            data = _read(path)
            if broken := _broken(data):
                raise UsageProblem(f"{path} {broken}", hint=_REWRITE.format(case.name))
            yield data


def verify(folder: Path, renderer: Renderer) -> Iterator[Verdict]:
    """Yield the verdict on every case of `folder`, in the order of their names.

    Raises TemplateProblem if a template can not be rendered.
    """
    for case in cases(folder):
        yield verify_case(case, renderer)


def verify_case(case: Path, renderer: Renderer) -> Verdict:
    """Return the verdict on one case; a broken case is a verdict too.

    Raises nothing but TemplateProblem: a broken template is no fault of the case.
    """
    shows = ""
    try:
        told = case_file(case)
        shows = told.shows
        return _verdict(case, told, produce(case, told, renderer))
    except TemplateProblem:
        raise
    except FeedgenError as error:
        return Verdict(name=case.name, shows=shows, problem=f"can not be rendered: {error}")
    except OSError as error:
        problem = f"can not be read: {error.filename}: {error.strerror or error}"
        return Verdict(name=case.name, shows=shows, problem=problem)
    except Exception as error:
        log.debug("golden.bug case=%s", case.name, exc_info=True)
        return Verdict(name=case.name, shows=shows, problem=f"can not be rendered: {Bug(error)}")


def _verdict(case: Path, told: CaseFile, produced: Produced) -> Verdict:
    differences: tuple[Change, ...] = ()
    problem = ""
    if not (case / produced.kind).exists():
        problem = _unexpected(case, produced)
    else:
        expected = _read(case / produced.kind)
        if produced.kind == PROBLEM:
            if expected.decode("utf-8", "replace").strip() != produced.text:
                problem = f"refused with another sentence: {produced.text}"
        elif expected != produced.data:
            broken = _broken(expected)
            problem = f"its {FEED} {broken}; {_REWRITE.format(case.name)}" if broken else ""
            differences = () if broken else compare(expected, produced.data)
    return Verdict(name=case.name, shows=told.shows, differences=differences, problem=problem)


def _broken(feed: bytes) -> str:
    """Return in what way `feed` is no XML, empty if it is."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    try:
        etree.fromstring(feed, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return f"is broken, it is not well-formed XML: {error}"
    return ""


def _unexpected(case: Path, produced: Produced) -> str:
    if produced.kind == PROBLEM:
        return f"a feed must come out, the series was refused: {produced.text}"
    if (case / PROBLEM).is_file():
        return "the series must be refused, a feed came out"
    return f"there is no {FEED} to compare with; {_REWRITE.format(case.name)}"


def refuse_in_ci() -> None:
    """Raise Refused where `CI` is set: golden feeds are changed by people who read them."""
    if os.environ.get("CI", "").lower() not in ("", "0", "false"):
        raise Refused(
            "golden feeds are not accepted where CI is set",
            hint="run 'feedgen golden accept' on your own machine and commit the difference",
        )


def accept(case: Path, renderer: Renderer) -> bool:
    """Write what comes out as what must come out; return whether that changed the case.

    What was there is replaced whole or not at all. Raises Refused where `CI` is set,
    TemplateProblem, and UsageProblem if the case can not be read or written.
    """
    refuse_in_ci()
    try:
        produced = produce(case, case_file(case), renderer)
        path, other = case / produced.kind, case / (FEED if produced.kind == PROBLEM else PROBLEM)
        if path.exists() and _read(path) == produced.data and not other.exists():
            return False
        LocalFolder(case).write(produced.kind, produced.data)
        other.unlink(missing_ok=True)
    except TargetProblem as error:
        raise UsageProblem(error.message, hint=_WRITABLE) from error
    except OSError as error:
        problem = f"can not write {error.filename}: {error.strerror or error}"
        raise UsageProblem(problem, hint=_WRITABLE) from error
    return True


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> UsageProblem:
    return UsageProblem(
        f"can not read {path}: {error.strerror or error}",
        hint="correct or delete it; a golden folder holds one folder for each case",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Produced:
    """What came out of a case: `kind` is `feed.xml` or `problem.txt`."""

    kind: str
    data: bytes

    @property
    def text(self) -> str:
        """The sentence of a `problem.txt`."""
        return self.data.decode().strip()


def produce(case: Path, told: CaseFile, renderer: Renderer) -> Produced:
    """Return what comes out of a case.

    Raises UsageProblem or SeriesProblem if it can not be read, TemplateProblem.
    """
    resources = jsonapi.Resources()
    for path in sorted((case / "api").glob("*.json")):
        for resource in _parsed(path).resources:
            resources.add(resource)
    series, _ = decode.series(resources, told.series)
    published = told.published_artwork
    last = (
        Artwork(
            url=published.url,
            content_type=published.content_type,
            style=published.style,
            image_id="",
            width=published.width,
            height=published.height,
        )
        if published
        else None
    )
    try:
        chosen = _plan(told, series)
        plan = make.plan(chosen.series, chosen.settings, now=told.now, last=last)
        enclosures = {
            episode.id: _enclosure(enclosure_url(episode, plan.settings), told, episode.id)
            for episode in plan.episodes
        }
        made = make.feed(plan, enclosures=enclosures, memory=Memory(), renderer=renderer)
        data = made.data
        if told.document > 1:
            data, _ = make.document(_further(told, made), plan, renderer)
    except SeriesProblem as problem:
        return Produced(kind=PROBLEM, data=f"{problem.message}\n".encode())
    return Produced(kind=FEED, data=data)


def _parsed(path: Path) -> jsonapi.Document:
    try:
        return jsonapi.parse(_read(path))
    except jsonapi.UnreadableDocument as error:
        problem = f"{path}: {error.message}"
        raise UsageProblem(problem, hint="correct the document, or take it down again") from error


def _plan(told: CaseFile, series: Series) -> FeedPlan:
    for plan in variants.plans(series, told.settings, secret=told.series):
        if plan.name == told.feed:
            return plan
    raise variants.UnknownFeed(told.feed, sorted(told.settings.feeds))


def _further(told: CaseFile, made: make.Made) -> Document:
    count = 1 + len(made.further)
    if told.document > count:
        raise UsageProblem(
            f"document = {told.document}, but the feed has {count} document(s)",
            hint=f"correct {CASE}, or set page_size in its settings",
        )
    return made.further[told.document - 2]


def _enclosure(url: str, told: CaseFile, episode_id: str) -> Enclosure:
    found = told.enclosures.get(episode_id, Probed())
    return Enclosure(url=url, type=found.type, length=found.length, duration=found.duration)


def case_file(case: Path) -> CaseFile:
    """Return the `case.toml` of a case; raises Mistakes."""
    if not (case / CASE).exists():
        raise _no_case_file(case)
    source = TomlSource.read(case / CASE)
    reader = Reader(source)
    told = reader.read(CaseFile, source.data)
    reader.finish()
    assert told is not None  # noqa: S101 - finish() has raised otherwise
    return told


def _no_case_file(case: Path) -> Mistakes:
    names = {path.name.lower(): path.name for path in case.iterdir()}
    near = difflib.get_close_matches(CASE, names, n=1)
    meant = f", only {names[near[0]]!r}" if near else ""
    return Mistakes(
        [Mistake(file=str(case), line=0, field="", problem=f"holds no {CASE}{meant}")],
        hint=f"every folder beside it is a case too; name its file {CASE}, or move the folder",
    )
