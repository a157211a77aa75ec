"""Telling the world that a feed changed: after it was read back, from a durable outbox.

    announce (before the swap) ─► confirm (after the read-back) ─► deliver (retried, de-duplicated)

A private feed is never announced, and a receiver that fails never fails a publication.
"""

from __future__ import annotations

from feedgen.notify.message import Announcement, Message, Receivers, announcements
from feedgen.notify.outbox import Outbox

__all__ = ["Announcement", "Message", "Outbox", "Receivers", "announcements"]
