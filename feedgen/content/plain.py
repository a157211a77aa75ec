"""HTML descriptions as plain text: the attribute `description_plain` of the API."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_SILENT = frozenset({"script", "style", "template", "head", "title"})
_BLOCKS = re.compile(
    "address|article|aside|blockquote|d[dlt]|div|figure|footer|form|h[1-6r]|header|main|nav|[ou]l"
    "|p|pre|section|t[rd]|table"
)


def plain_text(html: str) -> str:
    """Return `html` without markup: blocks as paragraphs, `br` and `li` as new lines."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    text = re.sub(r"[ \t\f]+", " ", "".join(reader.parts))
    return re.sub(r" ?\n ?", "\n", re.sub(r"\s*\n\s*\n\s*", "\n\n", text)).strip()


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag in {"br", "li"}:
            self.parts.append("\n")
        elif _BLOCKS.fullmatch(tag):
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif _BLOCKS.fullmatch(tag):
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"\s+", " ", data))
