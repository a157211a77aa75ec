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
_INVISIBLE = re.compile("[\x7f\ufeff\u200b\ufdd0-\ufdef]")
_SEPARATORS = re.compile("[\u2028\u2029]")
_C1 = re.compile("[\x80-\x9f]+")
# Embeddings, overrides and isolates of the bidirectional algorithm, and what ends them.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CLOSED_BY = {
    **dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c"),
    **dict.fromkeys("\u2066\u2067\u2068", "\u2069"),
}


def strip_illegal(text: str) -> str:
    """Return `text` without the characters XML 1.0 forbids, lone surrogates among them."""
    return ILLEGAL.sub("", text)


def clean(text: str) -> str:
    """Return `text` as a feed may hold it; cleaning twice is cleaning once.

    Forbidden and invisible characters go, Unicode line separators become spaces, CRLF becomes
    LF, C1 controls are read as the Windows-1252 they nearly always are, direction marks that
    are not closed go, the rest is NFC and stripped at both ends.
    """
    text = strip_illegal(text)
    text = _C1.sub(_as_cp1252, text)
    text = _INVISIBLE.sub("", text)
    text = _SEPARATORS.sub(" ", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # Composed last: what a removed character kept apart may compose now.
    return unicodedata.normalize("NFC", without_open_bidi(text)).strip()


def without_open_bidi(text: str) -> str:
    """Return `text` without its bidi controls if they do not close each other, else as it is.

    One left open turns round whatever an app shows after it (Unicode Standard Annex 9).
    """
    marks = _BIDI.findall(text)
    if not marks:
        return text
    expected: list[str] = []
    for mark in marks:
        if mark in _CLOSED_BY:
            expected.append(_CLOSED_BY[mark])
        elif not expected or expected.pop() != mark:
            return _BIDI.sub("", text)
    return _BIDI.sub("", text) if expected else text


def _as_cp1252(match: re.Match[str]) -> str:
    return match.group().encode("latin-1").decode("cp1252", errors="ignore")
