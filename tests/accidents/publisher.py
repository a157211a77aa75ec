"""A small publisher of three shows, published well once, and what a later night does to it."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from feedgen import config, night
from feedgen.content import sample
from feedgen.errors import FeedgenError
from feedgen.outcome import Outcome
from feedgen.shipped import shipped

HARBOUR, GARDEN, MARKET = "harbour-lights", "garden-hours", "market-talk"
SHOWS = (HARBOUR, GARDEN, MARKET)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
# Late enough for a hosted account to be read whole again.
LATER = NOW + timedelta(days=8)
URL = "https://podcasts.example.com"
PROJECT = f"""\
[catalogue]
folder = "catalogue"

[publish]
folder = "feeds"
url = "{URL}"

[golden]
folder = "golden"

[feed]
locked = true
"""
# Few, so that a night is short: one that must come out, and one that comes out with any template.
GOLDENS = ("square-3000-present", "two-episodes-one-guid")
PEOPLE = """\
[ines]
first_name = "Inés"
last_name = "Köhler"

[bo]
first_name = "Bo"
last_name = "Lindqvist"
"""
SERIES = """\
title = "{title}"
description_is_html = true
description = "<p>{about}</p>"
website_url = "https://www.example.com/{slug}"
rss_author = "{author}"
rss_owner = "{author}"
rss_email = "{slug}@example.com"
rss_copyright = "2026 {author}"
genres = ["{genre}"]
language = "{language}"
rating = "clean"
cover = {{ file = "{cover}" }}
credits = [{{ person = "{host}", type = "HostCredit" }}]
{seasons}
[feed]
keywords = ["{slug}", "radio"]
"""
SEASON = """
[[seasons]]
number = {number}
title = "Year {number}"
"""
EPISODE = """\
title = "{title}"
guid = "{guid}"
released_at = {released}
{season}description_is_html = true
description = "{notes}"
audio = "{name}.mp3"

[feed]
episode_number = {number}
link = "https://www.example.com/{slug}/{name}"
transcripts = [{{ url = "https://www.example.com/{slug}/{name}.vtt", language = "en" }}]
"""
NOTES = "What the fog brought, who called at the quay, and why the café never closed. " * 5


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What one show of the publisher is made of; `files` are those of the sample."""

    slug: str
    title: str
    author: str
    about: str
    genre: str
    language: str
    host: str
    cover: str
    audio: str
    titles: tuple[str, ...]
    seasons: int = 0


SHELF = (
    Facts(
        slug=HARBOUR,
        title="Harbour Lights",
        author="Kühn & Daughters",
        about="Ships, fog & the people who wait for both.",
        genre="Society & Culture: Documentary",
        language="en-GB",
        host="ines",
        cover="salt-and-signal/cover.jpg",
        audio="salt-and-signal/episodes/s2e3.mp3",
        titles=(
            *("The Ferry & the Fog", "A Café on the Quay", "Señor Ruiz Ties a Knot"),
            *("Low Water", "The Pilot’s Cold", "What the Buoy Said", "Nine Ropes"),
            *("Grüße from the Breakwater", "The Long Mole", "Night Tide", "Salt", "Home Port"),
        ),
        seasons=2,
    ),
    Facts(
        slug=GARDEN,
        title="Garden Hours",
        author="Hedge Radio",
        about="One bed, one hour, no hurry.",
        genre="Leisure: Home & Garden",
        language="en-GB",
        host="bo",
        cover="zwischen-zaun-und-himmel/wiese.jpg",
        audio="zwischen-zaun-und-himmel/episodes/2026-06-brunnen.mp3",
        titles=("Frost", "Blackbird", "Clouds", "The Well", "Windfall"),
    ),
    Facts(
        slug=MARKET,
        title="Market Talk",
        author="Square Mile Sound",
        about="What is said over the scales.",
        genre="Comedy: Improv",
        language="en-GB",
        host="bo",
        cover="wait-what-and-why/cover.png",
        audio="wait-what-and-why/episodes/001-queues.mp3",
        titles=("Queues", "Scales", "Change"),
    ),
)


def make_publisher(folder: Path) -> Path:
    """Return a project with the three shows, not yet published."""
    catalogue = folder / "catalogue"
    catalogue.mkdir(parents=True)
    (folder / "feedgen.toml").write_text(PROJECT)
    (catalogue / "people.toml").write_text(PEOPLE)
    write_goldens(folder)
    kept = folder / "sample"
    sample.copy_to(kept)
    for facts in SHELF:
        _write_show(catalogue / facts.slug, facts, kept)
    shutil.rmtree(kept)
    return folder


def write_goldens(folder: Path) -> None:
    """Write the goldens of a project."""
    for case in GOLDENS:
        shutil.copytree(shipped("golden_feeds") / case, folder / "golden" / case)


