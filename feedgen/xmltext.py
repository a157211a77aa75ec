"""Characters: what XML 1.0 allows and what a podcast app can show.

Escaping does not help against a character XML forbids, so every string from outside passes
`clean` once, on its way in (`feedgen.art19.decode`, `feedgen.settings`).
"""

from __future__ import annotations

import re
import unicodedata

# XML 1.0 (Fifth Edition) section 2.2, production Char, turned round.
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Invisible and never meant: they break string comparison, addresses and URLs.
_INVISIBLE = re.compile("[\ufeff\u200b\ufdd0-\ufdef]")
_SEPARATORS = re.compile("[\u2028\u2029]")
_C1 = re.compile("[\x80-\x9f]+")


def strip_illegal(text: str) -> str:
    """Return `text` without the characters XML 1.0 forbids, lone surrogates among them."""
    return ILLEGAL.sub("", text)


def clean(text: str) -> str:
    """Return `text` as a feed may hold it; cleaning twice is cleaning once.

    Forbidden and invisible characters go, Unicode line separators become spaces, CRLF becomes
    LF, C1 controls are read as the Windows-1252 they nearly always are, the rest is NFC and
    stripped at both ends.
    """
    text = strip_illegal(text)
    text = _C1.sub(_as_cp1252, text)
    text = _INVISIBLE.sub("", text)
    text = _SEPARATORS.sub(" ", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", text).strip()


def _as_cp1252(match: re.Match[str]) -> str:
    return match.group().encode("latin-1").decode("cp1252", errors="ignore")
