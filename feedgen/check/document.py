"""The document as it was received: parsed once, as far as it can be.

A document that is not well-formed is read as far as it can be, so that one missing `&amp;` does
not hide everything else there is to say.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from lxml import etree

from feedgen.check.pairing import paired
from feedgen.xmltext import ILLEGAL

if TYPE_CHECKING:
    from feedgen.check.facts import EpisodeFacts, Facts
    from feedgen.check.node import Entry, Node

# What is read at most. A feed of 20,000 episodes is about 30 MB with 1.8 million marks; the marks
# ("<", "=", and "&" of an entity XML does not have) bound the number of nodes, and with it the
# memory, whatever the bytes hold.
MAX_BYTES = 48_000_000
MAX_MARKS = 2_000_000
# No show has as many episodes; more items are the work of somebody who wants a judge to be busy.
MAX_ITEMS = 100_000
_MARK = re.compile(rb"[<=]|&(?!#|amp;|lt;|gt;|quot;|apos;)")

BOM = b"\xef\xbb\xbf"
DECLARED = re.compile(rb"""\A\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._\-]+)["']""")
# XML 1.0 section 2.2, production Char, as bytes: C0 controls but TAB, LF, CR; U+FFFE; U+FFFF.
_ILLEGAL_BYTES = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
# References, but not those that are plain text because CDATA or a comment is around them.
_REFERENCE = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|&#(?:([0-9]{1,8})|[xX]([0-9a-fA-F]{1,7}));",
    re.DOTALL,
)
# Half of a pair, as a reference: a parser that repairs lets it through, and no text can hold it.
_HALF = re.compile(
    rb"&#(?:0*(?:5529[6-9]|55[3-9][0-9]{2}|56[0-9]{3}|57[0-2][0-9]{2}|573[0-3][0-9]|5734[0-3])"
    rb"|[xX]0*[dD][89a-fA-F][0-9a-fA-F]{2})(?![0-9a-fA-F]);?"
)
_BLANKED = bytes(32 if byte < 32 and byte not in (9, 10, 13) else byte for byte in range(256))
# More of them tell nobody more, and each costs a walk from the start to count its line.
_MOST_ILLEGAL = 50
# Whoever has so many references to what is not allowed need not have the last of them counted.
_MOST_BLANKED = 500_000
_MOST_REPAIRED = 200_000
_DECLARATION = re.compile(rb"<\?xml\s[^>]*\?>")
_UNDECLARED = re.compile(r"Namespace prefix (\S+) (?:on|for) ")
# A recovering parser reads on behind these; behind everything else the rest may be lost.
_HARMLESS = re.compile(
    r"Namespace prefix|Entity '|xmlParseEntityRef|EntityRef: expecting|PCDATA invalid Char"
    r"|xmlParseCharRef|Attribute \S+ redefined|Namespaced Attribute|xmlns:?\S* ?: "
)
_END = re.compile(rb"</(?:[A-Za-z]+:)?[Rr][Ss][Ss]\s*>")
_ESCAPED = re.compile(rb"&(?:lt|#0*60|#[xX]0*3[cC]);")
_SURROGATES = re.compile("[\udc80-\udcff]+")


@dataclass(slots=True, kw_only=True)
class Complaint:
    """One reason why the bytes are not well-formed XML."""

    line: int
    message: str


