"""Each kind of message as the request its receiver expects (pure)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from feedgen.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from feedgen.notify.message import Message

USER_AGENT = "podcast-feedgen (feed publisher)"
_SECRET_PREFIX = "whsec_"  # noqa: S105 - what a secret begins with, not one


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What proves who we are; blank where nothing is set."""

    podping_token: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Secrets:
        """Return what FEEDGEN_PODPING_TOKEN and FEEDGEN_WEBHOOK_SECRET hold.

        Raises UsageProblem if the secret is not in the form of Standard Webhooks.
        """
        found = os.environ if environment is None else environment
        made = cls(
            podping_token=found.get("FEEDGEN_PODPING_TOKEN", "").strip(),
            webhook_secret=found.get("FEEDGEN_WEBHOOK_SECRET", "").strip(),
        )
        if made.webhook_secret:
            _key(made.webhook_secret)
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request, ready to be sent; headers may hold a secret."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = b""


class NotPossible(Exception):
    """The message can not be sent as things are; says what is missing."""


def request(message: Message, secrets: Secrets, *, now: datetime) -> Request:
    """Return `message` as a request; raise NotPossible if a secret for it is missing."""
    if message.kind == "websub":
        return _websub(message)
    if message.kind == "podping":
        return _podping(message, secrets)
    return _webhook(message, secrets, now)


def _websub(message: Message) -> Request:
    """WebSub, W3C Recommendation §6: the publisher tells its hub, in the usual form."""
    return Request(
        method="POST",
        url=message.address,
        headers={
            "User-Agent": USER_AGENT,
            "Content-Type": "application/x-www-form-urlencoded",
        },
        body=urlencode({"hub.mode": "publish", "hub.url": message.feed_url}).encode(),
    )


def _podping(message: Message, secrets: Secrets) -> Request:
    """podping.cloud: one GET with a token for every real change."""
    if not secrets.podping_token:
        raise NotPossible("FEEDGEN_PODPING_TOKEN is not set")
    query = urlencode({"url": message.feed_url, "reason": "update", "medium": message.medium})
    return Request(
        method="GET",
        url=f"{message.address}?{query}",
        headers={"User-Agent": USER_AGENT, "Authorization": secrets.podping_token},
    )


def _webhook(message: Message, secrets: Secrets, now: datetime) -> Request:
    """Standard Webhooks 1.0: an id that stays the same over retries, a time and a signature."""
    body = json.dumps(
        {
            "type": "feed.published",
            "timestamp": message.made_at.isoformat(),
            "data": {
                "series": message.slug,
                "series_id": message.series_id,
                "title": message.title,
                "feed_url": message.feed_url,
                "sha256": message.sha256,
            },
        },
        ensure_ascii=False,
    ).encode()
    identity = f"msg_{message.sha256[:16]}_{message.id}"
    moment = str(int(now.timestamp()))
    headers = {
        "User-Agent": USER_AGENT,
        "Content-Type": "application/json",
        "webhook-id": identity,
        "webhook-timestamp": moment,
    }
    if secrets.webhook_secret:
        signed = f"{identity}.{moment}.".encode() + body
        digest = hmac.new(_key(secrets.webhook_secret), signed, hashlib.sha256).digest()
        headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
    return Request(method="POST", url=message.address, headers=headers, body=body)


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UsageProblem(
            "FEEDGEN_WEBHOOK_SECRET is not base64",
            hint='make one: python3 -c "import base64, os; '
            "print('whsec_' + base64.b64encode(os.urandom(32)).decode())\"",
        ) from error
    return key
