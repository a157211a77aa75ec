"""Files that lie beside a feed: what it points to must be there before it goes on air.

Pictures and audio belong to a local catalogue only, chapters to any. The names of pictures are
made from their content, so new bytes always get a new name (Apple: a changed picture needs a new
URL); the name of a media file is its episode's.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Protocol

import httpx

from feedgen.errors import OutsideProblem, SeriesProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from feedgen.feed.chapters import ChapterFile
    from feedgen.feed.model import Feed
    from feedgen.publish import Target


class Marks(Protocol):
    """Remembers which bytes a media file was written from; `feedgen.state.State` does."""

    def beside(self, name: str) -> str:
        """Return the entity tag of what was written as `name`, `""` if nobody knows."""

    def put_beside(self, name: str, mark: str) -> None:
        """Remember `mark` for `name`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Publishes what the feeds of a local catalogue point to; `own_media` lies below `base`.

    `own_media` is the address of what the content service answers, `base` the public address of
    the target; neither ends in a slash. `own_file` may tell size and entity tag of a media file
    by its address, so that nobody has to be asked. `lay` are the sizes in bytes, by name, of the
    files that lay there whole when the series was last looked at.
    """

    own_media: str
    base: str
    media: httpx.AsyncClient
    target: Target
    marks: Marks
    own_file: Callable[[str], tuple[int, str] | None] = lambda _url: None
    lay: Mapping[str, int] = field(default_factory=dict)

    async def publish(self, feed: Feed, *, audio: bool = True) -> dict[str, int]:
        """Write every picture, and with `audio` every media file, of `feed` that is not there.

        Returns the size in bytes of each by its name in the target. Raises OutsideProblem if a
        file can not be fetched or is not what its name promises, TargetProblem if it can not be
        written.
        """
        lie: dict[str, int] = {}
        for url in self._own(picture_urls(feed)):
            name, digest = self._name(url), PurePosixPath(url).stem
            # A name is made of the content, so what was whole and has its size still is.
            if name in self.lay and self.target.size(name) == self.lay[name]:
                lie[name] = self.lay[name]
                continue
            held = self.target.read(name)
            if held is None or hashlib.sha256(held).hexdigest() != digest:
                held = await self._fetch(url, digest)
                self.target.write(name, held)
            lie[name] = len(held)
        for url in self._own(item.enclosure.url for item in feed.item_list) if audio else ():
            lie[self._name(url)] = await self._publish_audio(url)
        return lie

    async def _publish_audio(self, url: str) -> int:
        """Write a media file unless the same bytes are there: its name does not tell.

        Returns its size in bytes.
        """
        name = self._name(url)
        length, mark = self.own_file(url) or await self._described(url)
        if mark and self.target.size(name) == length and self.marks.beside(name) == mark:
            return length
        data = await self._fetch(url)
        if self.target.read(name) != data:
            self.target.write(name, data)
        self.marks.put_beside(name, mark)
        return len(data)

    def _own(self, urls: Iterable[str]) -> Iterator[str]:
        return (url for url in dict.fromkeys(urls) if url.startswith(f"{self.own_media}/"))

    def _name(self, url: str) -> str:
        return url.removeprefix(f"{self.base}/")

    async def _described(self, url: str) -> tuple[int, str]:
        """Return length and entity tag of what lies at `url`."""
        answer = await self._answer("HEAD", url)
        length = answer.headers.get("Content-Length", "")
        tag: str = answer.headers.get("ETag", "")
        return int(length) if length.isdecimal() else -1, tag

    async def _fetch(self, url: str, digest: str = "") -> bytes:
        data = (await self._answer("GET", url)).content
        if digest and hashlib.sha256(data).hexdigest() != digest:
            raise OutsideProblem(f"{url} does not hold the bytes its name promises", hint=_HINT)
        return data

    async def _answer(self, method: str, url: str) -> httpx.Response:
        try:
            answer = await self.media.request(method, url)
        except httpx.HTTPError as error:
            raise OutsideProblem(f"{url} can not be fetched: {error}", hint=_HINT) from error
        if answer.status_code != httpx.codes.OK:
            raise OutsideProblem(f"{url} answers {answer.status_code}", hint=_HINT)
        return answer


def picture_urls(feed: Feed) -> Iterator[str]:
    """Yield the address of every picture that `feed` shows; some may come twice."""
    yield feed.image.url
    yield from (picture.href for picture in feed.images)
    yield from (person.img for person in feed.people if person.img)
    for item in feed.item_list:
        if item.image is not None:
            yield item.image.url
        if item.tags is not None:
            yield from (picture.href for picture in item.tags.images)
            yield from (person.img for person in item.tags.people if person.img)


def publish_chapters(
    files: Iterable[ChapterFile], *, base: str, target: Target
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Write chapter files; return their sizes by name, and the addresses that lie elsewhere.

    What lies elsewhere than the target has to be brought there by hand. `base` is the public URL
    of the target, without a slash at the end. A template of the settings may name a place by the
    episode and not by the content: such a file is replaced.
    """
    lie: dict[str, int] = {}
    elsewhere = []
    for file in files:
        name = file.url.removeprefix(f"{base}/")
        if name == file.url:
            elsewhere.append(file.url)
            continue
        if not _CHAPTERS.fullmatch(name):
            raise SeriesProblem(
                f"{name!r} can not be the name of a file with chapters",
                hint="let chapters_template end in .json",
            )
        if target.read(name) != file.data:
            target.write(name, file.data)
        lie[name] = len(file.data)
    return lie, tuple(elsewhere)


# Never a name a feed may have.
_CHAPTERS = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]*/)*[A-Za-z0-9][A-Za-z0-9._-]*\.json")
_HINT = "look at the log of the content service; the feed on air stays"
