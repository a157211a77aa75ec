"""A catalogue with one small show, for the tests of the catalogue."""

from __future__ import annotations

from pathlib import Path

from feedgen.content.catalogue import Catalogue

SERIES = """
title = "The Show"
network = "net"
genres = ["Comedy: Standup", "History"]
language = "German"
rating = "clean"
cover = { file = "cover.jpg", crop = { left = 1.5, top = 0, width = 10, height = 10.0 } }
credits = [{ person = "ann", type = "HostCredit" }]

[[seasons]]
number = 1

[[seasons]]
number = 2
title = "Two"
cover = { file = "two.jpg" }

[feed]
itunes_type = "serial"
"""
EPISODE = """
title = "{title}"
guid = "{guid}"
released_at = 2026-03-01T06:00:00+01:00
season = 2
description = "<p>a &amp; b</p>"
description_is_html = true
audio = "one.mp3"
"""


def make(folder: Path) -> Path:
    """Write a catalogue with one show of two seasons and two episodes."""
    write(folder, "networks.toml", '[net]\nname = "Net"')
    write(folder, "people.toml", '[ann]\nfirst_name = "Ann"\nlast_name = "Ode"')
    write(folder, "show/series.toml", SERIES)
    write(folder, "show/cover.jpg", "a cover")
    write(folder, "show/two.jpg", "a season's cover")
    write(folder, "show/episodes/one.mp3", "sound")
    write(folder, "show/episodes/one.toml", EPISODE.format(title="One", guid="g1"))
    write(folder, "show/episodes/two.toml", 'title = "Two"\nguid = "g2"')
    return folder


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def said(catalogue: Catalogue, name: str = "show") -> list[str]:
    """Return the mistakes of one show or file, paths shortened to what lies in the catalogue."""
    prefix = str(catalogue.root) + "/"
    return [str(each).replace(prefix, "") for each in catalogue.problems[name].mistakes]


def of(catalogue: Catalogue, kind: str, **attributes: object) -> dict:
    """Return the one resource of a kind whose attributes are these."""
    (found,) = (
        resource
        for (type_, _), resource in catalogue.resources.items()
        if type_ == kind and attributes.items() <= resource["attributes"].items()
    )
    return dict(found)


def linked(resource: dict, name: str) -> str | list[str] | None:
    """Return the id or ids a relationship leads to."""
    data = resource["relationships"][name]["data"]
    if isinstance(data, list):
        return [each["id"] for each in data]
    return data and data["id"]
