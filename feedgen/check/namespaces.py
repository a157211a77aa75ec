"""The namespaces a podcast feed uses: prefix, exact URI, and the URIs that are known slips."""

from __future__ import annotations

# A namespace is compared as a plain string: scheme, case and trailing slash all count
# (Namespaces in XML 1.0, section 2.3).
NS = {
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "googleplay": "http://www.google.com/schemas/play-podcasts/1.0",
    "media": "http://search.yahoo.com/mrss/",
    "spotify": "http://www.spotify.com/ns/rss",
    "psc": "http://podlove.org/simple-chapters",
    "fh": "http://purl.org/syndication/history/1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "art19": "https://art19.com/xmlns/rss-extensions/1.0",
    "rawvoice": "http://www.rawvoice.com/rawvoiceRssModule/",
}
XML = "http://www.w3.org/XML/1998/namespace"
# Prefixes whose URI rule X15 holds to the letter; of googleplay four spellings are in use.
EXACT = {prefix: uri for prefix, uri in NS.items() if prefix not in ("googleplay", "rawvoice")}
# Root declarations every feed carries (PSP-1; Apple's sample feed shows itunes and content).
REQUIRED = ("itunes", "atom", "podcast", "content")

# Where the podcast namespace stood first; readers still take it, nobody should write it any more.
PODCAST_ALIAS = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md"
# Our prefix of every URI that means one of these namespaces.
PREFIXES = {uri: prefix for prefix, uri in NS.items()} | {PODCAST_ALIAS: "podcast"}


def canonical_prefix(uri: str, prefix: str | None) -> str:
    """Return our prefix for a namespace; for an unknown URI the document's own prefix.

    A known prefix on a misspelt URI keeps its name, so that the elements are still recognised.
    An unknown URI without a prefix (a default namespace) answers with the URI itself.
    """
    known = PREFIXES.get(uri)
    if known:
        return known
    for part, name in (("play-podcasts", "googleplay"), ("rawvoice", "rawvoice")):
        if part in uri:
            return name
    if prefix is None:
        return uri
    return prefix
