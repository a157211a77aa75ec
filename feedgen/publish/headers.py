"""The headers a published file is served with, by its name (RFC 9110, RFC 9111).

A feed may be a few minutes old, and so may audio, which is named by its episode. Pictures and
chapters beside it are named by their content and never change. What lies in the folder of private
feeds is kept by nobody on the way (RFC 9111 §5.2.2.7).
"""

from __future__ import annotations

from pathlib import PurePosixPath

from feedgen.feed.variants import PRIVATE_FOLDER

FEED_AGE = "public, max-age=300"
PRIVATE_AGE = "private, max-age=300"
FOR_EVER = "public, max-age=31536000, immutable"

_TYPES = {
    ".xml": "application/rss+xml; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    # Chapters (podcast namespace: chapters); nothing else that ends so is published.
    ".json": "application/json+chapters",
    ".vtt": "text/vtt; charset=utf-8",
    ".srt": "application/x-subrip",
    ".html": "text/html; charset=utf-8",
    ".opml": "text/x-opml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/x-m4a",
}


def content_type(name: str) -> str:
    """Return the media type of `name`; a feed need not have an ending."""
    ending = PurePosixPath(name).suffix.lower()
    return _TYPES.get(ending, _TYPES[".xml"] if not ending else "application/octet-stream")


def cache_control(name: str) -> str:
    """Return how long `name` may be kept: what is named by its content for ever, else briefly."""
    if is_private(name):
        return PRIVATE_AGE
    return FOR_EVER if name.startswith(("media/images/", "media/chapters/")) else FEED_AGE


def is_private(name: str) -> bool:
    """Return whether `name` lies in the folder of private feeds, whose addresses are keys."""
    return name.startswith(f"{PRIVATE_FOLDER}/")