def _write_show(folder: Path, facts: Facts, kept: Path) -> None:
    (folder / "episodes").mkdir(parents=True)
    cover = folder / f"cover{Path(facts.cover).suffix}"
    shutil.copy(kept / facts.cover, cover)
    seasons = "".join(SEASON.format(number=n) for n in range(1, facts.seasons + 1))
    values = {"cover": cover.name, "seasons": seasons}
    series = SERIES.format(**{**_texts(facts), **values})
    (folder / "series.toml").write_text(series, encoding="utf-8")
    half = len(facts.titles) // 2
    for number, title in enumerate(facts.titles, 1):
        name = f"e{number:02d}"
        season = f"season = {1 if number <= half else 2}\n" if facts.seasons else ""
        shutil.copy(kept / facts.audio, folder / "episodes" / f"{name}.mp3")
        (folder / "episodes" / f"{name}.toml").write_text(
            EPISODE.format(
                title=title,
                guid=f"{facts.slug}/{name}",
                released=f"{NOW - timedelta(days=7 * (len(facts.titles) - number) + 2):%FT%TZ}",
                season=season,
                notes=f"<p>{NOTES}</p><p>{title}.</p>",
                name=name,
                number=number,
                slug=facts.slug,
            ),
            encoding="utf-8",
        )


def _texts(facts: Facts) -> dict[str, Any]:
    names = ("slug", "title", "author", "about", "genre", "language", "host")
    return {name: getattr(facts, name) for name in names}


def copy_of(made: Path, folder: Path) -> Path:
    """Return a copy of a published project; what only ever gets new names is shared."""

    def copied(source: str, target: str) -> str:
        shared = "/.feedgen/images/" in source or "/feeds/media/images/" in source
        return str(os.link(source, target)) if shared else shutil.copy2(source, target)

    return shutil.copytree(made, folder, copy_function=copied)


@dataclass(frozen=True, kw_only=True)
class Night:
    """What a later night did: the outcomes by slug, or why nothing was attempted."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    refused: FeedgenError | None = None

    def result(self, slug: str) -> str:
        """Return what happened to a series; "refused" with the whole night, "absent" if untold."""
        if self.refused is not None:
            return "refused"
        return self.outcomes[slug].result if slug in self.outcomes else "absent"

    def why(self) -> str:
        """Return everything that was said, for a failing test."""
        if self.refused is not None:
            return f"refused: {self.refused.message}"
        return "\n".join(
            f"{slug}: {o.result} {o.reason} {[r.sentence for r in getattr(o, 'reasons', ())]}"
            for slug, o in self.outcomes.items()
        )


def publish(project: Path, *, now: datetime = LATER) -> Night:
    """Publish everything at `now`, as `feedgen publish` does."""
    try:
        told = asyncio.run(night.publish(config.load(project), now=now))
    except FeedgenError as problem:
        if problem.exit_code not in (1, 2, 3):
            raise
        return Night(refused=problem)
    return Night(outcomes={outcome.slug: outcome for outcome in told.outcomes})


def on_air(project: Path) -> dict[str, bytes]:
    """Return every file a reader can ask for, by name."""
    root = project / "feeds"
    files = (path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def differences(before: dict[str, bytes], after: dict[str, bytes]) -> list[str]:
    """Return what is no longer as it was, and feeds nobody had; new files beside them may come."""
    changed = [name for name, data in before.items() if after.get(name) != data]
    return changed + [name for name in after.keys() - before.keys() if name.endswith(".xml")]


# How things are changed by hand


def edit(path: Path, old: str, new: str, *, times: int = 1) -> None:
    """Replace `old`, which must be there, by `new`; `times` 0 means everywhere."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path.name}"
    path.write_text(text.replace(old, new, times or -1), encoding="utf-8")


def setting(path: Path, line: str) -> None:
    """Write a line into the table `[feed]` of a file."""
    edit(path, "[feed]\n", f"[feed]\n{line}\n")


def episodes(project: Path, slug: str) -> list[Path]:
    """Return the episode files of a show, oldest first."""
    return sorted((project / "catalogue" / slug / "episodes").glob("*.toml"))


def series(project: Path, slug: str) -> Path:
    """Return the series file of a show."""
    return project / "catalogue" / slug / "series.toml"


def replace_in(paths: list[Path], pattern: str, new: str | Callable[[re.Match[str]], str]) -> None:
    """Replace a regular expression once in each file; it must be found in all of them."""
    for path in paths:
        text, count = re.subn(pattern, new, path.read_text("utf-8"), count=1, flags=re.MULTILINE)
        assert count == 1, f"{pattern!r} is not in {path.name}"
        path.write_text(text, encoding="utf-8")


def add_episode(project: Path, slug: str, name: str, **values: str) -> Path:
    """Return a new episode file made of the last one, with other lines for `values`."""
    last = episodes(project, slug)[-1]
    path = last.with_name(f"{name}.toml")
    text = last.read_text("utf-8").replace(last.stem, name)
    for key, value in values.items():
        text, count = re.subn(rf"^{key} = .*$", f"{key} = {value}", text, flags=re.MULTILINE)
        assert count == 1, key
    path.write_text(text, encoding="utf-8")
    shutil.copy(last.with_suffix(".mp3"), path.with_suffix(".mp3"))
    return path
