"""What a person does to a feed by hand: lets a held difference through, puts a version back.

Both are recorded with who did them and when (`feedgen.deeds`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from lxml import etree

from feedgen import redact
from feedgen.deeds import Deed
from feedgen.errors import TargetProblem, UsageProblem
from feedgen.feed.model import NAMESPACES
from feedgen.history import sha256_of
from feedgen.notify import Announcement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from feedgen.aired import AiredFeed
    from feedgen.approvals import Held
    from feedgen.history import Version
    from feedgen.onair import Desk
    from feedgen.state import State

_SHOWN = 5


def approve(state: State, series_id: str, held: Held, *, by: str, at: datetime) -> Held:
    """Let exactly the difference `held` on air with the next run, once, and return it approved.

    Raises UsageProblem if another difference waits by now.
    """
    with state.transaction():
        approved = state.approvals.approve(held.key, held.digest, at=at, by=by)
        state.deeds.record(
            Deed(
                at=at,
                series_id=series_id,
                key=held.key,
                what="approved",
                detail=held.digest,
                by=by,
            )
        )
    return approved


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One document that is put back: `version`, whose bytes are `data`, in place of `on_air`."""

    version: Version
    data: bytes
    on_air: bytes | None


def steps(desk: Desk, feed: AiredFeed, asked: str = "") -> tuple[Step, ...]:
    """Return what has to be put back for a version of `feed`, its first document first.

    `asked` is as for `History.version`. The further documents of a feed that is split go back to
    what they were at that time; what is right already is left out. Raises UsageProblem if there
    is no such version or it is on air, TargetProblem if what is on air can not be read.
    """
    history = desk.state.history
    wanted = history.version(feed.key, asked)
    found = []
    for key in feed.documents:
        version = wanted if key == feed.key else history.beside(key, wanted)
        if version is None:
            continue
        data, on_air = history.data(version), desk.target.read(version.identity.name)
        if data != on_air:
            found.append(Step(version=version, data=data, on_air=on_air))
        elif version is wanted:
            raise UsageProblem(
                f"version {wanted.number} of {feed.said} is what is on air",
                hint=f"'feedgen history {feed.slug}' shows the others",
            )
    return tuple(found)


def put_back(desk: Desk, todo: Sequence[Step], *, base: str, by: str) -> tuple[Version, ...]:
    """Put every version of `todo` back on air, byte for byte; return them as they are now known.

    The caller holds the lock of the series. `base` is the public URL of the target: what the
    feeds point to below it must still be there. Raises TargetProblem if it is not, or if a
    document can not be written; those before it are back already, and the command can be repeated.
    """
    for step in todo:
        _refuse_without_files(desk, step, base)
    done = []
    # The first document is the last to change: no link leads to what is not there yet.
    for step in reversed(todo):
        main = step is todo[0]
        done.append(
            desk.rollback(
                step.version.key,
                str(step.version.number),
                announcement=partial(announcement, step.version) if main else None,
                also=partial(_remember, desk, step.version, by=by, main=main),
            )
        )
    return tuple(reversed(done))


def announcement(version: Version, data: bytes) -> Announcement:
    """Return what receivers are told of the feed `data`: everything as the feed itself says.

    A feed that is blocked in directories may be private, and nobody is told of it.
    """
    identity = version.identity
    channel = _channel(data)
    if channel is None:
        return Announcement(
            series_id=identity.series_id,
            slug=identity.slug,
            title=identity.title,
            feed_url=identity.self_url,
            sha256=version.sha256,
            private=True,
        )

    def text(path: str) -> str:
        return str(channel.xpath(f"string({path})", namespaces=NAMESPACES)).strip()

    blocked = (text("itunes:block"), text("podcast:block[not(@id)]"))
    return Announcement(
        series_id=identity.series_id,
        slug=identity.slug,
        title=identity.title,
        feed_url=identity.self_url,
        sha256=sha256_of(data),
        hub=text("atom:link[@rel='hub']/@href"),
        podping=text("podcast:podping/@usesPodping").lower() == "true",
        medium=text("podcast:medium") or "podcast",
        private=any(each.lower() in ("yes", "true") for each in blocked),
    )


def to_show(state: State, feed: AiredFeed, held: Held) -> Held:
    """Return `held` as people may see it: of a feed that may be private without any address.

    That is one of the further feeds of a series, unless what was on air of it was not blocked.
    """
    newest = state.history.newest(feed.key)
    private = bool(feed.name)
    if private and newest is not None:
        private = announcement(newest, state.history.data(newest)).private
    if not private:
        return held
    return replace(
        held,
        reasons=tuple(replace(r, sentence=redact.text(r.sentence)) for r in held.reasons),
        sentences=tuple(redact.text(each) for each in held.sentences),
    )


def files(data: bytes, base: str) -> tuple[str, ...]:
    """Return the names in the target of what a feed points to: pictures, audio, chapters.

    Links from one document to another are none of these.
    """
    channel = _channel(data)
    if channel is None:
        return ()
    found = dict.fromkeys(_addresses(channel))
    prefix = f"{base}/"
    return tuple(url.removeprefix(prefix) for url in found if url.startswith(prefix))


def _addresses(channel: etree._Element) -> Iterator[str]:
    for element in channel.iter(etree.Element):
        if element.tag == f"{{{NAMESPACES['atom']}}}link":
            continue
        for attribute in ("url", "href", "img"):
            if address := element.get(attribute):
                yield address
        if element.tag == "url" and element.text:
            yield element.text.strip()


def _refuse_without_files(desk: Desk, step: Step, base: str) -> None:
    gone = [name for name in files(step.data, base) if desk.target.size(name) is None]
    if gone:
        shown = ", ".join(gone[:_SHOWN]) + (
            f" and {len(gone) - _SHOWN} more" if gone[_SHOWN:] else ""
        )
        raise TargetProblem(
            f"version {step.version.number} points to files that are no longer there: {shown}",
            hint="put them back first; what is on air stays",
        )


def _remember(desk: Desk, back: Version, made: Version, *, by: str, main: bool) -> None:
    """Record who put the version back and, of a series' own feed, what is on air now."""
    state, identity = desk.state, made.identity
    state.deeds.record(
        Deed(
            at=made.put_at,
            series_id=identity.series_id,
            key=made.key,
            what="rolled-back",
            detail=str(back.number),
            by=by,
        )
    )
    on_air = state.on_air(identity.series_id)
    if main and on_air is not None and on_air.name == identity.name:
        state.remember(
            replace(on_air, sha256=made.sha256, published_at=made.put_at),
            state.memory(identity.series_id),
        )


def _channel(data: bytes) -> etree._Element | None:
    """Return the channel of a feed, `None` if the bytes are no feed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        return etree.fromstring(data, parser).find("channel")
    except (etree.XMLSyntaxError, ValueError):
        return None
