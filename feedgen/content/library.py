"""The catalogue, its pictures and the time, joined into every resource the API serves.

An image is completed with its status and its media assets, one for each style. The id of a media
asset depends on the image and the style alone, its address on the content of the file.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedgen.artwork.styles import STYLES
from feedgen.content.access import Privileges
from feedgen.content.documents import Resource
from feedgen.content.identity import media_asset_id, moved, timestamp
from feedgen.content.images import ImageFile, Images, ImageState
from feedgen.content.shelf import Shelf
from feedgen.content.view import View
from feedgen.errors import OutsideProblem
from feedgen.feed.dates import shifted

if TYPE_CHECKING:
    from feedgen.content.catalogue import Catalogue
    from feedgen.content.resources import ImageSource
    from feedgen.content.served import Release
    from feedgen.settings import SeriesSettings

WAIT_SECONDS = 20.0

Settings = Callable[[str, "SeriesSettings | None"], "SeriesSettings | None"]


class ImagesFailed(OutsideProblem):
    """Some images could not be processed, through no fault of theirs; `reasons` by image id."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__("; ".join(reasons.values()), hint="try again later")
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class _Indexed:
    catalogue: Catalogue
    shelf: Shelf
    assets: Mapping[str, tuple[str, str]]


class Library:
    """Everything the service serves, as it is at this moment."""

    def __init__(
        self,
        current: Callable[[], Catalogue],
        images: Images,
        *,
        media_url: str,
        wait: float = WAIT_SECONDS,
        settled: bool = False,
        settings: Settings = lambda _slug, own: own,
    ) -> None:
        """Serve what `current` gives, asked anew for each request.

        `media_url` is the public address of the media, without the slash at its end, such as
        `https://podcasts.example.com/media`. A request for images that have to be rendered first
        waits `wait` seconds at most and is then answered with the states there are. With
        `settled` those are final: an image that could not be processed fails the request, so
        that nobody takes what there is of it for all there will be. `settings` gives all that is
        said of a show, by its slug and what its own folder says.
        """
        self._settings = settings
        self._settled = settled
        self.media_url = media_url.rstrip("/")
        self._current = current
        self._images = images
        self._wait = wait
        self._indexed: _Indexed | None = None

    def catalogue(self) -> Catalogue:
        """Return the catalogue as its files say it now."""
        return self._current()

    async def open(self, now: datetime, privileges: Privileges) -> Visit:
        """Return the library as one request sees it."""
        indexed = await asyncio.to_thread(self._index)
        return Visit(self, indexed, View(indexed.shelf, now=now, privileges=privileges))

    def image_file(self, name: str) -> Path | None:
        """Return the file of an image by its content-addressed name."""
        return self._images.file(name)

    async def episode_file(self, episode_id: str, extension: str, now: datetime) -> Path | None:
        """Return the audio of a public episode, `None` if it has none with this extension.

        Audio that an early feed of its show names is there as early as that feed.
        """
        visit = await self.open(now, Privileges())
        path = visit.audio.get(episode_id)
        if path is None:
            return None
        release = visit.view.shelf.release[episode_id]
        if not release.live(now) and not self._early(release).live(now):
            return None
        return path if path.suffix.lower() == f".{extension.lower()}" else None

    def _early(self, release: Release) -> Release:
        """Return `release` as the earliest feed of its show has it.

        A private feed may be early, and a date in the settings may come before that of the API.
        """
        catalogue = self._current()
        series = catalogue.resources.get(("series", release.series_id))
        slug = series["attributes"]["slug"] if series else ""
        settings = self._settings(slug, catalogue.settings.get(slug))
        if settings is None:
            return release
        own = settings.episodes.get(release.guid) or settings.episodes.get(release.id)
        begins = (own.pub_date if own else None) or release.released_at
        lead = min([0.0, *(each.delay_hours for each in settings.feeds.values())])
        return replace(release, released_at=begins and shifted(begins, timedelta(hours=lead)))

    async def rendered(self, sources: Iterable[ImageSource]) -> dict[str, ImageState]:
        """Return what the images are, after waiting for those that are being made."""
        wanted = tuple(sources)
        pending = await asyncio.to_thread(self._images.want, wanted)
        if pending and self._wait > 0:
            await _settled(pending, self._wait)
        return await asyncio.to_thread(self._look, wanted)

    def flaw(self, image_id: str) -> str:
        """Return what is wrong with an original, naming its file, `""` if nothing is known."""
        source = self._current().images.get(image_id)
        state = self._images.look(source) if source else None
        reason = (state.reason or state.failure) if state else ""
        return f"the picture {source.path} can not be used: {reason}" if source and reason else ""

    def _look(self, sources: Iterable[ImageSource]) -> dict[str, ImageState]:
        states = {source.id: self._images.look(source) for source in sources}
        reasons = {
            source.id: f"the picture {source.path} can not be processed now: "
            f"{states[source.id].failure or 'it takes too long'}"
            for source in sources
            if states[source.id].status in ("uploaded", "processing")
        }
        if reasons and self._settled:
            raise ImagesFailed(reasons)
        return states

    def _index(self) -> _Indexed:
        catalogue = self._current()
        indexed = self._indexed
        if indexed is None or indexed.catalogue is not catalogue:
            assets = {
                media_asset_id(image_id, style.name): (image_id, style.name)
                for image_id in catalogue.images
                for style in STYLES
            }
            shelf = Shelf(catalogue.resources, catalogue.releases)
            indexed = self._indexed = _Indexed(catalogue, shelf, assets)
        return indexed


