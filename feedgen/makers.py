"""What makes a feed of the data: templates, configuration, the rules and the version of feedgen.

Together they have one digest. As long as it and the data of a series stay the same its feeds do.
"""

from __future__ import annotations

import hashlib
from importlib import metadata
from typing import TYPE_CHECKING

from feedgen import __version__
from feedgen.config import LocalCatalogue
from feedgen.looks import digest
from feedgen.shipped import shipped

if TYPE_CHECKING:
    from pathlib import Path

    from feedgen.config import Config
    from feedgen.make import Measure

# Libraries whose versions can be read off a feed.
_LIBRARIES = ("jinja2", "langcodes", "lxml", "nh3")


def of_project(config: Config, measure: Measure) -> str:
    """Return the digest of everything but the data and the settings of single series."""
    folders = [shipped("templates") / "rss"]
    if config.own_templates is not None:
        folders.append(config.own_templates / "rss")
    local = config.source if isinstance(config.source, LocalCatalogue) else None
    return digest(
        [__version__, *(metadata.version(name) for name in _LIBRARIES)],
        config.publish_url,
        config.publish.audio,
        config.defaults,
        local.enlarge if local else None,
        [measure.select, measure.ignore, repr(measure.contract)],
        [of_files(folder) for folder in folders],
    )


def of_files(folder: Path) -> str:
    """Return the digest of the files in `folder`, names and bytes; `""` if there are none."""
    told = hashlib.sha256()
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in paths:
        told.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        told.update(hashlib.sha256(path.read_bytes()).digest())
    return told.hexdigest() if paths else ""
