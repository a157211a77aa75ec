"""What every feed must contain: derived from feeds that are right, checked on all others.

A golden feed judges one show; the contract judges every feed of a night, so that an edit of a
template that drops an element is caught for shows without a case too. It holds the elements and
attributes that the channel, and every single item, of each golden feed has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from feedgen.content.tomltext import document
from feedgen.errors import SeriesProblem, UsageProblem
from feedgen.feed.model import NAMESPACES
from feedgen.schema import Reader, TomlSource

FILE = "contract.toml"
_PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}


class ContractBroken(SeriesProblem):
    """A feed lacks something that every feed must contain."""

    def __init__(self, lacking: Sequence[str]) -> None:
        super().__init__(
            f"the feed lacks what every feed must contain: {', '.join(lacking)}",
            hint="look for the template that no longer writes it; "
            f"if it is meant, take it out of {FILE} beside the golden feeds",
        )
        self.lacking = tuple(lacking)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """Names such as `itunes:image` and `enclosure@url`, of the channel and of every item."""

    channel: tuple[str, ...] = ()
    item: tuple[str, ...] = ()

    def lacking(self, feed: bytes) -> tuple[str, ...]:
        """Return what `feed` lacks, `item/…` for what one of its items does."""
        from feedgen.check.walk import lacking  # the rules load when a feed is judged

        return lacking(feed, self)

    def enforce(self, feed: bytes) -> None:
        """Raise ContractBroken if `feed` lacks something."""
        lacking = self.lacking(feed)
        if lacking:
            raise ContractBroken(lacking)


def derive(feeds: Iterable[bytes]) -> Contract:
    """Return what all of `feeds` have in common; nothing for no feed at all.

    Raises UsageProblem if one of them is no XML.
    """
    channels: list[set[str]] = []
    items: list[set[str]] = []
    for feed in feeds:
        channel, found = _names(feed)
        channels.append(channel)
        items += found
    return Contract(channel=_common(channels), item=_common(items))


def load(folder: Path) -> Contract:
    """Return the contract of a folder of golden feeds, an empty one if it has none.

    Raises Mistakes if the file is not what it should be.
    """
    path = folder / FILE
    if not path.is_file():
        return Contract()
    source = TomlSource.read(path)
    reader = Reader(source)
    contract = reader.read(Contract, source.data)
    reader.finish()
    return contract or Contract()


def text(contract: Contract) -> str:
    """Return `contract.toml`."""
    head = "# What every feed of a night must contain; 'feedgen golden contract' derives it.\n\n"
    return head + document({"channel": contract.channel, "item": contract.item})


def _common(sets: Sequence[set[str]]) -> tuple[str, ...]:
    return tuple(sorted(set.intersection(*sets))) if sets else ()


def _names(feed: bytes) -> tuple[set[str], list[set[str]]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        channel = etree.fromstring(feed, parser).find("channel")
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UsageProblem(
            f"a feed to derive a contract from is not well-formed XML: {error}",
            hint="'feedgen check' tells what is wrong with it",
        ) from error
    if channel is None:
        return set(), []
    items = channel.findall("item")
    rest = (child for child in channel if child.tag != "item")
    return set(_of(rest)), [set(_of(item)) for item in items]


def _of(children: Iterable[etree._Element]) -> Iterator[str]:
    for child in children:
        if isinstance(child.tag, str):
            name = etree.QName(child)
            prefix = _PREFIXES.get(name.namespace or "")
            shown = f"{prefix}:{name.localname}" if prefix else name.localname
            yield shown
            yield from (f"{shown}@{attribute}" for attribute in child.attrib)
