"""The feeds as a list to subscribe to (OPML 2.0, outline elements of type `rss`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from feedgen.feed.dates import rfc2822
from feedgen.xmltext import clean

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from feedgen.outcome import Outcome
    from feedgen.standing import Standing


def opml(feeds: Iterable[Outcome | Standing], *, title: str, changed_at: datetime) -> bytes:
    """Return the public feeds as a document, by title; a series without an address is left out.

    Only the address of a series' own feed is listed: those of private feeds are keys.
    `changed_at` is what the list says of its own age: when something in it last changed.
    """
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = clean(title)
    etree.SubElement(head, "dateModified").text = rfc2822(changed_at)
    etree.SubElement(head, "docs").text = "http://opml.org/spec2.opml"
    body = etree.SubElement(root, "body")
    for feed in sorted(feeds, key=lambda each: ((each.title or each.slug).casefold(), each.slug)):
        if feed.url:
            name = clean(feed.title or feed.slug)
            etree.SubElement(
                body, "outline", type="rss", text=name, title=name, xmlUrl=clean(feed.url)
            )
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))
