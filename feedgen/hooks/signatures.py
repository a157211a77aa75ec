"""Whether a request comes from who it says: signatures and tokens, compared in constant time.

Sources: Standard Webhooks 1.0 ("Verifying webhooks"), GitHub ("Validating webhook deliveries"),
Ghost (webhook-trigger: body and time-stamp signed together), Contentful ("Request Verification"),
Sanity (webhook-toolkit). Pure: the time is an argument. Whatever is wrong, the answer is the same
to whoever asks; the log has the reason.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from feedgen.errors import MissingExtra, Refused, UsageProblem

if TYPE_CHECKING:
    from feedgen.hooks.settings import HookSettings, Scheme

# Where a shared token stands, unless the settings name another header.
HEADER = "x-feedgen-token"
_GHOST = re.compile(r"sha256=(?P<given>[0-9a-f]{64}),\s*t=(?P<stamp>[0-9]{1,15})")
_SANITY = re.compile(r"t=(?P<stamp>[0-9]{1,15})[, ]+v1=(?P<given>[A-Za-z0-9_-]{43})")
_SECONDS = re.compile(r"0|[1-9][0-9]{0,10}")
Digest = Literal["sha1", "sha256"]
_GITHUB: dict[Digest, re.Pattern[str]] = {
    "sha1": re.compile(r"sha1=[0-9a-f]{40}"),
    "sha256": re.compile(r"sha256=[0-9a-f]{64}"),
}
_LONGEST_KEY = 255
# Whoever repeats a message says so with one of these; the first that is there counts.
_KEYS = (
    "webhook-id",
    "svix-id",
    "idempotency-key",
    "x-github-delivery",
    "x-contentful-idempotency-key",
    "x-drupal-webhooks-delivery",
    "x-drupal-delivery",
)


class Unsigned(Refused):
    """A request that is not signed as it has to be; the message is for the log alone."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the request is not signed as it has to be: {why}")


