"""The artwork of a show in every style, and why one was chosen: asked of the source, not the feed.

A hosted account is looked at as it was read last, so that a page costs no request to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from feedgen import night
from feedgen.artwork.choose import Decision
from feedgen.artwork.styles import ITUNES, ORIGINAL, REGULAR, SQUARE_3000, STRIPPED, STYLES
from feedgen.errors import FeedgenError, OutsideProblem
from feedgen.make import decisions

if TYPE_CHECKING:
    from datetime import datetime

    from feedgen.config import Config
    from feedgen.model import Artwork as Chosen
    from feedgen.model import Image, Series

WITHIN = 20.0
# Episodes with a cover of their own that are shown; the others are as many again.
_SHOWN = 60
# Why a style that could be shown is not; see feedgen.artwork.choose.
_WHY_NOT = {
    ORIGINAL.name: "never shown: it is the upload as it came, with all that is in it",
    STRIPPED.name: "never shown: it may have any shape and size",
    REGULAR.name: "only if neither square-3000 nor itunes can be shown",
    ITUNES.name: "the second choice",
    SQUARE_3000.name: "the first choice, but the artwork published last stays",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleOf:
    """One style of an image; `url` is its public address and `here` what a page may embed.

    `verdict` says why it is not the one that was chosen.
    """

    name: str
    rule: str
    url: str = ""
    here: str = ""
    size: str = ""
    media_type: str = ""
    verdict: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageOf:
    """One image: whose it is, its state, its styles, and the decision."""

    of: str
    status: str
    styles: tuple[StyleOf, ...]
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Artwork:
    """The images of a show; `problem` says why they can not be shown now."""

    images: tuple[ImageOf, ...] = ()
    more: int = 0
    problem: str = ""


async def artwork(
    config: Config, slug: str, *, now: datetime, here: Callable[[str], str]
) -> Artwork:
    """Return the images of the show `slug`; never raises for what the source says or lacks."""
    try:
        async with asyncio.timeout(WITHIN), night.open_run(config, now=now, offline=True) as run:
            series, _ = await run.source.one(slug)
            last = run.state.on_air(series.id)
    except TimeoutError:
        return Artwork(problem="The pictures are still being made; look again in a minute.")
    except FeedgenError as error:
        hint = f" {error.hint}" if error.hint and isinstance(error, OutsideProblem) else ""
        return Artwork(problem=f"{error.message}.{hint}")
    return looked_at(series, here, last=last.artwork if last else None)


def looked_at(
    series: Series, here: Callable[[str], str], *, last: Chosen | None = None
) -> Artwork:
    """Return the cover of a series and those its seasons and episodes have of their own.

    `last` is the cover that was published last.
    """
    cover = series.cover
    found = {cover.id: ("The show", cover)} if cover else {}
    for episode in series.episodes:
        inherited = f"From the season of “{episode.title}”"
        for of, image in (
            (f"“{episode.title}”", episode.cover),
            (inherited, episode.cascaded_cover),
        ):
            if image is not None:
                found.setdefault(image.id, (of, image))
    decided = decisions(series, last=last)
    images = [_image(of, image, decided[image.id], here) for of, image in found.values()]
    return Artwork(
        images=tuple(images[:_SHOWN]),
        more=max(0, len(images) - _SHOWN),
        problem="" if cover else "The show has no cover image.",
    )


def _image(of: str, image: Image, decision: Decision, here: Callable[[str], str]) -> ImageOf:
    assets = {asset.style: asset for asset in image.assets}
    refused = {each.style: each.reason for each in decision.rejected}
    chosen = decision.chosen.style if decision.chosen else ""
    styles = []
    for style in STYLES:
        asset = assets.get(style.name)
        side = f"{style.side} × {style.side}" if style.side else ""
        sized = asset is not None and asset.width and asset.height
        why = refused.get(style.name) or _WHY_NOT.get(style.name, "too small for a feed")
        styles.append(
            StyleOf(
                name=style.name,
                rule=style.rule,
                url=asset.url if asset else "",
                here=here(asset.url) if asset else "",
                size=f"{asset.width} × {asset.height}" if asset and sized else side,
                media_type=asset.content_type if asset else "",
                verdict="" if style.name == chosen else why if asset else "there is none",
                chosen=asset is not None and style.name == chosen,
            )
        )
    return ImageOf(of=of, status=image.status, styles=tuple(styles), decision=decision)
