"""What must be there, by name: `itunes:image`, or with an attribute `enclosure@url`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from feedgen.check.node import Node


class Required(Protocol):
    """Names of what the channel, and every item, must hold."""

    @property
    def channel(self) -> tuple[str, ...]:
        """Names of elements and attributes of the channel."""
        ...

    @property
    def item(self) -> tuple[str, ...]:
        """Names of elements and attributes of each item."""
        ...


class _Nothing(NamedTuple):
    channel: tuple[str, ...] = ()
    item: tuple[str, ...] = ()


NOTHING: Required = _Nothing()
PartedNames = tuple[tuple[str, str, str], ...]


def parted(names: tuple[str, ...]) -> PartedNames:
    """Return each name with its element and its attribute, `""` for none."""
    return tuple((name, *name.partition("@")[::2]) for name in names)


def absent(parent: Node, names: PartedNames) -> tuple[str, ...]:
    """Return the names of what no child of `parent` is or has."""
    found = []
    for name, element, attribute in names:
        child = parent.first(element)
        if child is not None and (not attribute or attribute in child.attrs):
            continue
        if attribute and any(attribute in each.attrs for each in parent.each(element)):
            continue
        found.append(name)
    return tuple(found)
