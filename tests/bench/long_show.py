"""A catalogue of long shows with audio of their own, for measurements."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from feedgen.content import sample

_SERIES = """title = "Show {number}"
description = "A long show."
website_url = "https://www.example.com/show-{number}"
rss_author = "Ada"
rss_owner = "Ada"
rss_email = "ada@example.com"
rss_copyright = "2026 Ada"
genres = ["History"]
language = "English"
rating = "clean"
cover = {{ file = "cover.jpg" }}
"""
_EPISODE = """title = "{title}"
released_at = {date}T06:00:00Z
description = "<p>Tonight: the river &amp; its towns, <a href=\\"https://www.example.com/{n}\\">\
notes</a>.</p><p>{text}</p>"
description_is_html = true
audio = "{n:04}.mp3"
"""
_TEXT = "What the water took, it gave back elsewhere. " * 8


def make_long_shows(project: Path, *, shows: int = 1, episodes: int = 1000) -> None:
    """Add shows called `show-<n>` to the catalogue of `project`."""
    catalogue = project / "catalogue"
    catalogue.mkdir(parents=True, exist_ok=True)
    borrowed = project / "sample"
    sample.copy_to(borrowed)
    sound = (borrowed / "salt-and-signal/episodes/s1e1.mp3").read_bytes()[:8000]
    cover = (borrowed / "salt-and-signal/cover.jpg").read_bytes()
    shutil.rmtree(borrowed)
    for number in range(shows):
        folder = catalogue / f"show-{number}" / "episodes"
        folder.mkdir(parents=True)
        (folder.parent / "cover.jpg").write_bytes(cover)
        (folder.parent / "series.toml").write_text(_SERIES.format(number=number), "utf-8")
        for n in range(episodes):
            (folder / f"{n:04}.mp3").write_bytes(sound)
            write_episode(folder, n, f"Evening {n}")


def write_episode(folder: Path, n: int, title: str) -> None:
    """Write an episode of a long show, whole, as an editor that is careful does."""
    date = f"{2010 + n // 336}-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}"
    path = folder / f"{n:04}.toml"
    part = path.with_suffix(".part")
    part.write_text(_EPISODE.format(title=title, date=date, n=n, text=_TEXT), encoding="utf-8")
    os.replace(part, path)
