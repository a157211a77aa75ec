"""Where the series come from: a catalogue folder, or an account and the way to it."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx

from feedgen.art19 import sync
from feedgen.art19.client import ContentApi
from feedgen.art19.credential import Credential
from feedgen.config import HostedAccount
from feedgen.doctor.diagnosis import Diagnosis, fail, failed, ok, warn
from feedgen.doctor.project import podping
from feedgen.errors import ApiProblem, FeedgenError, MissingExtra, UsageProblem, did_you_mean
from feedgen.notify.requests import Secrets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from feedgen.config import Config

# Seconds our clock may be off before releases come too early or too late; a second is the
# resolution of the Date header (RFC 9110 §6.6.1), the rest is the way there.
CLOCK_MAY_BE_OFF = 30
_TIMEOUT = httpx.Timeout(15, connect=10)
_HINT = "correct the files named; the feed on air stays until then"


def catalogue(config: Config, _now: datetime) -> Iterator[Diagnosis]:
    """Yield what is wrong with the shows of a catalogue folder."""
    folder = config.catalogue_folder
    if folder is None:
        return
    try:
        from feedgen.content.catalogue import load
    except ImportError as error:
        # The installation has been told of; here the extra's own package may be broken.
        raise MissingExtra("reading a catalogue folder", "serve") from error
    found = load(folder)
    for slug, mistakes in sorted(found.problems.items()):
        yield fail(
            "catalogue",
            f"{slug}: {mistakes.message}",
            _HINT,
            exit_code=4,
            details=mistakes.details,
        )
    if not found.shows and not found.problems:
        yield fail(
            "catalogue",
            f"there is no show in {folder}",
            "'feedgen catalogue import FEED' begins one from a feed that exists",
            exit_code=2,
        )
    elif not found.problems:
        yield ok("catalogue", f"{len(found.shows)} shows in {folder}, no mistake")
    yield from nobody(config, [*found.shows, *found.problems])
    with_token = Secrets(podping_token=os.environ.get("FEEDGEN_PODPING_TOKEN", ""))
    yield from podping(found.settings.values(), with_token)


def credential(config: Config, _now: datetime) -> Iterator[Diagnosis]:
    """Yield whether there is a credential, and who else may read it."""
    account = config.source
    if not isinstance(account, HostedAccount):
        return
    file = config.root / account.credential_file if account.credential_file else None
    found = Credential.find(file)
    if file is not None and file.is_file() and _others_may_read(file):
        yield warn("credential", f"others than its owner can read {file}", f"chmod 600 {file}")
    yield ok("credential", f"{found.id} is there")


async def api(config: Config, now: datetime) -> AsyncIterator[Diagnosis]:
    """Yield whether the API of an account can be reached, what time it is there, what it gives."""
    account = config.source
    if not isinstance(account, HostedAccount):
        return
    reached = True
    async for each in _reached(account.url):
        reached = reached and each.level != "fail"
        yield each
    if not reached:
        return
    file = config.root / account.credential_file if account.credential_file else None
    try:
        found = Credential.find(file)
    except UsageProblem:
        return  # `credential` has said so
    try:
        async with ContentApi(account.url, found, attempts=2, deadline=30) as client:
            networks = (account.network,) if account.network else ()
            refs = await sync.list_series(client, account.series, networks=networks, now=now)
    except ApiProblem as problem:
        refused = problem.status in (401, 403)
        yield fail(
            "credential" if refused else "API",
            problem.message,
            "the API does not take the credential; copy id and token again"
            if refused
            else problem.hint,
            exit_code=problem.exit_code,
        )
        return
    except FeedgenError as problem:
        yield failed("API", problem)
        return
    if not refs:
        yield fail(
            "API",
            "the account shows no series",
            "look at [art19] network, and at what the credential may see",
            exit_code=2,
        )
        return
    yield ok("API", f"{account.url} takes the credential and shows {len(refs)} series")
    # With a part of the series alone, the other files may be for the rest.
    for each in () if account.series else nobody(config, [ref.slug for ref in refs]):
        yield each


def nobody(config: Config, slugs: list[str]) -> Iterator[Diagnosis]:
    """Yield files of settings that are for no series."""
    for slug in sorted(config.series.keys() - {*slugs}):
        yield warn(
            "settings",
            f"series/{slug}.toml is for no series there is",
            did_you_mean(slug, sorted(slugs)),
        )


async def _reached(url: str) -> AsyncIterator[Diagnosis]:
    """Ask for nothing in particular and without the credential: any answer will do."""
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client:
            answer = await client.head(url)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        yield fail(
            "API",
            f"{url} can not be reached: {error or type(error).__name__}",
            "check the network and the address under [art19]; what is on air stays",
            exit_code=3,
        )
        return
    off = _off(answer.headers.get("Date", ""), datetime.now(UTC))
    if off is None:
        yield ok("clock", "the API does not say what time it is")
    elif abs(off) > CLOCK_MAY_BE_OFF:
        said = "ahead of" if off > 0 else "behind"
        yield warn(
            "clock",
            f"our clock is {abs(off):.0f} s {said} that of the API",
            "keep the clock of this machine by NTP: releases go by it",
        )
    else:
        yield ok("clock", f"within {CLOCK_MAY_BE_OFF} s of that of the API")


def _off(said: str, now: datetime) -> float | None:
    """Return by how many seconds our clock is ahead of the time in a Date header."""
    try:
        there = parsedate_to_datetime(said)
    except ValueError:
        return None
    return (now - there.replace(tzinfo=there.tzinfo or UTC)).total_seconds()


def _others_may_read(file: Path) -> bool:
    return os.name == "posix" and bool(file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
