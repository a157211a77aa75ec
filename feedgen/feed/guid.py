"""Identities that outlive everything else: podcast:guid and the guids of items."""

from __future__ import annotations

import re
import uuid

# podcast namespace: guid.
_NAMESPACE = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.\-]*://")


def podcast_guid(feed_url: str) -> str:
    """Return the UUIDv5 of a feed's first address, without its scheme and trailing slashes.

    It is computed once and kept through every move. Source: podcast namespace, `guid`.
    """
    return str(uuid.uuid5(_NAMESPACE, _SCHEME.sub("", feed_url.strip()).rstrip("/")))
