"""One walk over the document: every element is read once and shown to the rules that want it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from feedgen.check import profiles
from feedgen.check.document import Document, read
from feedgen.check.facts import NO_FACTS, Facts
from feedgen.check.node import Entry, Names, Node, line_of, node_of
from feedgen.check.report import Collector, Finding, Report, Severity, shorten
from feedgen.check.rule import Hit, Rule
from feedgen.check.values import ODD, moment
from feedgen.check.vocabulary import CHANNEL_TAGS, ITEM_TAGS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from lxml import etree

# A clock that runs a little ahead must not turn a fresh episode into a leaked one.
_LEEWAY = 600
Active = tuple[Rule, Severity]
Checks = tuple[tuple[Callable[[Any, Any], Any], Rule, Severity], ...]


def judge(
    raw: bytes,
    *,
    now: datetime,
    profile: str,
    facts: Facts | None,
    select: Collection[str],
    ignore: Collection[str],
) -> Report:
    """Return the judgement of `raw`; see `feedgen.check.run`."""
    active = profiles.active(profile, select=select, ignore=ignore)
    document = read(raw, now=now.timestamp(), profile=profile, facts=facts or NO_FACTS)
    return _Walk(document, active, Collector(profile)).report()


def addresses(raw: bytes) -> tuple[list[str], list[str]]:
    """Return the URLs of all artwork and of all enclosures in `raw`, each once, in their order."""
    document = read(raw, now=0.0, profile="modern", facts=NO_FACTS)
    _Walk(document, (), Collector("modern")).report()
    enclosures = dict.fromkeys(url for url, _, _ in document.enclosures)
    return list(document.artwork), list(enclosures)


class _Walk:
    def __init__(self, document: Document, active: tuple[Active, ...], out: Collector) -> None:
        self._document = document
        self._out = out
        self._names = Names()
        self._rules: dict[str, list[Active]] = {}
        for rule, severity in active:
            for on in rule.on:
                self._rules.setdefault(on, []).append((rule, severity))
        self._spaced, self._odd = self._checks("spaced"), self._checks("odd")
        self._merged: dict[tuple[str, str], Checks] = {}

    def report(self) -> Report:
        document = self._document
        if document.root is not None and document.kind == "rss":
            self._feed(document.root)
        self._ask("bytes", document)
        if document.channel is not None:
            self._ask("document", document)
        return self._out.report()

    def _feed(self, root: etree._Element) -> None:
        names = self._names
        head = Node(root, names.of(root), "", dict(root.items()), None, None)
        channels = [child for child in root if _local(child) == "channel"]
        if not channels:
            return
        element = channels[0]
        channel = Node(element, "channel", "", dict(element.items()), head, None)
        self._document.channel = channel
        last = self._unfinished(element)
        for child in element:
            if not isinstance(child.tag, str):
                continue
            flat: list[Node] = []
            node = node_of(child, names, channel, None, flat)
            if node.name == "item":
                self._look(_whole(flat) if child is last else flat)
                self._remember(node)
                for one in flat:
                    one.forget()
                continue
            channel.adopt(node)
            if node.name == "itunes:image" and node.get("href"):
                self._document.artwork[node.get("href")] = None
            if self._document.entries:
                self._document.after_items.append(node)
            self._look(_whole(flat) if child is last else flat)
        if last is None or self._document.entries:
            self._look([channel])

    def _remember(self, item: Node) -> None:
        document = self._document
        entry = _entry(item, document)
        document.entries.append(entry)
        for child in item.children:
            if child.name == "itunes:image" and child.get("href"):
                document.artwork[child.get("href")] = None
            elif child.name == "enclosure" and child.get("url"):
                document.enclosures.append((child.get("url"), child.get("length"), entry))

    def _unfinished(self, channel: etree._Element) -> etree._Element | None:
        """Return the child in which reading broke off: what it lacks may well have followed."""
        if not self._document.torn:
            return None
        return channel[-1] if len(channel) else channel

    def _look(self, nodes: list[Node]) -> None:
        merged, spaced, odd = self._merged, self._spaced, self._odd
        for node in nodes:
            parent = node.parent
            key = (parent.name if parent is not None else "", node.name)
            checks = merged.get(key)
            if checks is None:
                checks = self._merge(*key)
            if checks:
                self._apply(checks, node)
            text = node.text
            if text and not node.children:
                stripped = text.strip()
                if spaced and stripped and len(stripped) != len(text):
                    self._apply(spaced, node)
                if odd and (not text.isascii() or "\x7f" in text) and ODD.search(text):
                    self._apply(odd, node)
                    continue
            if odd and node.attrs and _is_odd(node):
                self._apply(odd, node)

    def _apply(self, checks: Checks, node: Node) -> None:
        document = self._document
        for check, rule, severity in checks:
            answer = check(node, document)
            if answer is not None:
                self._tell(rule, severity, node, answer)

    def _merge(self, parent: str, name: str) -> Checks:
        wanted = [name, f"{parent}/{name}"]
        prefix, colon, _ = name.partition(":")
        if colon:
            wanted.append(f"{prefix}:*")
        known = {"channel": CHANNEL_TAGS, "item": ITEM_TAGS}.get(parent)
        if known is not None and ":" not in name and name not in known:
            wanted.append("unknown")
        checks = tuple(entry for on in wanted for entry in self._checks(on))
        self._merged[parent, name] = checks
        return checks

    def _checks(self, on: str) -> Checks:
        return tuple((rule.check, rule, severity) for rule, severity in self._rules.get(on, ()))

    def _ask(self, on: str, document: Document) -> None:
        for rule, severity in self._rules.get(on, ()):
            answer = rule.check(document, document)
            if answer is not None:
                self._tell(rule, severity, None, answer)

    def _tell(self, rule: Rule, usual: Severity, node: Node | None, answer: object) -> None:
        for hit in _hits(answer):
            severity = hit.severity or usual
            if profiles.rank(severity) < profiles.rank(usual):
                severity = usual
            if not self._out.room(rule.id, severity):
                continue
            place = hit.node if hit.node is not None else node
            line, guid, title, value = _whereabouts(place)
            if hit.value is not None:
                value = hit.value
            if hit.line is not None:
                line = hit.line
            self._out.add(
                Finding(
                    rule=rule.id,
                    severity=severity,
                    message=hit.message,
                    line=line,
                    item_guid=guid,
                    item_title=title,
                    value=shorten(value),
                )
            )


def _whole(nodes: list[Node]) -> list[Node]:
    """Return `nodes` without the last and what is around it: there the document broke off."""
    open_nodes = set()
    node: Node | None = nodes[-1]
    while node is not None:
        open_nodes.add(id(node))
        node = node.parent
    return [node for node in nodes if id(node) not in open_nodes]


def _hits(answer: object) -> Iterator[Hit]:
    if isinstance(answer, str):
        yield Hit(answer)
    elif isinstance(answer, Hit):
        yield answer
    else:
        assert hasattr(answer, "__iter__")  # noqa: S101 - the three forms of rule.Complaints
        for one in answer:
            yield Hit(one) if isinstance(one, str) else one


def _whereabouts(place: Node | Entry | None) -> tuple[int, str, str, str]:
    if place is None:
        return 0, "", "", ""
    if isinstance(place, Entry):
        return place.line, place.guid, place.title, ""
    item = place.item
    guid = item.value("guid") if item is not None else ""
    title = item.value("title") if item is not None else ""
    return place.line, guid, title, "" if place.children else place.text.strip()


def _is_odd(node: Node) -> bool:
    for value in node.attrs.values():
        if (not value.isascii() or "\x7f" in value) and ODD.search(value):
            return True
    return False


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _entry(item: Node, document: Document) -> Entry:
    when = moment(item.value("pubDate"))
    published = when.instant if when is not None else None
    return Entry(
        line=line_of(item.element),
        guid=item.value("guid"),
        title=item.value("title"),
        link=item.value("link"),
        enclosures=tuple(e.get("url") for e in item.each("enclosure") if e.get("url")),
        published=published,
        leaked=published is not None and published > document.now + _LEEWAY,
        season=item.value("itunes:season"),
        episode=item.value("itunes:episode"),
        kind=item.value("itunes:episodeType") or "full",
    )
