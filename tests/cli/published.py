"""A project that was published, and what a person may do to its shows."""

from __future__ import annotations

from pathlib import Path

from tests.projects import SERIAL, edit, publish


def retitle(folder: Path, title: str, slug: str = SERIAL) -> None:
    """Give an episode another title: an ordinary change."""
    episode = folder / "catalogue" / slug / "episodes" / "s2e1.toml"
    lines = episode.read_text(encoding="utf-8").splitlines()
    lines = [f'title = "{title}"' if line.startswith("title =") else line for line in lines]
    episode.write_text("\n".join(lines) + "\n", encoding="utf-8")


def lose_episodes(folder: Path) -> None:
    """Lose the first season of a show: an accident that the guard holds."""
    for episode in (folder / "catalogue" / SERIAL / "episodes").glob("s1*.toml"):
        episode.unlink()


def hold(folder: Path) -> str:
    """Let a run hold the accident; return the digest of the difference."""
    lose_episodes(folder)
    outcome = publish(folder)[SERIAL]
    assert outcome.result == "held"
    return outcome.digest


def add_private_feed(folder: Path) -> None:
    """Give the show a further feed whose address is its key."""
    path = folder / "catalogue" / SERIAL / "series.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\n[feed.feeds.early]\nprivate = true\ndelay_hours = -24\n")


def on_air(folder: Path, slug: str = SERIAL) -> bytes:
    """Return the feed of a show as it is on air."""
    return (folder / "feeds" / f"{slug}.xml").read_bytes()


def report_into(folder: Path, name: str = "report") -> None:
    """Ask for the files of a run."""
    edit(folder / "feedgen.toml", "[publish]", f'[report]\nfolder = "{name}"\n\n[publish]')