@dataclass(kw_only=True)
class Document:
    """One feed as it was received, and everything the rules share about it.

    `kind` is "rss", "atom", "rdf", "html", "json", "empty" or "other"; `complaints` are empty
    for a well-formed document; `cut_at` is where reading stopped if the document is too large.
    """

    raw: bytes
    kind: str
    root: etree._Element | None
    complaints: tuple[Complaint, ...]
    illegal: tuple[Complaint, ...]
    undeclared: frozenset[str]
    undecodable: int | None
    cut_at: int | None
    now: float
    profile: str
    facts: Facts
    channel: Node | None = None
    entries: list[Entry] = field(default_factory=list)
    after_items: list[Node] = field(default_factory=list)
    # Addresses, for rules about what lies behind them: artwork in order, and of each enclosure
    # its URL, its length as written, and its item.
    artwork: dict[str, None] = field(default_factory=dict)
    enclosures: list[tuple[str, str, Entry]] = field(default_factory=list)
    # How many items there were beyond those that are judged.
    passed_over: int = 0

    @cached_property
    def torn(self) -> bool:
        """Return whether the parser gave up somewhere, so that what follows is not known."""
        if self.cut_at is not None:
            return True
        # A document that ends inside a reference is complained of as if that were all.
        unfinished = self.kind == "rss" and _END.search(self.raw) is None
        return bool(self.complaints) and (
            unfinished or not all(_HARMLESS.match(c.message) for c in self.complaints)
        )

    @cached_property
    def doctype(self) -> str:
        """Return the document type declaration, empty if there is none."""
        if self.root is None:
            return ""
        return str(self.root.getroottree().docinfo.doctype or "")

    @cached_property
    def only_a_root(self) -> bool:
        """Return whether the parser gave up in or right behind the root's start tag."""
        return self.torn and self.root is not None and not len(self.root)

    @cached_property
    def escapes(self) -> bool:
        """Return whether a `<` of any text may be written otherwise than in CDATA."""
        # In UTF-16 a reference is written otherwise than it is looked for here.
        return self.undecodable is not None or _ESCAPED.search(self.raw) is not None

    @cached_property
    def paired(self) -> tuple[tuple[EpisodeFacts, Entry], ...]:
        """Return the API's episodes that have an item, each with its own; ask after all items."""
        return paired(self.facts.episodes or (), self.entries)

    @cached_property
    def show_title(self) -> str:
        """Return the title of the channel."""
        return self.channel.value("title") if self.channel is not None else ""


def read(raw: bytes, *, now: float, profile: str, facts: Facts) -> Document:
    """Return the document in `raw`, parsed strictly if possible, else as far as it goes.

    No DTD is loaded, no entity expanded, no network touched; more than MAX_BYTES or MAX_MARKS
    are never handed to the parser.
    """
    cut_at = budget(raw)
    body = raw if cut_at is None else raw[:cut_at]
    undecodable = first_undecodable(body, cut=cut_at is not None)
    text = _readable(body.removeprefix(BOM), undecodable=undecodable is not None)
    root, complaints, illegal = _parse(text, cut=cut_at is not None)
    undeclared = frozenset(match[1] for c in complaints if (match := _UNDECLARED.match(c.message)))
    return Document(
        raw=body,
        kind=_kind(root, text),
        root=root,
        complaints=complaints,
        illegal=illegal,
        undeclared=undeclared,
        undecodable=undecodable,
        cut_at=cut_at,
        now=now,
        profile=profile,
        facts=facts,
    )


def unreadable(raw: bytes, *, now: float, profile: str, facts: Facts) -> Document:
    """Return a document of which a parser made what is no text: nothing of it can be judged."""
    complaint = Complaint(line=1, message="its encoding gives what is no Unicode text")
    return Document(
        raw=raw,
        kind="other",
        root=None,
        complaints=(complaint,),
        illegal=(),
        undeclared=frozenset(),
        undecodable=first_undecodable(raw, cut=False),
        cut_at=None,
        now=now,
        profile=profile,
        facts=facts,
    )


def budget(raw: bytes) -> int | None:
    """Return where reading must stop, `None` if the whole document may be read."""
    limit = min(len(raw), MAX_BYTES)
    marks = raw.count(b"<", 0, limit) + raw.count(b"=", 0, limit)
    if marks + raw.count(b"&", 0, limit) > MAX_MARKS:
        for number, match in enumerate(_MARK.finditer(raw, 0, limit)):
            if number == MAX_MARKS:
                return match.start()
    return limit if limit < len(raw) else None


