"""Who asks and what may be sent: the Authorization and Accept headers, and privileges."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

MEDIA_TYPE = "application/vnd.api+json"

_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_PARAMETER = re.compile(rf"([A-Za-z_]+)={_QUOTED}")
_TOKEN_FORM = re.compile(
    rf"[Tt][Oo][Kk][Ee][Nn] +([A-Za-z_]+={_QUOTED}(?:[ \t]*,[ \t]*[A-Za-z_]+={_QUOTED})*)[ \t]*"
)
_ESCAPE = re.compile(r"\\(.)")
_RANGE_PART = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+')
_QVALUE = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Privileges:
    """What a credential owns: everything, or the series and networks with these ids.

    Others see what is public: active series with a public page and their released episodes.
    """

    everything: bool = True
    series: frozenset[str] = frozenset()
    networks: frozenset[str] = frozenset()


def credential_of(header: str | None, credentials: Mapping[str, str]) -> str | None:
    """Return the credential id that `header` proves, `None` if it proves none.

    The form is `Token token="<secret>", credential="<credential id>"`, both values quoted
    (ART19 Content API, introduction). The secret is compared in constant time, also for a
    credential that does not exist.
    """
    match = _TOKEN_FORM.fullmatch(header or "")
    if not match:
        return None
    pairs = [(name, _ESCAPE.sub(r"\1", value)) for name, value in _PARAMETER.findall(match[1])]
    given = dict(pairs)
    if len(pairs) != 2 or set(given) != {"token", "credential"}:
        return None
    secret = credentials.get(given["credential"])
    # The server hands header bytes over as Latin-1 (ASGI); a secret is compared as bytes.
    token = given["token"].encode("latin-1", "replace")
    same = hmac.compare_digest(token, (secret or "").encode("utf-8"))
    return given["credential"] if same and secret else None


def accepts(header: str | None) -> bool:
    """Return whether JSON:API may be sent for this Accept header.

    An absent header or `*/*` allows it (RFC 9110 §12.5.1); the JSON:API media type with
    parameters only does not (JSON:API 1.0, server responsibilities).
    """
    if header is None or not header.strip():
        return True
    qualities: dict[str, float] = {}
    modified = False
    for part in _RANGE_PART.findall(header):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality, others = 1.0, 0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip().lower() != "q":
                others += 1
            elif _QVALUE.fullmatch(value.strip()):
                quality = float(value)
        name = name.lower()
        if others:
            modified = modified or name == MEDIA_TYPE
            continue
        qualities[name] = max(quality, qualities.get(name, 0.0))
    if modified and MEDIA_TYPE not in qualities:
        return False
    for name in (MEDIA_TYPE, "application/*", "*/*"):
        if name in qualities:
            return qualities[name] > 0
    return False
