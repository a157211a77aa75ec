"""Transcripts looked at before a feed points to them; a web server on loopback, in process."""

import asyncio
from datetime import UTC, datetime

import httpx
import pytest

from feedgen import attachments, make
from feedgen.art19.client import ContentApi
from feedgen.art19.credential import Credential
from feedgen.feed.tags import Transcript
from feedgen.probe import MemoryCache
from feedgen.settings import EpisodeSettings
from feedgen.source import Source
from tests.factories import make_series, make_settings

starlette = pytest.importorskip("starlette")

from starlette.applications import Starlette  # noqa: E402 - only where it is installed
from starlette.responses import RedirectResponse, Response  # noqa: E402
from starlette.routing import Route  # noqa: E402

HOST = "https://transcripts.internal"
NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


def answer(kind, *, head=200, get=200):
    """Return an endpoint that serves a transcript as `kind`."""

    async def endpoint(request):
        status = head if request.method == "HEAD" else get
        return Response("WEBVTT\n" if request.method == "GET" else "", status, media_type=kind)

    return endpoint


async def moved(_request):
    return RedirectResponse(f"{HOST}/a.vtt")


APP = Starlette(
    routes=[
        Route("/a.vtt", answer("text/vtt")),
        Route("/a.srt", answer("application/srt")),
        Route("/vague.vtt", answer("application/octet-stream")),
        Route("/page.vtt", answer("text/html")),
        Route("/no-head.vtt", answer("text/vtt", head=405)),
        Route("/locked.vtt", answer("text/vtt", head=403, get=403)),
        Route("/moved.vtt", moved),
    ]
)


def notes(*paths, **fields):
    """Return the notes about transcripts at these paths."""
    asked = []

    async def watch(request):
        asked.append(f"{request.method} {request.url.path}")

    said = EpisodeSettings(
        transcripts=tuple(
            Transcript(url=path if "://" in path else f"{HOST}{path}") for path in paths
        )
    )
    plan = make.plan(make_series(), make_settings(episodes={"episode-1": said}, **fields), now=NOW)

    async def found():
        async with (
            httpx.AsyncClient(
                transport=httpx.ASGITransport(APP), event_hooks={"request": [watch]}
            ) as media,
            ContentApi(HOST, Credential("nobody", "nothing")) as api,
        ):
            source = Source(api=api, media=media, now=NOW)
            return await attachments.find(plan, source, MemoryCache())

    return asyncio.run(found()).notes, asked


@pytest.mark.parametrize("path", ["/a.vtt", "/a.srt", "/vague.vtt", "/no-head.vtt", "/moved.vtt"])
def test_a_transcript_that_is_there_needs_no_word(path):
    """Also behind a redirect, and from a server that refuses HEAD or does not know the type."""
    assert notes(path)[0] == ()


@pytest.mark.parametrize(
    ("path", "code", "word"),
    [
        ("/absent.vtt", "transcript-missing", "answers 404"),
        ("/locked.vtt", "transcript-missing", "answers 403"),
        ("/page.vtt", "transcript-type", "is served as 'text/html'; the feed says 'text/vtt'"),
    ],
)
def test_a_transcript_that_is_not_there_is_told_of(path, code, word):
    """The note names the episode and the address; the episode stays in the feed."""
    (note,), _ = notes(path)

    assert (note.code, note.where) == (code, "guid-episode-1")
    assert word in note.message
    assert f"{HOST}{path}" in note.message


def test_every_transcript_of_an_episode_is_looked_at():
    """In the order of the settings."""
    found, _ = notes("/absent.vtt", "/a.vtt", "/page.vtt")

    assert [note.code for note in found] == ["transcript-missing", "transcript-type"]


@pytest.mark.parametrize(
    ("paths", "fields"),
    [
        (["/absent.vtt"], {"probe_media": False}),
        (["https://www.example.com/a.vtt", "https://media.test/a.vtt"], {}),
    ],
)
def test_nobody_is_asked_without_need(paths, fields):
    """With probe_media off, and for addresses of documentation (RFC 2606)."""
    assert notes(*paths, **fields) == ((), [])
