"""Rendering 1,000 episodes: this project beside python-feedgen 1.0.0, in one run.

    python tests/bench/bench_render.py [FOLDER]

Both libraries are called `feedgen`, so the other one lives in a virtual environment in FOLDER
(made on first use; default: a temporary folder). Both render the same fields of the same
episodes and the CPU time of rendering alone is compared, best of several rounds; building the
objects is not counted for either. Ends with 1 if we are less than three times as fast.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path

EPISODES, ROUNDS, WANTED = 1000, 7, 3.0
NOTES = "<p>" + "What the river took &amp; what the rain brought. " * 12 + "</p>"

OTHER = r"""
import sys, time
from datetime import datetime, timedelta, timezone
from feedgen.feed import FeedGenerator

episodes, rounds, notes = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
start = datetime(2026, 3, 5, tzinfo=timezone.utc)
feed = FeedGenerator()
feed.load_extension("podcast")
feed.title("Example Show")
feed.link(href="https://www.example.com/show", rel="alternate")
feed.link(href="https://feeds.example.com/example-show", rel="self")
feed.description("About maps & weather.")
feed.language("en-us")
feed.copyright("Example Media")
feed.lastBuildDate(start)
feed.podcast.itunes_author("Example Media")
feed.podcast.itunes_owner("Example Media", "owner@example.com")
feed.podcast.itunes_explicit("no")
feed.podcast.itunes_category("Society & Culture", "Documentary")
feed.podcast.itunes_type("episodic")
feed.podcast.itunes_image("https://cdn.example.com/art/show.jpg")
for number in range(1, episodes + 1):
    entry = feed.add_entry(order="append")
    entry.title(f"Episode & {number}")
    entry.description(notes)
    entry.content(notes + notes, type="CDATA")
    entry.guid(f"guid-{number}")
    entry.pubDate(start - timedelta(days=number))
    entry.link(href=f"https://www.example.com/{number}?a=1&b=2")
    entry.enclosure(f"https://media.example.com/{number}.mp3", "28000000", "audio/mpeg")
    entry.podcast.itunes_title(f"Episode & {number}")
    entry.podcast.itunes_episode_type("full")
    entry.podcast.itunes_season(1)
    entry.podcast.itunes_episode(number)
    entry.podcast.itunes_explicit("no")
    entry.podcast.itunes_image(f"https://cdn.example.com/art/{number}.jpg")
    entry.podcast.itunes_duration(1801)
best = float("inf")
for _ in range(rounds):
    before = time.process_time()
    out = feed.rss_str()
    best = min(best, time.process_time() - before)
print(best, len(out))
"""


def theirs(folder: Path) -> tuple[float, int]:
    """Return CPU seconds and bytes of python-feedgen, in its own environment."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "feedgen==1.0.0"]
        subprocess.run(install, check=True)
    answer = subprocess.run(
        [str(python), "-I", "-c", OTHER, str(EPISODES), str(ROUNDS), NOTES],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, size = answer.stdout.split()
    return float(seconds), int(size)


def ours() -> tuple[float, int]:
    """Return CPU seconds and bytes of this project, its elements beyond theirs included."""
    from datetime import UTC, datetime, timedelta

    from feedgen.feed.model import (
        ALWAYS,
        NAMESPACES,
        Category,
        Contact,
        Feed,
        Item,
        MediaFile,
        Notes,
    )
    from feedgen.feed.render import Renderer
    from feedgen.model import Artwork

    def artwork(name: str) -> Artwork:
        url = f"https://cdn.example.com/art/{name}.jpg"
        return Artwork(url=url, content_type="image/jpeg", style="itunes", image_id=name)

    start = datetime(2026, 3, 5, tzinfo=UTC)
    items = tuple(
        Item(
            episode_id=str(number),
            title=f"Episode & {number}",
            notes=Notes(description=NOTES, is_html=True, full=NOTES + NOTES),
            guid=f"guid-{number}",
            pub_date=start - timedelta(days=number),
            link=f"https://www.example.com/{number}?a=1&b=2",
            enclosure=MediaFile(
                url=f"https://media.example.com/{number}.mp3", length=28_000_000, type="audio/mpeg"
            ),
            season=1,
            number=number,
            image=artwork(str(number)),
            duration=1801,
        )
        for number in range(1, EPISODES + 1)
    )
    feed = Feed(
        profile="modern",
        namespaces={prefix: NAMESPACES[prefix] for prefix in ALWAYS},
        self_url="https://feeds.example.com/example-show",
        title="Example Show",
        notes=Notes(description="About maps & weather."),
        generator="podcast-feedgen",
        last_build_date=start,
        link="https://www.example.com/show",
        language="en-us",
        copyright="Example Media",
        author="Example Media",
        owner=Contact(name="Example Media", email="owner@example.com"),
        explicit=False,
        categories=(Category(name="Society & Culture", children=("Documentary",)),),
        itunes_type="episodic",
        image=artwork("show"),
        podcast_guid="6f7eee44-887a-5582-8d86-77799ddee723",
        item_list=items,
    )
    renderer = Renderer()
    return best_of(lambda: renderer.render(feed))


def best_of(work: Callable[[], bytes]) -> tuple[float, int]:
    """Return the least CPU seconds of several rounds, and the bytes of the last one."""
    best = float("inf")
    for _ in range(ROUNDS):
        before = time.process_time()
        out = work()
        best = min(best, time.process_time() - before)
    return best, len(out)


def main(arguments: list[str]) -> int:
    """Print both times and their ratio; return 1 if the ratio is too small."""
    with tempfile.TemporaryDirectory() as scratch:
        other, other_size = theirs(Path(arguments[0] if arguments else scratch))
    own, own_size = ours()
    print(f"python-feedgen 1.0.0  {other * 1000:7.1f} ms  {other_size:>9,} bytes")
    print(f"podcast-feedgen       {own * 1000:7.1f} ms  {own_size:>9,} bytes")
    print(f"ratio                 {other / own:7.1f} ×")
    return 0 if other / own >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
