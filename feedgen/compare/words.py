"""Changes in the words of a producer, and what apps and directories do about each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.compare import Change

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feedgen.compare import Kind
    from feedgen.compare.reading import Episode

_SHOWN = 80
_AROUND = 30

_NAMES = {
    "title": "the title",
    "itunes:title": "the Apple title",
    "link": "the web page",
    "description": "the description",
    "content:encoded": "the show notes",
    "itunes:summary": "the summary",
    "itunes:subtitle": "the subtitle",
    "language": "the language",
    "copyright": "the copyright",
    "pubDate": "the release date",
    "lastBuildDate": "the build date",
    "generator": "the generator",
    "managingEditor": "the editor's address",
    "itunes:author": "the author",
    "itunes:owner/itunes:email": "the owner's address",
    "itunes:owner/itunes:name": "the owner's name",
    "itunes:type": "the show type",
    "itunes:image": "the artwork",
    "itunes:image@href": "the artwork",
    "itunes:category": "the category",
    "itunes:category@text": "the category",
    "itunes:explicit": "the explicit mark",
    "itunes:duration": "the duration",
    "itunes:episode": "the episode number",
    "itunes:season": "the season number",
    "itunes:episodeType": "the episode type",
    "itunes:block": "the block mark",
    "itunes:complete": "the mark that the show has ended",
    "itunes:new-feed-url": "the new feed URL",
    "enclosure": "the audio",
    "enclosure@url": "the audio URL",
    "enclosure@length": "the audio size",
    "enclosure@type": "the audio type",
    "guid": "the guid",
    "guid@isPermaLink": "the mark that the guid is a web address",
    "podcast:guid": "the show's podcast:guid",
    "podcast:locked": "the lock against imports",
    "podcast:person": "a person",
    "podcast:transcript": "a transcript",
    "podcast:chapters@url": "the chapters",
    "podcast:chapters": "the chapters",
    "atom:link": "an atom:link",
}

_DOWNLOAD_AGAIN = (
    "apps take it for a new episode: listeners download it again and lose their place"
)
_EFFECTS = {
    "enclosure@url": "apps play from the new address; under an unchanged guid most do not "
    "download again, some do",
    "pubDate": "apps sort the episode to another place",
    "itunes:image@href": "apps and directories fetch the artwork anew",
    "podcast:guid": "directories may take it for another show",
    "itunes:type": "Apple Podcasts turns the order of the episodes",
    "itunes:block": "Apple Podcasts hides or shows it",
    "itunes:new-feed-url": "Apple Podcasts moves its followers to that address",
    "itunes:complete": "readers may stop asking for new episodes",
    "itunes:explicit": "Apple Podcasts restricts or frees it for listeners and countries",
    "itunes:category@text": "the show moves in the charts of directories",
    "language": "directories list the show under another language",
}


# What apps assume where nothing is said (Apple, A Podcaster's Guide to RSS).
_GRANTED = {
    "itunes:type": "episodic",
    "itunes:block": "no",
    "itunes:complete": "no",
}


def of_value(
    kind: str, pair: tuple[Episode, Episode] | None, element: str, old: str, new: str
) -> Change:
    """Return the change of one value of the channel or of an episode."""
    name = _NAMES.get(element, element)
    if kind == "order":
        said = f"{name} comes in another order: {_pair_of_values(old, new)}"
        kept: Kind = "order"
    elif kind == "added" or (kind == "changed" and not old):
        said, kept = f"{name} was added: {_quoted(new)}", "added"
    elif kind == "removed" or not new:
        said, kept = f"{name} was removed: it was {_quoted(old)}", "removed"
    else:
        said, kept = f"{name} changed {_pair_of_values(old, new)}", "changed"
    return Change(
        kind=kept,
        guid=_guid(pair),
        title=_title(pair),
        element=element,
        old=old,
        new=new,
        sentence=f"{_subject(pair)}: {said}",
        effect=_effect(kept, element, old, new),
    )


def _effect(kind: Kind, element: str, old: str, new: str) -> str:
    """Return what apps do about a change; nothing if it says what was taken for granted."""
    granted = _GRANTED.get(element)
    if kind == "order" or (granted is not None and {old.lower(), new.lower()} <= {"", granted}):
        return ""
    return _EFFECTS.get(element, "")


def of_guid(old: Episode, new: Episode) -> Change:
    """Return that one episode has another guid."""
    pair = (old, new)
    return Change(
        kind="guid",
        guid=_guid(pair),
        title=_title(pair),
        element="guid",
        old=old.guid,
        new=new.guid,
        sentence=f"{_subject(pair)}: the guid changed {_pair_of_values(old.guid, new.guid)}",
        effect=_DOWNLOAD_AGAIN,
    )


def of_episode(kind: Kind, episode: Episode) -> Change:
    """Return that an episode came or went."""
    pair = (episode, episode)
    shown = episode.title or episode.guid or episode.enclosure
    gone = kind == "removed"
    effect = (
        "it disappears from apps; copies already downloaded may stay"
        if gone
        else "apps announce it and download it for followers"
    )
    return Change(
        kind=kind,
        guid=episode.guid,
        title=episode.title,
        element="item",
        old=shown if gone else "",
        new="" if gone else shown,
        sentence=f"{_subject(pair)}: the episode was {kind}",
        effect=effect,
    )


def of_episode_order(
    count: int, old: tuple[Episode, Episode], new: tuple[Episode, Episode]
) -> Change:
    """Return that episodes are in another order; the first place that differs is shown."""
    return Change(
        kind="order",
        element="item",
        old=_guid(old) or _lesser(old[0].title, old[1].title),
        new=_guid(new) or _lesser(new[0].title, new[1].title),
        sentence=f"{count} episodes come in another order, the first of them where "
        f"“{_cut(_title(old) or _guid(old))}” was and “{_cut(_title(new) or _guid(new))}” is now",
    )


def of_element_order(old: str, new: str, pairs: Sequence[tuple[Episode, Episode]]) -> Change:
    """Return that elements come in another order, once for all episodes where it is the same."""
    if not pairs:
        sentence = "the elements of the channel come in another order"
        return Change(kind="order", element="channel", old=old, new=new, sentence=sentence)
    first = min(pairs, key=_guid)
    others = f" and {len(pairs) - 1} more" if len(pairs) > 1 else ""
    return Change(
        kind="order",
        guid=_guid(first),
        title=_title(first),
        element="item",
        old=old,
        new=new,
        sentence=f"{_subject(first)}{others}: the elements come in another order",
    )


def of_documents(old: str, new: str) -> Change:
    """Return that the two can not be compared as feeds."""
    kinds = {
        "rss": "an RSS feed",
        "atom": "an Atom feed",
        "rdf": "an RSS 1.0 feed",
        "html": "an HTML page",
        "json": "JSON",
        "empty": "empty",
        "other": "no feed",
    }
    return Change(
        kind="document",
        element="document",
        old=old,
        new=new,
        sentence=f"the old document is {kinds[old]}, the new one is {kinds[new]}"
        if old != new
        else f"both documents are {kinds[old]}, and they differ",
    )


def of_beginnings() -> Change:
    """Return that nobody looked at the end of two documents that differ."""
    return Change(
        kind="document",
        element="document",
        sentence="only the beginning of the documents was compared: they are too large",
    )


def _subject(pair: tuple[Episode, Episode] | None) -> str:
    if pair is None:
        return "channel"
    title = pair[1].title or pair[0].title
    return f"“{_cut(title)}”" if title else f"episode {_cut(_guid(pair)) or 'without a title'}"


def _guid(pair: tuple[Episode, Episode] | None) -> str:
    return _lesser(pair[0].guid, pair[1].guid) if pair is not None else ""


def _lesser(one: str, other: str) -> str:
    """Return the lesser of two texts, of which one may be empty: the same both ways round."""
    return min(one, other) if one and other else one or other


def _title(pair: tuple[Episode, Episode] | None) -> str:
    return (pair[1].title or pair[0].title) if pair is not None else ""


def _pair_of_values(old: str, new: str) -> str:
    """Return "from … to …", around the first difference if the values are long."""
    if max(len(old), len(new)) > _SHOWN:
        start = next(
            (n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b),
            min(len(old), len(new)),
        )
        start = max(0, start - _AROUND)
        lead = "…" if start else ""
        old, new = lead + old[start:], lead + new[start:]
    return f"from {_quoted(old)} to {_quoted(new)}"


def _quoted(text: str) -> str:
    return f"“{_cut(text)}”" if text else "nothing"


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