class Visit:
    """The library for one request: one catalogue, one instant, one credential."""

    def __init__(self, library: Library, indexed: _Indexed, view: View) -> None:
        self.view = view
        self.audio = indexed.catalogue.audio
        self._library = library
        self._indexed = indexed

    def knows(self, type_: str, id_: str) -> bool:
        """Return whether there is such a resource, seen or not; a style counts that may be."""
        if type_ == "media_assets":
            return id_ in self._indexed.assets
        return self.view.shelf.get(type_, id_) is not None

    def sees(self, type_: str, id_: str) -> bool:
        """Return whether the credential may see a resource there is."""
        if type_ != "media_assets":
            return self.view.sees(type_, id_)
        image_id, style = self._indexed.assets[id_]
        if style == "original" and not self.view.may_have_original(image_id):
            return False
        return self.view.sees("images", image_id)

    async def complete(self, resources: Iterable[Resource]) -> list[Resource]:
        """Return the resources with everything that depends on time, credential and pictures."""
        found = list(resources)
        images = {each["id"] for each in found if each["type"] == "images"}
        states = await self._states(images)
        return [
            self._image(each, states[each["id"]])
            if each["id"] in states
            else self.view.present(each)
            for each in found
        ]

    async def assets(self, ids: Iterable[str]) -> list[Resource]:
        """Return the media assets of these ids that exist and may be seen, in their order."""
        asked = [
            id_ for id_ in ids if id_ in self._indexed.assets and self.sees("media_assets", id_)
        ]
        states = await self._states({self._indexed.assets[id_][0] for id_ in asked})
        made = []
        for id_ in asked:
            image_id, style = self._indexed.assets[id_]
            image = self.view.shelf.get("images", image_id)
            for file in states[image_id].files:
                if file.style == style and image is not None:
                    made.append(self._asset(id_, image, file))
        return made

    async def _states(self, image_ids: Iterable[str]) -> dict[str, ImageState]:
        if not image_ids:
            return {}
        images = self._indexed.catalogue.images
        return await self._library.rendered(images[each] for each in sorted(image_ids))

    def _image(self, image: Resource, state: ImageState) -> Resource:
        linked = [
            {"type": "media_assets", "id": media_asset_id(image["id"], file.style)}
            for file in self._shown(image["id"], state)
        ]
        return {
            **image,
            "attributes": {**image["attributes"], "status": state.status},
            "relationships": {**image["relationships"], "media_assets": {"data": linked}},
        }

    def _shown(self, image_id: str, state: ImageState) -> Iterator[ImageFile]:
        whole = self.view.may_have_original(image_id)
        return (file for file in state.files if whole or file.style != "original")

    def _asset(self, id_: str, image: Resource, file: ImageFile) -> Resource:
        created_at = datetime.fromisoformat(image["attributes"]["created_at"])
        extension = file.name.rpartition(".")[2]
        attributes: dict[str, Any] = {
            "attachment_id": image["id"],
            "attachment_type": "Image",
            "cdn_url": f"{self._library.media_url}/images/{file.name}",
            "content_type": file.content_type,
            "created_at": timestamp(created_at),
            "file_name": f"{file.style}.{extension}",
            "file_size": file.file_size,
            "size_height": file.height,
            "size_width": file.width,
            "style": file.style,
            "updated_at": timestamp(moved(created_at, file.name)),
        }
        return {"id": id_, "type": "media_assets", "attributes": attributes, "relationships": {}}


async def _settled(futures: Iterable[Future[None]], seconds: float) -> None:
    """Wait until all futures are done, but not longer; they go on either way.

    The futures may outlive the event loop, which asyncio's own wrapping does not allow.
    """
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()

    def wake(_: Future[None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile
            loop.call_soon_threadsafe(changed.set)

    left = tuple(futures)
    for future in left:
        future.add_done_callback(wake)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not all(future.done() for future in left):
                changed.clear()
                await changed.wait()
