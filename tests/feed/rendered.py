"""A feed rendered and parsed, for tests that look at single elements."""

from __future__ import annotations

from lxml import etree

from feedgen.feed.model import NAMESPACES, Feed, Item
from feedgen.feed.render import Renderer
from tests.factories import make_feed

_RENDERER = Renderer()
_PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}


def root_of(feed: Feed) -> etree._Element:
    """Return the root element of a feed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, strip_cdata=False)
    return etree.fromstring(_RENDERER.render(feed), parser)


def channel(*items: Item, **fields: object) -> etree._Element:
    """Return the channel of a small feed with these fields."""
    (found,) = root_of(make_feed(*items, **fields))
    return found


def first_item(item: Item, **fields: object) -> etree._Element:
    """Return the item of a feed that has only this one."""
    found = channel(item, **fields).find("item")
    assert found is not None
    return found


def find_all(parent: etree._Element, path: str) -> list[etree._Element]:
    """Return the elements at `path`, prefixes as everybody writes them."""
    return parent.findall(path, NAMESPACES)


def find(parent: etree._Element, path: str) -> etree._Element:
    """Return the only element at `path`."""
    (found,) = find_all(parent, path)
    return found


def texts(parent: etree._Element, path: str) -> list[str | None]:
    """Return the texts of the elements at `path`."""
    return [each.text for each in find_all(parent, path)]


def attributes(parent: etree._Element, path: str) -> list[dict[str, str]]:
    """Return the attributes of the elements at `path`."""
    return [dict(each.attrib) for each in find_all(parent, path)]


def names(parent: etree._Element) -> list[str]:
    """Return the children in their order, each run of one name once, as `prefix:name`."""
    found: list[str] = []
    for child in parent:
        name = etree.QName(child)
        full = (
            f"{_PREFIXES[name.namespace]}:{name.localname}" if name.namespace else name.localname
        )
        if not found or found[-1] != full:
            found.append(full)
    return found
