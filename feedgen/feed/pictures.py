"""The artwork of the channel and of items, and the pictures beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.errors import SeriesProblem
from feedgen.feed.tags import Picture
from feedgen.feed.urls import ascii_url, extension, is_https, is_signed
from feedgen.model import Artwork

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feedgen.artwork.choose import Decision
    from feedgen.feed.log import Place
    from feedgen.model import Episode, Image, Series

_TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png"}
# Styles that may stand in a srcset for old apps: cropped, square, without the upload's metadata.
_SRCSET = ("square-3000", "itunes", "square-888", "square-640", "square-400", "thumb")


def of_series(
    series: Series, image_url: str | None, artwork: Mapping[str, Decision], place: Place
) -> Artwork:
    """Return the artwork of the channel; raise `SeriesProblem` if there is none that is usable."""
    if image_url:
        return _noted(
            place.from_("itunes:image", "setting image_url", _from_url(image_url)), place
        )
    if series.cover is None:
        raise SeriesProblem(
            f"series {series.slug!r} has no cover image",
            hint="give the series a square cover of 3000 × 3000 pixels, or set image_url",
        )
    decision = artwork.get(series.cover.id)
    if decision is None or decision.chosen is None:
        raise SeriesProblem(
            f"series {series.slug!r} has no usable artwork: {_why(decision)}",
            hint="upload a square cover of 3000 × 3000 pixels (JPEG or PNG), or set image_url",
        )
    for warning in decision.warnings:
        place.note("artwork", warning)
    origin = f"API: Series.cover_image, style {decision.chosen.style}: {decision.reason}"
    return _noted(place.from_("itunes:image", origin, decision.chosen), place)


def of_episode(
    episode: Episode, image_url: str | None, artwork: Mapping[str, Decision], place: Place
) -> Artwork | None:
    """Return the artwork of an item: its own, else the one that cascades from its season."""
    if image_url:
        return _noted(
            place.from_("itunes:image", "setting image_url", _from_url(image_url)), place
        )
    for field, image in (
        ("Episode.cover_image", episode.cover),
        ("Episode.cascaded_cover_image", episode.cascaded_cover),
    ):
        decision = artwork.get(image.id) if image else None
        if decision is None:
            continue
        if decision.chosen is None:
            place.note("artwork", f"{field} is not usable: {decision.reason}")
            continue
        for warning in decision.warnings:
            place.note("artwork", warning)
        origin = f"API: {field}, style {decision.chosen.style}: {decision.reason}"
        return _noted(place.from_("itunes:image", origin, decision.chosen), place)
    return None


def as_picture(artwork: Artwork, alt: str | None) -> Picture:
    """Return artwork as podcast:image of the purpose `artwork`."""
    return Picture(
        href=artwork.url,
        alt=alt,
        aspect_ratio="1/1",
        width=artwork.width,
        height=artwork.height,
        type=artwork.content_type or None,
        purpose="artwork",
    )


def srcset(image: Image | None) -> str:
    """Return the files of an image for podcast:images, widest first (deprecated element)."""
    found = {
        asset.width: ascii_url(asset.url)
        for asset in (image.assets if image else ())
        if asset.style in _SRCSET and asset.width and is_https(ascii_url(asset.url))
    }
    return ", ".join(f"{found[width]} {width}w" for width in sorted(found, reverse=True))


def _noted(artwork: Artwork, place: Place) -> Artwork:
    """Return `artwork`; note an address that ends, after which no app finds the picture."""
    if is_signed(artwork.url):
        bare = artwork.url.partition("?")[0]
        place.note("address-signed", f"{bare} is signed: the address will end")
    return artwork


def _why(decision: Decision | None) -> str:
    if decision is None:
        return "nothing was decided about it"
    looked_at = "; ".join(f"{each.style}: {each.reason}" for each in decision.rejected)
    return f"{decision.reason} ({looked_at})" if looked_at else decision.reason


def _from_url(url: str) -> Artwork:
    return Artwork(url=url, content_type=_TYPES.get(extension(url), ""), style="", image_id="")
