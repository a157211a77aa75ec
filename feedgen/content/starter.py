"""A catalogue to begin with: `feedgen init DIR`."""

from __future__ import annotations

import shutil
from pathlib import Path

from feedgen.content.sample import SAMPLE, claim

# A cover and an episode, so that the example can be published before anything is changed.
_COVER = SAMPLE / "wait-what-and-why" / "cover.png"
_AUDIO = SAMPLE / "wait-what-and-why" / "episodes" / "001-queues.mp3"

_FILES = {
    "people.toml": """\
# One table for each person; credits refer to the name in brackets, which never changes.

[alex-example]
first_name = "Alex"
last_name = "Example"
# biography = "Talks to everybody."
# avatar = { file = "alex.jpg" }          # a square picture beside this file
""",
    "networks.toml": """\
# One table for each network, if you have one; `network = "example-network"` in series.toml
# refers to the name in brackets.

# [example-network]
# name = "Example Network"
# copyright = "Example Network"
""",
    "my-show/series.toml": """\
# A show. The folder's name is its slug: it stands in the feed's address and never changes.
# README.md, one folder up, describes every key.

title = "My Show"
description = "What the show is about, in a few sentences."
# description_file = "about.html"         # instead, if it is long or in HTML
website_url = "https://www.example.com/my-show"

rss_author = "Alex Example"
rss_owner = "Alex Example"
rss_email = "alex@example.com"
rss_copyright = "2026 Alex Example"

genres = ["Society & Culture: Documentary"]  # Apple's categories; the first counts most
language = "English"
rating = "clean"                           # or "explicit"

credits = [{ person = "alex-example", type = "HostCredit" }]

# JPEG, PNG or WebP; 3000 x 3000 pixels or more are best, 1400 x 1400 the least.
[cover]
file = "cover.png"
# crop = { left = 0.0, top = 0.0, width = 3000.0, height = 3000.0 }  # if it is not square

# [[seasons]]
# number = 1
# title = "The First"
# cover = { file = "season-1.jpg" }       # its episodes show this one

# What a feed can say and the ART19 API has no field for.
[feed]
# itunes_type = "serial"                  # to be heard from the first episode on
# image_alt = "What can be seen on the cover"
# funding = [{ url = "https://www.example.com/support", label = "Support the show" }]
""",
    "my-show/episodes/001-hello.toml": """\
# An episode. The file's name is its identity: edit whatever you like in here, and never rename it.

title = "Hello"
# Podcast apps know the episode by its guid. One that changes is a new episode to every listener.
guid = "my-show-001"
released_at = 2026-01-15T06:00:00Z         # in the future: it is released by itself then
# release_end_at = 2027-01-15T06:00:00Z    # and leaves the feed then
# published = false                        # a draft
# itunes_type = "trailer"                  # or "bonus"
# season = 1

description = \"\"\"
The first paragraph of the notes.

The second, with a link: https://www.example.com/my-show/1
\"\"\"
# description_file = "001-hello.html"      # instead, in HTML

audio = "001-hello.mp3"                    # .mp3 or .m4a, beside this file
# cover = { file = "001-hello.jpg" }
# credits = [{ person = "alex-example", type = "GuestCredit" }]

[feed]
# episode_number = 1
# link = "https://www.example.com/my-show/1"
# transcripts = [{ url = "https://www.example.com/my-show/1.vtt", language = "en" }]
""",
}


def init(folder: Path) -> tuple[Path, ...]:
    """Write a commented catalogue with one show into `folder` and return its files.

    Raises `UsageProblem` if the folder holds anything.
    """
    claim(folder)
    written = []
    for name, text in _FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    copies = {
        SAMPLE / "README.md": folder / "README.md",
        _COVER: folder / "my-show" / "cover.png",
        _AUDIO: folder / "my-show" / "episodes" / "001-hello.mp3",
    }
    for original, copy in copies.items():
        shutil.copyfile(original, copy)
        written.append(copy)
    return tuple(written)
