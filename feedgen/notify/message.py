"""Who is told of a changed feed, and what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

Kind = Literal["websub", "podping", "webhook"]
PODPING = "https://podping.cloud/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receivers:
    """`[notify]` of feedgen.toml; hubs and the wish for Podping stand in a series' settings.

    `webhook` is told of every feed. The token for Podping and the secret that signs webhooks are
    never in a file: FEEDGEN_PODPING_TOKEN and FEEDGEN_WEBHOOK_SECRET.
    """

    webhook: Annotated[str, msgspec.Meta(pattern="^(https?://.+)?$")] = ""
    podping: Annotated[str, msgspec.Meta(pattern="^https?://")] = PODPING


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A feed that goes on air: what every receiver may be told of it."""

    series_id: str
    slug: str
    title: str
    feed_url: str
    sha256: str
    hub: str = ""
    podping: bool = False
    medium: str = "podcast"
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing to tell one receiver; `id` counts in the outbox and never comes twice."""

    id: int
    kind: Kind
    address: str
    series_id: str
    slug: str
    title: str
    feed_url: str
    sha256: str
    medium: str
    made_at: datetime
    attempts: int = 0
    error: str = ""


def announcements(what: Announcement, receivers: Receivers) -> tuple[tuple[Kind, str], ...]:
    """Return who is told of `what`: kind and address; nobody of a private feed, ever."""
    if what.private:
        return ()
    told: list[tuple[Kind, str]] = []
    if _is_http(what.hub):
        told.append(("websub", what.hub))
    if what.podping:
        told.append(("podping", receivers.podping))
    if receivers.webhook:
        told.append(("webhook", receivers.webhook))
    return tuple(told)


def _is_http(url: str) -> bool:
    return urlsplit(url).scheme in ("http", "https")
