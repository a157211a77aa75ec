"""A small catalogue folder, and the content service in front of it."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from feedgen.artwork.crop import Box
from feedgen.artwork.refusal import ImageRefused
from feedgen.artwork.store import Stored, StoredRendition
from feedgen.content.catalogue import CatalogueFolder
from feedgen.content.images import Images
from feedgen.content.library import Library
from feedgen.content.service import create_app
from feedgen.model import CropArea

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
CREDENTIAL = "8f71320c-fdbc-4934-b3b9-f1eda4fb39a9"
SECRET = 'a "quoted" secret\\'
MEDIA_URL = "https://podcasts.example.com/shows/media"
AUTHORIZATION = f'Token token="a \\"quoted\\" secret\\\\", credential="{CREDENTIAL}"'
JSON_API = "application/vnd.api+json"

SERIES = {
    "tides": "11111111-0000-4000-8000-000000000001",
    "attic": "11111111-0000-4000-8000-000000000002",
}
SEASON = "22222222-0000-4000-8000-000000000001"
EPISODES = {
    name: f"33333333-0000-4000-8000-{number:012d}"
    for number, name in enumerate(
        ("trailer", "first", "second", "draft", "future", "expired", "silent"), start=1
    )
}
COVER = "44444444-0000-4000-8000-000000000001"
PORTRAIT = "44444444-0000-4000-8000-000000000002"

_TIDES = f"""
id = "{SERIES["tides"]}"
title = "The Tides"
network = "Harbour"
genres = ["Science: Nature", "Arts"]
language = "en"
cover = {{ file = "cover.jpg", id = "{COVER}" }}
credits = [{{ person = "Ada", type = "HostCredit" }}, {{ person = "Bo", type = "EditorCredit" }}]

[[seasons]]
id = "{SEASON}"
number = 1
title = "Spring"
"""
_ATTIC = f"""
id = "{SERIES["attic"]}"
title = "Attic"
status = "inactive"
public_page_enabled = false
credits = [{{ person = "Bo", type = "HostCredit" }}]
"""
_EPISODES = {
    "trailer": 'title = "Trailer"\nitunes_type = "trailer"\nreleased_at = 2024-01-01T00:00:00Z',
    "first": 'title = "An Ebb"\nseason = 1\nreleased_at = 2024-01-08T00:00:00Z',
    "second": 'title = "The Flood"\nseason = 1\nreleased_at = 2024-02-08T00:00:00Z\n'
    'credits = [{ person = "Ada", type = "GuestCredit" }]',
    "draft": 'title = "Draft"\npublished = false\nreleased_at = 2024-03-01T00:00:00Z',
    "future": 'title = "Future"\nreleased_at = 2024-12-24T00:00:00Z',
    "expired": 'title = "Expired"\nreleased_at = 2024-01-04T00:00:00Z\n'
    "release_end_at = 2024-02-01T00:00:00Z",
    "silent": 'title = "Silent"\nreleased_at = 2024-01-20T00:00:00Z',
}
_PEOPLE = f"""
[Ada]
first_name = "Ada"
last_name = "Quay"
avatar = {{ file = "ada.png", id = "{PORTRAIT}" }}

[Bo]
first_name = "Bo"
last_name = "Anker"
"""


def write_catalogue(root: Path) -> Path:
    """Write the catalogue into `root` and return it."""
    folder = root / "catalogue"
    episodes = folder / "tides" / "episodes"
    episodes.mkdir(parents=True)
    (folder / "attic" / "episodes").mkdir(parents=True)
    (folder / "networks.toml").write_text('[Harbour]\nname = "Harbour"\n')
    (folder / "people.toml").write_text(_PEOPLE)
    (folder / "ada.png").write_bytes(b"portrait of Ada")
    (folder / "tides" / "series.toml").write_text(_TIDES)
    (folder / "tides" / "cover.jpg").write_bytes(b"cover of the tides")
    (folder / "attic" / "series.toml").write_text(_ATTIC)
    for name, text in _EPISODES.items():
        audio = "" if name == "silent" else f'audio = "{name}.mp3"\n'
        (episodes / f"{name}.toml").write_text(f'id = "{EPISODES[name]}"\n{audio}{text}\n')
        if audio:
            (episodes / f"{name}.mp3").write_bytes(f"audio of {name} ".encode() * 100)
    return folder


@dataclass
class Darkroom:
    """A renderer that can be stopped, so that tests can look at an image on its way.

    It makes files of the original's bytes with the name of the style behind them; an original
    that begins with `broken` is refused.
    """

    folder: Path
    gate: threading.Event = field(default_factory=threading.Event)
    calls: list[bytes] = field(default_factory=list)
    failure: Exception | None = None
    styles: tuple[str, ...] = ("original", "stripped-original", "regular", "thumb", "itunes")

    def __post_init__(self) -> None:
        self.gate.set()
        self.folder.mkdir()

    def __call__(self, original: bytes, crop: CropArea | None) -> Stored:
        self.calls.append(original)
        self.gate.wait(10)
        if self.failure is not None:
            raise self.failure
        if original.startswith(b"broken"):
            raise ImageRefused("corrupt", "the picture is broken")
        return Stored(
            box=Box(left=0, top=0, width=100, height=100),
            renditions=tuple(self._make(original, crop, style) for style in self.styles),
        )

    def _make(self, original: bytes, crop: CropArea | None, style: str) -> StoredRendition:
        data = original if style == "original" else original + f" as {style} {crop}".encode()
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.folder / sha256
        path.write_bytes(data)
        return StoredRendition(
            style=style,
            path=path,
            sha256=sha256,
            content_type="image/jpeg",
            width=100,
            height=100,
            file_size=len(data),
        )


@dataclass
class House:
    """The catalogue folder and everything in front of it."""

    root: Path
    folder: Path
    darkroom: Darkroom
    images: Images
    library: Library

    def app(self, **options: Any) -> Any:
        """Return the service; the clock stands still."""
        settings: dict[str, Any] = {"credentials": {CREDENTIAL: SECRET}, "clock": lambda: NOW}
        return create_app(self.library, **{**settings, **options})

    def client(self, **options: Any) -> httpx.Client:
        """Return a client of the service that sends the right headers."""
        return client_of(self.app(**options))


class _InProcess(httpx.BaseTransport):
    def __init__(self, app: Any) -> None:
        self._asgi = httpx.ASGITransport(app=app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def ask() -> httpx.Response:
            response = await self._asgi.handle_async_request(request)
            body = await response.aread()
            return httpx.Response(response.status_code, headers=response.headers, content=body)

        return asyncio.run(ask())


def client_of(app: Any) -> httpx.Client:
    """Return a client that reaches the application in process, with the right headers."""
    return httpx.Client(
        transport=_InProcess(app),
        base_url="https://api.example.com",
        headers={"Authorization": AUTHORIZATION, "Accept": JSON_API},
    )


def make_house(root: Path, *, wait: float = 20.0) -> House:
    """Return a catalogue in `root` with a service in front of it; close its images at the end."""
    folder = write_catalogue(root)
    darkroom = Darkroom(root / "darkroom")
    images = Images(root / "images", darkroom)
    library = Library(CatalogueFolder(folder).current, images, media_url=MEDIA_URL, wait=wait)
    return House(root, folder, darkroom, images, library)
