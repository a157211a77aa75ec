"""Addresses: what stands in a feed is a URI (RFC 3986), whatever was typed."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

# RFC 3986 section 2: unreserved and reserved characters, and complete escapes.
_PLAIN = re.compile(r"(?:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SAFE = "/:@!$&'()*+,;=~-._%"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?"  # RFC 1034 section 3.5
_HTTP = re.compile(
    rf"https?://(?:[^\s/?#@]*@)?(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])"
    r"(?::[0-9]{1,5})?(?:[/?#][^\s]*)?"
)
# Amazon S3 and CloudFront, Google, Azure, Akamai.
_SIGNED = re.compile(
    r"[?&](?:x-amz-signature|x-goog-signature|signature|key-pair-id|sig|hdnts)=", re.IGNORECASE
)
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,5})$")


def ascii_url(url: str) -> str:
    """Return `url` as a URI: host in Punycode, the rest percent-encoded once (RFC 3986, 3987).

    A valid URI comes back as it is; encoding twice is encoding once. What is no address at all
    comes back percent-encoded, for `is_http` to refuse.
    """
    url = url.strip()
    while "&amp;" in url:  # copied out of a page or a feed
        url = url.replace("&amp;", "&")
    if _PLAIN.fullmatch(url):
        return url
    try:
        parts = urlsplit(url)
        host = ascii_host(parts.netloc)
    except ValueError:
        return _encoded(url, _SAFE + "?#")
    return urlunsplit(
        (
            parts.scheme,
            host,
            _encoded(parts.path, _SAFE),
            _encoded(parts.query, _SAFE + "?"),
            _encoded(parts.fragment, _SAFE + "?"),
        )
    )


def is_http(url: str) -> bool:
    """Tell whether `url` is an absolute http(s) URI with a host that can be asked for."""
    if not (_HTTP.fullmatch(url) and _PLAIN.fullmatch(re.sub(r"[\[\]]", "", url))):
        return False
    return ("xn--" not in url.lower() and ":" not in url[8:]) or _can_be_asked(url)


def _can_be_asked(url: str) -> bool:
    """Tell whether there is such a port, and a name behind Punycode; `url` is well-formed."""
    import idna  # comes with httpx

    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if "[" in parts.netloc:
            ipaddress.IPv6Address(host)
        return parts.port != 0 and bool("xn--" not in host or idna.decode(host))
    except ValueError:  # also what idna raises
        return False


def is_https(url: str) -> bool:
    """Tell whether `url` is an absolute https URI with a host."""
    return url.startswith("https://") and is_http(url)


def is_signed(url: str) -> bool:
    """Tell whether `url` carries a signature of a store or CDN: it ends, and is new every time."""
    return bool(_SIGNED.search(url))


def extension(url: str) -> str:
    """Return the lower-case extension of the last path segment, `""` if it has none."""
    found = _EXTENSION.search(url.split("#")[0].split("?")[0].rsplit("/", 1)[-1])
    return found[1].lower() if found else ""


def slug(text: str) -> str:
    """Return `text` as one lower-case path segment: letters and digits joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    return "-".join(re.findall(r"[^\W_]+", plain))


def segment(text: str) -> str:
    """Return `text` encoded so that it stays one segment of a path."""
    return quote(text, safe="~")


def _encoded(part: str, safe: str) -> str:
    return quote(_BAD_PERCENT.sub("%25", part), safe=safe, errors="ignore")


def ascii_host(netloc: str) -> str:
    """Return host, port and user of an address in ASCII; raise `ValueError` if that is none."""
    if netloc.isascii():
        return netloc
    import idna  # comes with httpx; only an address with a foreign host needs it

    user, at, host = netloc.rpartition("@")
    name, colon, port = host.partition(":")
    return _encoded(user, ":%") + at + idna.encode(name, uts46=True).decode("ascii") + colon + port