def first_undecodable(body: bytes, *, cut: bool) -> int | None:
    """Return the offset of the first byte that is not UTF-8, `None` if all are."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        if cut and error.start >= len(body) - 3:
            return None
        return error.start
    return None


def _readable(body: bytes, *, undecodable: bool) -> bytes:
    """Return bytes that can be parsed although they are not what they say they are.

    A stray byte is read as the Windows-1252 it nearly always is, and white space before the XML
    declaration is passed over, so that each costs one finding (X04, X02) and not the rest.
    """
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body
    declared = DECLARED.match(body)
    foreign = declared is not None and declared[1].lower() not in {b"utf-8", b"utf8"}
    if undecodable and not foreign:
        text = body.decode("utf-8", errors="surrogateescape")
        text = _SURROGATES.sub(_as_cp1252, text, count=_MOST_REPAIRED)
        body = text.encode("utf-8", errors="replace")
    start = len(body) - len(body.lstrip())
    if start and body.startswith(b"<?xml", start):
        # Blanked, not removed: the lines keep their numbers.
        if foreign:
            return body.lstrip()
        return _DECLARATION.sub(lambda hit: re.sub(rb"[^\n]", b" ", hit[0]), body, count=1)
    return body


def _as_cp1252(match: re.Match[str]) -> str:
    return match[0].encode("utf-8", "surrogateescape").decode("cp1252", errors="replace")


def parser(*, recover: bool) -> etree.XMLParser:
    """Return a parser that opens nothing, expands nothing and keeps CDATA apart from text."""
    return etree.XMLParser(
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        strip_cdata=False,
        remove_pis=True,
        remove_comments=True,
    )


def _parse(
    body: bytes, *, cut: bool
) -> tuple[etree._Element | None, tuple[Complaint, ...], tuple[Complaint, ...]]:
    """Return root, reasons against well-formedness, and the forbidden characters."""
    if not cut:
        try:
            return etree.fromstring(body, parser(recover=False)), (), ()
        except etree.XMLSyntaxError:
            pass
    illegal, body = _without_illegal(body)
    if illegal and not cut:
        try:
            return etree.fromstring(body, parser(recover=False)), (), illegal
        except etree.XMLSyntaxError:
            pass
    tolerant = parser(recover=True)
    try:
        root = etree.fromstring(_without_halves(body), tolerant)
    except etree.XMLSyntaxError:
        root = None
    complaints = tuple(
        Complaint(line=entry.line, message=entry.message.strip()) for entry in tolerant.error_log
    )
    if cut:
        # The end is missing because reading stopped there, not because the feed is broken.
        complaints = tuple(c for c in complaints if "Premature end" not in c.message)
    elif not complaints:
        complaints = (Complaint(line=1, message="the document is empty"),)
    return root, complaints, illegal


def _without_illegal(body: bytes) -> tuple[tuple[Complaint, ...], bytes]:
    """Return the characters XML 1.0 forbids, and the bytes with a space in place of each."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return (), body
    count = sum(1 for _ in _ILLEGAL_BYTES.finditer(body))
    found = [
        Complaint(line=_line_at(body, match), message=_code_point(match))
        for match in itertools.islice(_ILLEGAL_BYTES.finditer(body), _MOST_ILLEGAL)
    ]
    text = body
    if count:
        text = body.translate(_BLANKED)
        for noncharacter in (b"\xef\xbf\xbe", b"\xef\xbf\xbf"):
            text = text.replace(noncharacter, b"   ")
    # In place, as the pieces of a substitution would take twenty times the room of the bytes.
    blanked, before = None, count
    for match in _REFERENCE.finditer(body) if b"&#" in body else ():
        if match[1] is None and match[2] is None:
            continue
        number = int(match[1]) if match[1] else int(match[2], 16)
        if number <= 0x10FFFF and not ILLEGAL.search(chr(number)):
            continue
        blanked = blanked or bytearray(text)
        blanked[match.start() : match.end()] = b" " * len(match[0])
        count += 1
        if len(found) < _MOST_ILLEGAL:
            found.append(Complaint(line=_line_at(body, match), message=match[0].decode("ascii")))
        if count - before == _MOST_BLANKED:
            break
    if count > len(found):
        found.append(Complaint(line=0, message=f"and so are {count - len(found):,} more"))
    return tuple(found), bytes(blanked) if blanked is not None else text


def _without_halves(body: bytes) -> bytes:
    """Return the bytes with no half of a surrogate pair, wherever it seems to stand."""
    if _HALF.search(body) is None:
        return body
    blanked = bytearray(body)
    for match in _HALF.finditer(body):
        blanked[match.start() : match.end()] = b" " * len(match[0])
    return bytes(blanked)


def _line_at(body: bytes, match: re.Match[bytes]) -> int:
    return body.count(b"\n", 0, match.start()) + 1


def _code_point(match: re.Match[bytes]) -> str:
    return f"U+{ord(match[0].decode('utf-8', errors='replace')):04X}"


def _kind(root: etree._Element | None, body: bytes) -> str:
    start = body[:512].lstrip().lower()
    if root is not None and isinstance(root.tag, str):
        # Not etree.QName: a repaired document may have a root that no XML can have.
        name = root.tag.rpartition("}")[2]
        if name.lower() == "rss":
            return "rss"
        if name == "feed":
            return "atom"
        if name == "RDF":
            return "rdf"
        return "html" if name.lower() == "html" else "other"
    if not start:
        return "empty"
    if start.startswith((b"{", b"[")):
        return "json"
    return "html" if b"<html" in start or b"<!doctype html" in start else "other"
