"""The hooks there are, told to who has to set up a CMS: where to post, and how it is signed.

A secret is never among it, only the place it is read from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from feedgen.hooks.mapping import READY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feedgen.config import Config
    from feedgen.hooks.settings import HookSettings, Scheme

# What feedgen.hooks.signatures verifies, in the words of those who make the senders.
_SIGNED: dict[Scheme, str] = {
    "standard-webhooks": "Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature "
    "(HMAC with SHA-256 in base64, the secret is base64 as well)",
    "github": "X-Hub-Signature-256: sha256= and the HMAC of the body in hexadecimal",
    "token": "the secret itself in X-Feedgen-Token, or in Authorization as Bearer or as the "
    "password of Basic",
    "ghost": "X-Ghost-Signature, as Ghost writes it once the webhook has a secret",
    "contentful": "X-Contentful-Signature with a time-stamp, the request verification of "
    "Contentful",
    "sanity": "sanity-webhook-signature, as Sanity writes it once the webhook has a secret",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HookOf:
    """One hook; `problem` says why it refuses every request.

    `secret` is where its secret is read from, `series` and `changed` are the expressions that
    find the shows and the time in a payload, `own` whether the settings say the first.
    """

    name: str
    kind: str
    signed: str
    secret: str
    series: str
    changed: str
    own: bool
    body_limit: int
    per_minute: int
    problem: str


def hooks_of(config: Config, problems: Mapping[str, str]) -> tuple[HookOf, ...]:
    """Return the hooks of a project in the order of its file."""
    return tuple(
        HookOf(
            name=name,
            kind=each.kind,
            signed=_signed(each),
            secret=each.secret_env or each.secret_file,
            series=each.series or READY[each.kind].series,
            changed=each.changed or READY[each.kind].changed,
            own=bool(each.series),
            body_limit=each.body_limit,
            per_minute=each.per_minute,
            problem=problems.get(name, ""),
        )
        for name, each in config.hooks.items()
    )


def _signed(settings: HookSettings) -> str:
    if settings.scheme == "token" and settings.header:
        return f"the secret itself in {settings.header}"
    return _SIGNED[settings.scheme]