class BadKey(UsageProblem):
    """An idempotency key that nobody can keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it came; the names of `headers` are in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def verify(
    request: Request, settings: HookSettings, secrets: Sequence[str], *, now: datetime
) -> None:
    """Raise Unsigned unless one of `secrets` signed the request, not too long ago."""
    if not secrets:
        raise Unsigned("the hook has no secret")
    _VERIFIERS[settings.scheme](request, settings, secrets, now)


def verify_headers(
    headers: Mapping[str, str], settings: HookSettings, secrets: Sequence[str], *, now: datetime
) -> None:
    """Raise Unsigned if the headers alone show that a request is refused, before its body is read.

    A signature that is missing, has no form or is too old, and a token that is not the one.
    """
    if settings.scheme == "token":
        _refuse_unless(_any_equal([_token(settings, headers)], secrets))
    else:
        _CLAIMS[settings.scheme](headers, settings, now)


def key_of(request: Request, scheme: Scheme) -> str:
    """Return by what a repeated request is known, `""` if its sender gives it nothing.

    Raises BadKey for a key that is too long. The signature stands in where it covers a
    time-stamp: nobody but a replay has it twice. Ghost gives no key, and Contentful signs its own:
    what anybody may have added to a request of theirs is none.
    """
    names: Iterable[str] = () if scheme == "ghost" else _KEYS
    if scheme == "contentful":
        signed_too = request.headers.get("x-contentful-signed-headers", "").lower().split(",")
        names = [name for name in _KEYS if name in signed_too]
    for name in names:
        # A string of RFC 8941 has quotes (IETF draft "The Idempotency-Key HTTP Header Field").
        if key := request.headers.get(name, "").strip().strip('"'):
            if len(key) > _LONGEST_KEY or not key.isprintable():
                raise BadKey("the idempotency key is too long or not legible")
            return key
    signed = {"ghost": "x-ghost-signature", "sanity": "sanity-webhook-signature"}.get(scheme, "")
    stamp = request.headers.get(signed or "x-contentful-signature", "")
    return hashlib.sha256(stamp.encode()).hexdigest() if stamp else ""


def _standard_claim(
    headers: Mapping[str, str], settings: HookSettings, now: datetime
) -> tuple[str, datetime, list[str]]:
    id_, stamp, given = (
        headers.get(f"webhook-{name}") or headers.get(f"svix-{name}", "")
        for name in ("id", "timestamp", "signature")
    )
    if not (id_ and stamp and given):
        raise Unsigned("a header of Standard Webhooks is missing")
    # "The timestamp is an integer unix timestamp"; it is signed as it is written.
    if not _SECONDS.fullmatch(stamp):
        raise Unsigned("the time-stamp is no number of seconds")
    return id_, _fresh(stamp, settings.tolerance, now), given.split()


def _standard(
    request: Request, settings: HookSettings, secrets: Sequence[str], now: datetime
) -> None:
    try:
        from standardwebhooks import Webhook
    except ImportError as error:
        raise MissingExtra("Standard Webhooks", "serve") from error
    id_, at, given = _standard_claim(request.headers, settings, now)
    try:
        text = request.body.decode("utf-8")
        # The library raises exceptions of several kinds for a secret that is none.
        wanted = [Webhook(secret).sign(id_, at, text) for secret in secrets]
    except UnicodeDecodeError as error:
        raise Unsigned("the body is not UTF-8") from error
    except Exception as error:
        raise Unsigned("the secret is none of Standard Webhooks: base64, whsec_…") from error
    _refuse_unless(_any_equal(given, wanted))


def _github_claim(
    headers: Mapping[str, str], settings: HookSettings, _now: datetime
) -> tuple[Digest, str]:
    given = headers.get("x-hub-signature-256", "")
    digest: Digest = "sha256"
    if not given and settings.kind == "drupal":
        # Its module signs with SHA-1 alone, whose HMAC holds although the digest is broken
        # (RFC 6194). From everybody else the header of GitHub's first years is no signature.
        given, digest = headers.get("x-hub-signature", ""), "sha1"
    if not _GITHUB[digest].fullmatch(given):
        raise Unsigned("x-hub-signature-256 is missing or of another form")
    return digest, given


def _github(
    request: Request, settings: HookSettings, secrets: Sequence[str], now: datetime
) -> None:
    digest, given = _github_claim(request.headers, settings, now)
    wanted = [f"{digest}={_hmac(secret, request.body, digest).hex()}" for secret in secrets]
    _refuse_unless(_any_equal([given], wanted))


def _shared_token(
    request: Request, settings: HookSettings, secrets: Sequence[str], _now: datetime
) -> None:
    _refuse_unless(_any_equal([_token(settings, request.headers)], secrets))


def _token(settings: HookSettings, headers: Mapping[str, str]) -> str:
    if settings.header:
        given = headers.get(settings.header.lower(), "")
    else:
        given = headers.get(HEADER) or headers.get("authorization", "")
    scheme, _, rest = given.strip().partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            # The password of RFC 7617, for senders that know nothing else.
            return base64.b64decode(rest, validate=True).decode("utf-8").partition(":")[2]
        except ValueError:  # no base64, no ASCII before it, no UTF-8 behind it
            return ""
    return given.strip()


def _stamped_claim(
    header: str,
    form: re.Pattern[str],
    headers: Mapping[str, str],
    settings: HookSettings,
    now: datetime,
) -> tuple[str, str]:
    """Return signature and time-stamp of a header that holds both."""
    found = form.fullmatch(headers.get(header, "").strip())
    if not found:
        raise Unsigned(f"{header} is missing or of another form")
    _fresh(found["stamp"], settings.tolerance, now)
    return found["given"], found["stamp"]


_ghost_claim = partial(_stamped_claim, "x-ghost-signature", _GHOST)
_sanity_claim = partial(_stamped_claim, "sanity-webhook-signature", _SANITY)


def _ghost(
    request: Request, settings: HookSettings, secrets: Sequence[str], now: datetime
) -> None:
    given, stamp = _ghost_claim(request.headers, settings, now)
    wanted = [_hmac(secret, request.body + stamp.encode()).hex() for secret in secrets]
    _refuse_unless(_any_equal([given], wanted))


def _contentful_claim(
    headers: Mapping[str, str], settings: HookSettings, now: datetime
) -> tuple[str, list[str]]:
    signed = headers.get("x-contentful-signed-headers", "").split(",")
    names = [name.strip().lower() for name in signed]
    # A signature that leaves out its own frame says nothing about when it was made.
    if not {"x-contentful-timestamp", "x-contentful-signed-headers"} <= {*names}:
        raise Unsigned("x-contentful-signed-headers is missing or leaves out the time-stamp")
    _fresh(headers.get("x-contentful-timestamp", ""), settings.tolerance, now)
    given = headers.get("x-contentful-signature", "")
    if not given:
        raise Unsigned("x-contentful-signature is missing")
    return given, names


def _contentful(
    request: Request, settings: HookSettings, secrets: Sequence[str], now: datetime
) -> None:
    headers = request.headers
    given, names = _contentful_claim(headers, settings, now)
    told = ";".join(f"{name}:{headers.get(name, '').strip()}" for name in names)
    path, mark, query = request.path.partition("?")
    where = f"{quote(path, safe=_KEPT)}{mark}{quote(quote(query, safe=_PLAIN), safe=_KEPT)}"
    frame = "\n".join((request.method, where, told, "")).encode()
    wanted = [_hmac(secret, frame + request.body).hex() for secret in secrets]
    _refuse_unless(_any_equal([given], wanted))


# What ECMAScript's encodeURI leaves as it is, and Node's querystring.escape beyond RFC 3986.
_KEPT, _PLAIN = ";/?:@&=+$,-_.!~*'()#", "!*'()"


def _sanity(
    request: Request, settings: HookSettings, secrets: Sequence[str], now: datetime
) -> None:
    given, stamp = _sanity_claim(request.headers, settings, now)
    message = f"{stamp}.".encode() + request.body
    wanted = [
        base64.urlsafe_b64encode(_hmac(secret, message)).decode().rstrip("=") for secret in secrets
    ]
    _refuse_unless(_any_equal([given], wanted))


_Verifier = Callable[[Request, "HookSettings", Sequence[str], datetime], None]
_VERIFIERS: dict[Scheme, _Verifier] = {
    "standard-webhooks": _standard,
    "github": _github,
    "token": _shared_token,
    "ghost": _ghost,
    "contentful": _contentful,
    "sanity": _sanity,
}
# What the headers of each scheme claim, with all that can be refused of it without the body.
_CLAIMS: dict[Scheme, Callable[[Mapping[str, str], HookSettings, datetime], object]] = {
    "standard-webhooks": _standard_claim,
    "github": _github_claim,
    "ghost": _ghost_claim,
    "contentful": _contentful_claim,
    "sanity": _sanity_claim,
}


def _fresh(stamp: str, tolerance: int, now: datetime) -> datetime:
    """Return the time of a time-stamp in seconds or milliseconds; raise Unsigned if it is off."""
    if not re.fullmatch(r"[0-9]{1,15}", stamp):
        raise Unsigned("the time-stamp is no number")
    seconds = int(stamp) / 1000 if len(stamp) > 11 else int(stamp)
    if abs(now.timestamp() - seconds) > tolerance:
        raise Unsigned("the time-stamp is too old or lies ahead")
    return datetime.fromtimestamp(seconds, now.tzinfo)


def _hmac(secret: str, message: bytes, digest: str = "sha256") -> bytes:
    return hmac.new(secret.encode(), message, digest).digest()


def _any_equal(given: Iterable[str], wanted: Iterable[str]) -> bool:
    """Return whether something given is what is wanted; every pair is looked at."""
    wanted = tuple(wanted)
    found = False
    for one in given:
        for other in wanted:
            found |= hmac.compare_digest(one.encode(), other.encode())
    return found


def _refuse_unless(equal: bool) -> None:
    if not equal:
        raise Unsigned("the signature is not that of the secret")
