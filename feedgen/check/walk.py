"""One walk over the document: every element is read once and shown to the rules that want it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from feedgen.check import profiles
from feedgen.check.again import Again, again
from feedgen.check.document import MAX_ITEMS, Document, read, unreadable
from feedgen.check.facts import NO_FACTS, Facts
from feedgen.check.kept import Remark, Verdict
from feedgen.check.node import LEEWAY, Entry, Names, Node, attributes, line_of, node_of
from feedgen.check.presence import NOTHING, PartedNames, absent, parted
from feedgen.check.report import Collector, Finding, Report, Severity, shorten
from feedgen.check.rule import Hit, Rule
from feedgen.check.values import ODD, moment
from feedgen.check.vocabulary import CHANNEL_TAGS, ITEM_TAGS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from lxml import etree

    from feedgen.check.kept import Verdicts
    from feedgen.check.presence import Required

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
    required: Required = NOTHING,
    verdicts: Verdicts | None = None,
) -> Report:
    """Return the judgement of `raw`; see `feedgen.check.run`."""
    active = profiles.active(profile, select=select, ignore=ignore)
    when, known, out = now.timestamp(), facts or NO_FACTS, Collector(profile)
    if verdicts is not None:
        around = (*((rule.id, severity) for rule, severity in active), *required.item)
        seen = again(raw, verdicts, now=when, profile=profile, facts=known, around=around)
        if seen is not None:
            return _Walk(seen[0], active, out, required, seen[1]).report()
    document = read(raw, now=when, profile=profile, facts=known)
    try:
        return _Walk(document, active, out, required).report()
    except UnicodeDecodeError:
        document = unreadable(raw, now=when, profile=profile, facts=known)
        return _Walk(document, active, Collector(profile), required).report()


def lacking(raw: bytes, required: Required) -> tuple[str, ...]:
    """Return what `raw` lacks of what it must hold, `item/…` for what one of its items does."""
    document = read(raw, now=0.0, profile="modern", facts=NO_FACTS)
    return _Walk(document, (), Collector("modern"), required).report().lacking


def addresses(raw: bytes) -> tuple[list[str], list[str]]:
    """Return the URLs of all artwork and of all enclosures in `raw`, each once, in their order."""
    document = read(raw, now=0.0, profile="modern", facts=NO_FACTS)
    _Walk(document, (), Collector("modern")).report()
    enclosures = dict.fromkeys(url for url, _, _ in document.enclosures)
    return list(document.artwork), list(enclosures)


class _Walk:
    def __init__(
        self,
        document: Document,
        active: tuple[Active, ...],
        out: Collector,
        required: Required = NOTHING,
        seen: Again | None = None,
    ) -> None:
        self._document = document
        self._out = out
        self._seen = seen
        self._required = parted(required.channel), parted(required.item)
        self._names = Names()
        self._rules: dict[str, list[Active]] = {}
        for rule, severity in active:
            for on in rule.on:
                self._rules.setdefault(on, []).append((rule, severity))
        self._spaced, self._odd = self._checks("spaced"), self._checks("odd")
        self._merged: dict[tuple[str, str], Checks] = {}
        # While an item is judged for later, everything there is to say of it.
        self._remarks: list[Remark] | None = None
        self._shift = 0

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
        head = Node(root, names.of(root), "", attributes(root), None, None)
        channels = [child for child in root if _local(child) == "channel"]
        if not channels:
            return
        element = channels[0]
        channel = Node(element, "channel", "", attributes(element), head, None)
        self._document.channel = channel
        last = self._unfinished(element)
        for child in element:
            if not isinstance(child.tag, str):
                continue
            if self._seen is not None and (number := self._seen.number(child)) is not None:
                self._again(self._seen, number, channel, line_of(child))
                continue
            if len(self._document.entries) >= MAX_ITEMS and names.of(child) == "item":
                self._document.passed_over += 1
                continue
            flat: list[Node] = []
            node = node_of(child, names, channel, None, flat)
            if node.name == "item":
                self._item(node, _whole(flat) if child is last else flat)
                for one in flat:
                    one.forget()
                continue
            channel.adopt(node)
            if node.name == "itunes:image" and node.get("href"):
                self._document.artwork[node.get("href")] = None
            if self._document.entries:
                self._document.after_items.append(node)
            self._look(_whole(flat) if child is last else flat)
        self._out.lacks(absent(channel, self._required[0]))
        if last is None or self._document.entries:
            self._look([channel])

    def _item(self, item: Node, flat: list[Node]) -> None:
        """Judge one item, and remember what rules across items must know of it."""
        self._look(flat)
        document = self._document
        entry = _entry(item, document)
        document.entries.append(entry)
        document.artwork.update(dict.fromkeys(_artwork(item)))
        document.enclosures += [(url, length, entry) for url, length in _enclosures(item)]
        self._out.lacks(absent(item, self._required[1]), item=True)

    def _again(self, seen: Again, number: int, channel: Node, line: int) -> None:
        """Take an item as judged before, or judge it and keep the verdict."""
        verdict = seen.known.get(number)
        if verdict is None:
            flat: list[Node] = []
            node = node_of(seen.elements[number], self._names, channel, None, flat)
            self._shift, self._remarks = line - node.line, []
            known = len(self._document.entries)
            self._item(node, flat)
            entry = self._document.entries[known]
            entry.line = line
            verdict = _verdict(node, flat, entry, self._remarks, self._required[1])
            seen.verdicts.keep(seen.keys[number], verdict, self._document.now + LEEWAY)
            self._shift, self._remarks = 0, None
            for one in flat:
                one.forget()
            return
        document = self._document
        entry = _remembered(verdict, line, document.now)
        document.entries.append(entry)
        document.artwork.update(dict.fromkeys(verdict.artwork))
        document.enclosures += [(url, length, entry) for url, length in verdict.enclosures]
        self._out.lacks(verdict.lacking, item=True)
        for remark in verdict.remarks:
            if self._out.room(remark.rule, remark.severity):
                self._out.add(
                    Finding(
                        rule=remark.rule,
                        severity=remark.severity,
                        message=remark.message,
                        line=line + remark.line,
                        item_guid=verdict.guid,
                        item_title=verdict.title,
                        value=remark.value,
                    )
                )

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
            room = self._out.room(rule.id, severity)
            if not room and self._remarks is None:
                continue
            place = hit.node if hit.node is not None else node
            line, guid, title, value = _whereabouts(place)
            if hit.value is not None:
                value = hit.value
            value = shorten(value)
            if hit.line is not None:
                line = hit.line
            line += self._shift
            if room:
                self._out.add(
                    Finding(
                        rule=rule.id,
                        severity=severity,
                        message=hit.message,
                        line=line,
                        item_guid=guid,
                        item_title=title,
                        value=value,
                    )
                )
            if self._remarks is not None:
                self._remarks.append(Remark(rule.id, severity, hit.message, line, value))


def _verdict(
    item: Node, flat: list[Node], entry: Entry, remarks: list[Remark], required: PartedNames
) -> Verdict:
    """Return what is to be known of an item when it comes again; lines count from its own."""
    dates = [moment(node.text.strip()) for node in flat if node.name == "pubDate"]
    return Verdict(
        guid=entry.guid,
        title=entry.title,
        link=entry.link,
        published=entry.published,
        since=max((date.instant for date in dates if date is not None), default=0.0),
        season=entry.season,
        episode=entry.episode,
        kind=entry.kind,
        enclosures=tuple(
            (e.get("url"), e.get("length")) for e in item.each("enclosure") if e.get("url")
        ),
        artwork=tuple(i.get("href") for i in item.each("itunes:image") if i.get("href")),
        remarks=tuple(msgspec.structs.replace(r, line=r.line - entry.line) for r in remarks),
        lacking=absent(item, required),
    )


def _enclosures(item: Node) -> Iterator[tuple[str, str]]:
    for node in item.each("enclosure"):
        if url := node.get("url"):
            yield url, node.get("length")


def _artwork(item: Node) -> Iterator[str]:
    for node in item.each("itunes:image"):
        if href := node.get("href"):
            yield href


def _remembered(verdict: Verdict, line: int, now: float) -> Entry:
    return Entry(
        line=line,
        guid=verdict.guid,
        title=verdict.title,
        link=verdict.link,
        enclosures=tuple(url for url, _ in verdict.enclosures),
        published=verdict.published,
        leaked=verdict.published is not None and verdict.published > now + LEEWAY,
        season=verdict.season,
        episode=verdict.episode,
        kind=verdict.kind,
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
        leaked=published is not None and published > document.now + LEEWAY,
        season=item.value("itunes:season"),
        episode=item.value("itunes:episode"),
        kind=item.value("itunes:episodeType") or "full",
    )
