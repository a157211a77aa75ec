"""Which picture a feed shows: `square-3000`, else `itunes`, each verified before it is taken.

Source: ART19 Content API, image system ("use square-3000, else itunes"); Apple, A Podcaster's
Guide to RSS, artwork requirements (square, 1400 to 3000 pixels, JPEG or PNG, https).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feedgen.artwork.styles import ITUNES, ORIGINAL, REGULAR, SQUARE_3000, STRIPPED, expected_side
from feedgen.model import Artwork, MediaAsset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedgen.model import Image

LEAST, MOST = 1400, 3000
TYPE_OF_EXTENSION = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A style that was looked at and not taken; `asset` is `None` where the image has none."""

    style: str
    reason: str
    asset: MediaAsset | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The artwork of a feed and why, in one sentence; `chosen` is `None` if nothing fits."""

    chosen: Artwork | None
    reason: str
    rejected: tuple[Rejected, ...] = ()
    warnings: tuple[str, ...] = ()


def choose(image: Image | None, *, last: Artwork | None = None) -> Decision:
    """Return the artwork for a feed; `last` is what was published before. Never raises.

    The ladder: `square-3000`, `itunes`, then with a warning `regular` if it fits, then with a
    warning `last`. An image that is not `valid` keeps `last`: the old picture stays live until
    the new one is ready. `original`, `stripped-original` and the small styles are never taken.
    """
    if last is not None and not last.url.strip():
        last = None
    if image is None:
        return _keep(last, "there is no image")
    warnings: list[str] = []
    if image.status != "valid":
        state = f"the image is {image.status!r}, not 'valid'"
        if last is not None:
            return _keep(last, state)
        warnings.append(
            f"{state}, and no artwork was published before: using the assets there are"
        )
    rejected: list[Rejected] = []
    for style in (SQUARE_3000.name, ITUNES.name, REGULAR.name):
        assets = [asset for asset in image.assets if asset.style == style]
        if not assets:
            rejected.append(Rejected(style=style, reason="the image has no asset of this style"))
        for asset in assets:
            flaw = _flaw(asset)
            if flaw:
                rejected.append(Rejected(style=style, reason=flaw, asset=asset))
                continue
            warnings.extend(_doubts(asset, last))
            return Decision(
                chosen=_artwork(image.id, asset),
                reason=_why(style),
                rejected=tuple(rejected),
                warnings=tuple(warnings),
            )
    kept = _keep(last, "no asset of the image is usable")
    return Decision(
        chosen=kept.chosen,
        reason=kept.reason,
        rejected=tuple(rejected),
        warnings=(*warnings, *kept.warnings),
    )


def avatar(image: Image | None) -> Artwork | None:
    """Return the largest square https asset of a person's image, `None` if there is none.

    Source: podcast namespace, `person/@img`. Files that carry the upload's own metadata
    (`original`, `stripped-original`) are not for publishing and never taken.
    """
    if image is None:
        return None
    best: tuple[int, MediaAsset] | None = None
    for asset in image.assets:
        if asset.style in (ORIGINAL.name, STRIPPED.name) or _file_flaw(asset):
            continue
        width, height = _sides(asset)
        if width and width == height and (best is None or width > best[0]):
            best = (width, asset)
    return _artwork(image.id, best[1]) if best else None


def _keep(last: Artwork | None, because: str) -> Decision:
    if last is None:
        return Decision(chosen=None, reason=f"{because}, and no artwork was published before")
    reason = f"{because}: the artwork published last stays"
    return Decision(chosen=last, reason=reason, warnings=(reason,))


def _why(style: str) -> str:
    if style == SQUARE_3000.name:
        return "square-3000 is the first choice and it is usable"
    if style == ITUNES.name:
        return "itunes is the second choice and square-3000 is not usable"
    return "neither square-3000 nor itunes is usable; regular is square and large enough"


def _flaw(asset: MediaAsset) -> str:
    """Return why an asset can not be artwork, `""` if it can."""
    flaw = _file_flaw(asset)
    if flaw:
        return flaw
    given = [side for side in (asset.width, asset.height) if side is not None]
    if asset.style == REGULAR.name and len(given) < 2:
        return "its size is not given, and regular may have any shape"
    if len(given) == 2 and given[0] != given[1]:
        return f"it is {given[0]} × {given[1]} pixels, not square"
    if any(not LEAST <= side <= MOST for side in given):
        return f"it is {given[0]} pixels wide or high, allowed are {LEAST} to {MOST}"
    return ""


def _file_flaw(asset: MediaAsset) -> str:
    """Return what is wrong with the type or the address of a file, `""` if nothing is."""
    if _media_type(asset) not in TYPE_OF_EXTENSION.values():
        return f"its type is {asset.content_type!r}, not image/jpeg or image/png"
    if not asset.url.strip():
        return "it has no address"
    if any(char.isspace() or not char.isprintable() for char in asset.url):
        return "its address holds spaces or control characters"
    try:
        parts = urlsplit(asset.url)
        secure, host = parts.scheme == "https", parts.hostname
    except ValueError:
        return f"its address is not a URL: {asset.url!r}"
    if not secure or not host:
        return f"its address is not https: {asset.url!r}"
    if not parts.path.lower().endswith(tuple(TYPE_OF_EXTENSION)):
        return "its address does not end in .jpg, .jpeg or .png"
    return ""


def _doubts(asset: MediaAsset, last: Artwork | None) -> Iterator[str]:
    """Yield what is odd about an asset that is taken all the same."""
    if asset.style == REGULAR.name:
        yield "the artwork is of style regular, because neither square-3000 nor itunes is usable"
    path = urlsplit(asset.url).path.lower()
    named = next(kind for end, kind in TYPE_OF_EXTENSION.items() if path.endswith(end))
    if named != _media_type(asset):
        yield f"the artwork's address says {named}, its type {_media_type(asset)}"
    width, before = _sides(asset)[0], last.width if last else None
    if width and before and width < before:
        yield f"the artwork is {width} pixels wide, the one published last was {before}"


def _media_type(asset: MediaAsset) -> str:
    """Return the type without parameters, in lower case (RFC 9110 §8.3.1)."""
    return asset.content_type.partition(";")[0].strip().lower()


def _sides(asset: MediaAsset) -> tuple[int | None, int | None]:
    """Return width and height; where a style is square by rule, one side stands for both."""
    width, height = asset.width, asset.height
    rule = expected_side(asset.style)
    if rule is None:
        return width, height
    known = next((side for side in (width, height) if side is not None), rule)
    return known if width is None else width, known if height is None else height


def _artwork(image_id: str, asset: MediaAsset) -> Artwork:
    width, height = _sides(asset)
    return Artwork(
        url=asset.url,
        content_type=_media_type(asset),
        style=asset.style,
        image_id=image_id,
        width=width,
        height=height,
        asset_id=asset.id,
    )
