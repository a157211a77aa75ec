"""Whether an answer may be compressed, and compressing it (RFC 9110 §8.4, §12.5.3)."""

from __future__ import annotations

import gzip

# Below this a packet is a packet, compressed or not.
LEAST = 860
_LEVEL = 6


def takes_gzip(accept_encoding: str | None) -> bool:
    """Return whether a client that sends this Accept-Encoding wants gzip rather than nothing.

    A weight of 0 is a refusal, `*` speaks for what is not named (RFC 9110 §12.5.3).
    """
    weights: dict[str, float] = {}
    for part in (accept_encoding or "").lower().split(","):
        coding, _, parameters = part.strip().partition(";")
        name = "gzip" if coding.strip() in ("gzip", "x-gzip") else coding.strip()
        weights[name] = _weight(parameters)
    identity = weights.get("identity", 0.0)
    gzipped = weights.get("gzip", weights.get("*", 0.0))
    return gzipped > 0 and gzipped >= identity


def compressed(data: bytes) -> bytes:
    """Return `data` in gzip; the same bytes give the same bytes."""
    return gzip.compress(data, _LEVEL, mtime=0)


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
