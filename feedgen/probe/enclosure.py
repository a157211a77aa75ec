"""The probe itself: from a URL to an enclosure."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from feedgen.model import Enclosure
from feedgen.probe import packets
from feedgen.probe.addresses import Allowed, displayed
from feedgen.probe.duration import measure, rounded
from feedgen.probe.facts import (
    FLAWS,
    Examined,
    Facts,
    Hints,
    Limits,
    Probed,
    ProbeNote,
    ProbeProblem,
)
from feedgen.probe.mime import reconcile
from feedgen.probe.remote import Exhausted, Remote, validator_of
from feedgen.probe.sniff import sniff
from feedgen.probe.window import MissingBytes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import httpx

    from feedgen.probe.facts import ProbeCache
    from feedgen.probe.window import WindowedFile

T = TypeVar("T")


async def probe(
    url: str,
    client: httpx.AsyncClient,
    *,
    cache: ProbeCache,
    hints: Hints | None = None,
    allowed_hosts: Collection[str] = (),
    allow_private: bool = False,
    limits: Limits | None = None,
) -> Enclosure:
    """Return the enclosure at `url`; `examine` tells more. Raises ProbeProblem."""
    found = await examine(
        url,
        client,
        cache=cache,
        hints=hints,
        allowed_hosts=allowed_hosts,
        allow_private=allow_private,
        limits=limits,
    )
    return found.enclosure


async def examine(
    url: str,
    client: httpx.AsyncClient,
    *,
    cache: ProbeCache,
    hints: Hints | None = None,
    allowed_hosts: Collection[str] = (),
    allow_private: bool = False,
    limits: Limits | None = None,
) -> Examined:
    """Return the enclosure at `url` with notes, from the cache if its validator still holds.

    Asks nothing of the network if `hints` are complete. If the server is unreachable and the
    cache knows the file, the answer is what the cache knows, marked `stale`; every other failure
    raises ProbeProblem. `client` should come from `probe_client` with the same allowed hosts.
    """
    hints, limits = hints or Hints(), limits or Limits()
    if hints.complete:
        given = Enclosure(url=url, type=hints.type, length=hints.length, duration=hints.duration)
        return Examined(enclosure=given)
    allowed = Allowed(hosts=allowed_hosts, private=allow_private)
    kept = cache.get(url)
    try:
        probed = await _probed(Remote(url, client, allowed=allowed, limits=limits), kept, limits)
    except ProbeProblem as problem:
        if problem.kind != "unreachable" or kept is None:
            raise
        stale = ProbeNote(code="stale", message=f"facts of an earlier run; now {problem}")
        found = _examined(url, kept.facts, hints)
        return replace(found, notes=(stale, *found.notes), cached=True, stale=True)
    if probed is not kept:
        probed = replace(probed, url=url)
        cache.put(url, probed)
    return replace(_examined(url, probed.facts, hints), cached=probed is kept)


def known(url: str, etag: str, *, cache: ProbeCache, hints: Hints) -> Examined | None:
    """Return what the cache knows of `url` if its entity tag is still `etag`, else `None`.

    For whoever knows the tag without asking: a media file of our own.
    """
    # What is written down in full is not looked up at all.
    kept = None if hints.complete else cache.get(url)
    if kept is None or not _holds(kept, validator_of(etag), Limits()):
        return None
    return replace(_examined(url, kept.facts, hints), cached=True)


async def _probed(remote: Remote, kept: Probed | None, limits: Limits) -> Probed:
    described = await remote.head()
    validator = remote.validator
    if described and kept and _holds(kept, validator, limits):
        return kept
    await remote.start()
    if not described:
        validator = remote.validator
        if kept and _holds(kept, validator, limits):
            return kept
    facts = await _facts(remote, limits)
    return Probed(url=str(remote.url), validator=validator, facts=facts)


def _holds(kept: Probed, validator: str, limits: Limits) -> bool:
    """Whether `kept` may be used: same file, and nothing better than an estimate to be had."""
    better = kept.facts.basis == "estimated" and limits.count and packets.find(limits.ffprobe)
    return bool(validator) and kept.validator == validator and not better


async def _facts(remote: Remote, limits: Limits) -> Facts:
    sniffed = await parsed(remote, sniff)
    if not sniffed:
        shown = displayed(remote.url)
        raise ProbeProblem("not-media", f"{shown} is {_appearance(remote)}", url=shown)
    measured = None
    if remote.size is not None:  # the file has an end that a parser can be sent to
        measured = await parsed(remote, lambda file: measure(file, sniffed))
    facts = Facts(sniffed=sniffed, duration=measured.seconds if measured else None)
    if measured and measured.exact and "varies" not in remote.flaws:
        facts = replace(facts, basis="read")
    else:
        facts = await _counted(remote, facts, limits)
    return replace(
        facts,
        content_type=remote.content_type,
        length=remote.size,
        flaws=tuple(sorted(remote.flaws)),
    )


async def parsed(remote: Remote, parse: Callable[[WindowedFile], T]) -> T | None:
    """Return what `parse` makes of the file, fetched block by block as it asks for more.

    Each gap makes it start anew: parsing a header is cheap, a thread to wait in is not.
    `None` if the limits do not let it finish.
    """
    while True:
        file = remote.file()
        found: T | None = None
        with contextlib.suppress(MissingBytes):
            found = parse(file)
        if file.missing is None:
            return found
        try:
            await remote.fetch(*file.missing)
        except Exhausted:
            return None


async def _counted(remote: Remote, facts: Facts, limits: Limits) -> Facts:
    ffprobe = packets.find(limits.ffprobe) if limits.count else ""
    if not ffprobe or not packets.countable(facts.sniffed):
        return replace(facts, basis="estimated")
    seconds = None
    if remote.size is not None and remote.size <= limits.whole_bytes:
        try:
            async with remote.whole() as chunks:
                seconds = await packets.count(
                    chunks, facts.sniffed, ffprobe=ffprobe, seconds=limits.whole_seconds
                )
        except (Exhausted, ProbeProblem):  # the estimate stands: the header has been read
            seconds = None
    if seconds is None:
        return replace(facts, basis="given-up")
    return replace(facts, duration=seconds, basis="counted")


def _appearance(remote: Remote) -> str:
    """Return what a file that is no media looks like, for a message."""
    head = remote.file().read_at(0, min(512, remote.file().size)).lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] == b"<":
        return "a web page or XML and not a media file"
    if head.startswith(b"#EXTM3U"):
        return "a playlist and not a media file"
    if head.startswith(b"%PDF"):
        return "a PDF and not a media file"
    if head and not any(byte < 9 or 13 < byte < 32 for byte in head):
        return "text and not a media file"
    return f"no audio or video that is known (served as {remote.content_type or 'nothing'})"


# A show has the same files in all its feeds, and from one hook to the next.
@lru_cache(maxsize=2048)
def _examined(url: str, facts: Facts, hints: Hints) -> Examined:
    written, misfits = reconcile(url, facts.sniffed, facts.content_type)
    duration = rounded(facts.duration)
    estimated = facts.basis in ("estimated", "given-up") and duration is not None
    notes = list(misfits)
    notes += (ProbeNote(code=code, message=FLAWS[code]) for code in facts.flaws)
    if facts.length is None and hints.length is None:
        notes.append(ProbeNote(code="length-unknown", message="the length could not be found out"))
    if hints.duration is None and duration is None:
        notes.append(
            ProbeNote(code="duration-unknown", message="the duration could not be found out")
        )
    elif hints.duration is None and estimated:
        notes.append(
            ProbeNote(code="estimated", message=f"about {duration} s: estimated, not counted")
        )
    enclosure = Enclosure(
        url=url,
        type=hints.type or written,
        length=facts.length if hints.length is None else hints.length,
        duration=duration if hints.duration is None else hints.duration,
        estimated=estimated and hints.duration is None,
    )
    return Examined(enclosure=enclosure, notes=tuple(notes))
