"""Language tags: RFC 5646, its first part one of the two-letter codes Apple takes."""

from __future__ import annotations

import re

_SHAPE = re.compile(
    r"[a-z]{2}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*",
    re.IGNORECASE,
)

_ANY_SHAPE = re.compile(r"[a-z]{2,3}" + _SHAPE.pattern.removeprefix("[a-z]{2}"), re.IGNORECASE)

# English names of languages, as people pick them in the hosted account.
_NAMES = {
    "english": "en",
    "spanish": "es",
    "french": "fr",
    "german": "de",
    "italian": "it",
    "portuguese": "pt",
    "dutch": "nl",
    "swedish": "sv",
    "norwegian": "no",
    "danish": "da",
    "finnish": "fi",
    "polish": "pl",
    "russian": "ru",
    "turkish": "tr",
    "arabic": "ar",
    "hebrew": "he",
    "hindi": "hi",
    "japanese": "ja",
    "korean": "ko",
    "chinese": "zh",
    "mandarin": "zh",
    "cantonese": "zh-hk",
    "vietnamese": "vi",
    "indonesian": "id",
    "thai": "th",
    "ukrainian": "uk",
    "greek": "el",
    "czech": "cs",
    "hungarian": "hu",
    "romanian": "ro",
    "tagalog": "tl",
    "catalan": "ca",
}


def is_tag(text: str) -> bool:
    """Tell whether `text` is a registered tag that begins with a two-letter code."""
    if not _SHAPE.fullmatch(text):
        return False
    import langcodes  # its registry is read on first use

    return langcodes.tag_is_valid(text) and langcodes.standardize_tag(text)[:2] == text[:2].lower()


def is_any_tag(text: str) -> bool:
    """Tell whether `text` is a registered tag, also one of a language without two letters."""
    if not _ANY_SHAPE.fullmatch(text):
        return False
    import langcodes

    return langcodes.tag_is_valid(text)


def tag(value: str) -> str | None:
    """Return the tag for a tag or an English name, `None` if it is neither.

    The language is lower case, the region as given.
    """
    value = value.strip().replace("_", "-")
    if value.casefold() in _NAMES:
        return _NAMES[value.casefold()]
    if not is_tag(value):
        return None
    language, hyphen, rest = value.partition("-")
    return language.lower() + hyphen + rest
