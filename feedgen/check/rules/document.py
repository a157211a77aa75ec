"""The document: its bytes, encoding, well-formedness, namespaces and size."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedgen.check.document import BOM
from feedgen.check.namespaces import EXACT, NS, PODCAST_ALIAS, PREFIXES, REQUIRED
from feedgen.check.rule import ERROR, INFO, WARN, Example, Hit, rule
from feedgen.xmltext import ILLEGAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedgen.check.document import Document
    from feedgen.check.rule import Complaints

_DECLARATION = re.compile(
    rb"""\A<\?xml\s+version\s*=\s*(["'])1\.0\1\s+encoding\s*=\s*(["'])[Uu][Tt][Ff]-8\2"""
    rb"""(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>"""
)
_LARGEST = 5_000_000
_SHOWN_COMPLAINTS = 20

_KINDS = {
    "json": "this is JSON, not XML; a JSON feed is not read by podcast directories",
    "empty": "the document is empty",
    "html": "this is an HTML page, not a feed",
}


@rule(
    "X01",
    ERROR,
    "w3c",
    on="bytes",
    title="The document is well-formed XML",
    why="A reader that finds one stray ampersand or one unclosed tag must stop there (XML 1.0, "
    "section 1.2): the feed then ends for the listener, or is not taken at all.",
    good="<title>Tom &amp; Jerry</title>",
    bad=(
        Example(xml="<title>Tom & Jerry</title>"),
        Example(xml="<title>Caf&eacute;</title>"),
        Example(xml="<psc:chapters/>", text='<psc:chapters/> without xmlns:psc="…"'),
    ),
)
def well_formed(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield what the parser stumbled over, or one sentence for what is no XML at all."""
    if doc.root is None and doc.kind in _KINDS:
        yield Hit(_KINDS[doc.kind], line=1)
        return
    seen: set[tuple[int, str]] = set()
    for complaint in doc.complaints:
        if (complaint.line, complaint.message) not in seen and len(seen) < _SHOWN_COMPLAINTS:
            seen.add((complaint.line, complaint.message))
            yield Hit(f"not well-formed: {complaint.message}", line=complaint.line)


@rule(
    "X02",
    ERROR,
    "apple psp1 w3c",
    on="bytes",
    title="The document begins with the XML declaration, in UTF-8",
    why="Anything before `<?xml`, were it one empty line of a template, is fatal to most parsers; "
    "without the encoding some readers guess Latin-1 and break every accent.",
    good=Example(raw=b'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"/>'),
    bad=(
        Example(
            raw=b'\n<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"/>',
            text='an empty line, then <?xml version="1.0" encoding="UTF-8"?>',
        ),
        Example(raw=b'<?xml version="1.0"?>\n<rss version="2.0"/>'),
    ),
)
def declaration(doc: Document, _: Document) -> Complaints:
    """Return what stands in place of the declaration."""
    if doc.kind in ("json", "empty", "html"):
        return None
    body = doc.raw.removeprefix(BOM)
    if _DECLARATION.match(body):
        return None
    if body.lstrip().startswith(b"<?xml") and not body.startswith(b"<?xml"):
        return Hit("there is white space before the XML declaration", line=1)
    shown = body[:60].split(b"\n")[0].decode("utf-8", "backslashreplace")
    return Hit(
        'the document does not begin with <?xml version="1.0" encoding="UTF-8"?>',
        line=1,
        value=shown,
    )


@rule(
    "X03",
    WARN,
    "w3c",
    on="bytes",
    title="There is no byte order mark",
    why="UTF-8 needs none, and readers that do not expect it see three characters before the "
    "XML declaration.",
    good=Example(raw=b'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"/>'),
    bad=Example(
        raw=BOM + b'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"/>',
        text="the bytes EF BB BF, then <?xml …",
    ),
)
def no_mark(doc: Document, _: Document) -> Complaints:
    """Return a sentence if the document begins with the mark."""
    if doc.raw.startswith(BOM):
        return Hit("the document begins with a byte order mark", line=1)
    return None


@rule(
    "X04",
    ERROR,
    "apple psp1",
    on="bytes",
    title="All bytes are UTF-8",
    why="One byte of another encoding makes the document unreadable to strict readers and shows "
    "as a black diamond in the others.",
    good="<title>Café</title>",
    bad=Example(
        raw=b'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>Caf\xe9'
        b"</title></channel></rss>",
        text="<title>Caf\\xE9</title>   (the é as one Latin-1 byte)",
    ),
)
def utf8(doc: Document, _: Document) -> Complaints:
    """Return where the first byte stands that is not UTF-8."""
    if doc.undecodable is None:
        return None
    at = doc.undecodable
    around = doc.raw[max(0, at - 20) : at + 20].decode("utf-8", "backslashreplace")
    return Hit(
        f"byte 0x{doc.raw[at]:02X} at offset {at} is not UTF-8",
        line=doc.raw.count(b"\n", 0, at) + 1,
        value=around,
    )


@rule(
    "X05",
    ERROR,
    "w3c",
    on="bytes",
    title="There is no document type declaration",
    why="RSS 2.0 has none. Entities declared there are not resolved by most readers, and many "
    "refuse the document because of the attacks entities allow.",
    good=Example(raw=b'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"/>'),
    bad=Example(
        raw=b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<!DOCTYPE rss [<!ENTITY nbsp "&#160;">]>\n<rss version="2.0"/>'
    ),
)
def no_doctype(doc: Document, _: Document) -> Complaints:
    """Return a sentence if there is a DOCTYPE."""
    if doc.kind != "html" and doc.doctype:
        return Hit("the document has a DOCTYPE", line=1, value=doc.doctype)
    return None


@rule(
    "X06",
    ERROR,
    "w3c",
    on="bytes",
    title="No text holds a character that XML forbids",
    why="Control characters, pasted along from a word processor, are not allowed in XML in any "
    "form: neither raw nor as a reference. They must be taken out before the feed is written.",
    good="<title>Part 2</title>",
    bad=(
        Example(xml="<title>Part\x0b2</title>", text="<title>Part\\x0B2</title>"),
        Example(xml="<title>Part&#11;2</title>"),
    ),
)
def legal_characters(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield each forbidden character in the bytes, and each text of the source with one."""
    for complaint in doc.illegal:
        if complaint.line:
            said = f"the character {complaint.message} is not allowed in XML"
        else:
            said = complaint.message
        yield Hit(said, line=complaint.line)
    for where, text in doc.facts.strings:
        match = ILLEGAL.search(text)
        if match:
            shown = f"U+{ord(match[0]):04X}"
            yield Hit(f"{where} holds {shown}, which XML does not allow", value=text)


@rule(
    "X15",
    ERROR,
    "apple psp1 podcast-ns",
    on="bytes",
    title="Every well-known prefix is bound to its exact namespace",
    why="A namespace is compared as a plain string. With `https`, another case or a slash too "
    "many, a strict reader sees none of its elements. The first address of the podcast namespace, "
    "at GitHub, is still taken by readers and only warned about.",
    good=Example(
        raw=b'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        b'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel/></rss>'
    ),
    bad=Example(
        raw=b'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        b'xmlns:itunes="https://www.itunes.com/dtds/podcast-1.0.dtd"><channel/></rss>'
    ),
)
def exact_namespaces(doc: Document, _: Document) -> Iterator[Hit]:
    """Yield each prefix bound to something else, once."""
    if doc.root is None or doc.kind != "rss":
        return
    inner = doc.raw.count(b"xmlns:") > len(doc.root.nsmap)
    told: set[tuple[str, str]] = set()
    for element in doc.root.iter("*") if inner else (doc.root,):
        for prefix, uri in element.nsmap.items():
            if EXACT.get(prefix, uri) != uri and (prefix, uri) not in told:
                told.add((prefix, uri))
                message = f"prefix {prefix} must be bound to {EXACT[prefix]}"
                severity = WARN if uri == PODCAST_ALIAS else None
                yield Hit(message, value=uri, line=element.sourceline, severity=severity)


@rule(
    "X16",
    ERROR,
    "psp1 apple",
    on="bytes",
    title="itunes, atom, podcast and content are declared on the root",
    why="PSP-1 requires the first three, Apple shows itunes and content. Declared once on `rss` "
    "they cost nothing and every reader finds them.",
    good=Example(
        raw=b'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"\n'
        + b"\n".join(f'  xmlns:{prefix}="{NS[prefix]}"'.encode() for prefix in REQUIRED)
        + b">\n<channel/></rss>"
    ),
    bad=Example(
        raw=b'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"\n'
        b'  xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">\n<channel/></rss>'
    ),
)
def declared_namespaces(doc: Document, _: Document) -> Complaints:
    """Return the prefixes that are missing; a misspelt or undeclared one is told elsewhere."""
    if doc.root is None or doc.kind != "rss" or doc.only_a_root:
        return None
    bound = doc.root.nsmap
    there = {*bound, *doc.undeclared, *(PREFIXES.get(uri) for uri in bound.values())}
    missing = [prefix for prefix in REQUIRED if prefix not in there]
    if not missing:
        return None
    names = ", ".join(f"xmlns:{prefix}" for prefix in missing)
    return Hit(f"the root does not declare {names}", line=doc.root.sourceline)


@rule(
    "X19",
    INFO,
    "w3c",
    on="bytes",
    title="The document has at most 5,000,000 bytes",
    why="The W3C validator reads no more, and every poll costs it. Think of shorter notes or of "
    "paging (RFC 5005).",
    good=Example(raw=b'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"/>'),
    bad=Example(
        raw=b'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"/>' + b" " * _LARGEST,
        text="a feed of 5,000,001 bytes",
    ),
)
def size(doc: Document, _: Document) -> Complaints:
    """Return the size if it is above what validators read, or above what was read here."""
    if doc.cut_at is not None:
        message = f"only the first {doc.cut_at:,} bytes were judged: the document is too large"
        return Hit(message, severity="info")
    if doc.passed_over:
        message = f"only the first {len(doc.entries):,} items were judged: there are too many"
        return Hit(message, severity="info")
    if len(doc.raw) > _LARGEST:
        return f"{len(doc.raw):,} bytes"
    return None
