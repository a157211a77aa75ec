"""The choice of artwork: the API's rule, verified asset by asset."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen.artwork.choose import LEAST, MOST, avatar, choose
from feedgen.artwork.styles import BY_NAME, STYLES
from feedgen.model import Artwork, Image, MediaAsset


def make_asset(style: str = "square-3000", **changes: object) -> MediaAsset:
    side = BY_NAME[style].side
    asset = MediaAsset(
        id=f"asset-{style}",
        style=style,
        url=f"https://cdn.example.com/{style}.jpg",
        content_type="image/jpeg",
        width=side,
        height=side,
    )
    return dataclasses.replace(asset, **changes)


def make_image(*assets: MediaAsset, status: str = "valid") -> Image:
    return Image(id="image-1", status=status, assets=assets)


LAST = Artwork(
    url="https://cdn.example.com/last.png",
    content_type="image/png",
    style="square-3000",
    image_id="image-0",
    width=3000,
    height=3000,
)

URLS = st.one_of(
    st.sampled_from(
        [
            "",
            "   ",
            "https://cdn.example.com/a.jpg",
            "https://cdn.example.com/a.PNG?x=1",
            "https://cdn.example.com/a.jpeg",
            "https://cdn.example.com/a",
            "https:///a.jpg",
            "https://[broken/a.jpg",
            "http://cdn.example.com/a.jpg",
            "//cdn.example.com/a.jpg",
            "https://cdn.example.com/a b.jpg",
        ]
    ),
    st.text(max_size=30),
    st.text(max_size=20).map(lambda text: f"https://cdn.example.com/{text}.jpg"),
)
SIDES = st.one_of(
    st.none(), st.sampled_from([0, -1, 100, 1399, 1400, 2000, 3000, 3001]), st.integers()
)
ASSETS = st.builds(
    MediaAsset,
    id=st.text(max_size=5),
    style=st.sampled_from([*BY_NAME, "square-5000", ""]),
    url=URLS,
    content_type=st.sampled_from(
        ["image/jpeg", "image/png", "Image/JPEG; q=1", "image/webp", "", "text/html"]
    ),
    file_size=SIDES,
    width=SIDES,
    height=SIDES,
)
IMAGES = st.builds(
    Image,
    id=st.text(max_size=5),
    status=st.sampled_from(["valid", "valid", "uploaded", "processing", "invalid", "", "new"]),
    assets=st.lists(ASSETS, max_size=7).map(tuple),
)
LASTS = st.one_of(st.none(), st.just(LAST), st.just(dataclasses.replace(LAST, url=" ")))


@given(image=st.one_of(st.none(), IMAGES), last=LASTS)
def test_choice_is_never_a_rejected_asset_and_never_raises(
    image: Image | None, last: Artwork | None
) -> None:
    """Whatever the API delivers, the choice is verified, explained and not among the rejected."""
    decision = choose(image, last=last)
    assert decision.reason
    chosen = decision.chosen
    if chosen is None:
        assert last is None or not last.url.strip()
        return
    if chosen is last:
        assert decision.warnings
        return
    assert image is not None
    taken = [
        asset
        for asset in image.assets
        if asset.id == chosen.asset_id
        and asset.url == chosen.url
        and asset.style == chosen.style
        and asset not in [refused.asset for refused in decision.rejected]
    ]
    assert taken
    assert chosen.style in {"square-3000", "itunes", "regular"}
    assert chosen.url.startswith("https://")
    assert chosen.content_type in {"image/jpeg", "image/png"}
    assert chosen.width is not None
    assert chosen.width == chosen.height
    assert LEAST <= chosen.width <= MOST


@given(image=IMAGES, last=LASTS)
def test_better_style_wins(image: Image, last: Artwork | None) -> None:
    """A style is chosen only if every asset of each better style was rejected."""
    decision = choose(image, last=last)
    order = ["square-3000", "itunes", "regular"]
    if decision.chosen is None or decision.chosen is last:
        return
    refused = [refused.asset for refused in decision.rejected if refused.asset]
    for better in order[: order.index(decision.chosen.style)]:
        assert all(asset in refused for asset in image.assets if asset.style == better)


@given(image=st.one_of(st.none(), IMAGES))
def test_avatar_is_square_and_https(image: Image | None) -> None:
    """An avatar is a square https file, never the upload, and no larger one was passed over."""
    chosen = avatar(image)
    if chosen is None:
        return
    assert chosen.url.startswith("https://")
    assert chosen.style not in {"original", "stripped-original"}
    assert chosen.width
    assert chosen.width == chosen.height


def test_square_3000_is_first() -> None:
    """With every style there, square-3000 is taken without a warning."""
    decision = choose(make_image(*(make_asset(style.name) for style in STYLES)))
    assert decision.chosen is not None
    assert decision.chosen.style == "square-3000"
    assert decision.chosen.asset_id == "asset-square-3000"
    assert decision.warnings == ()
    assert decision.rejected == ()


def test_itunes_is_second() -> None:
    """Without square-3000 the style itunes is taken, and the missing style is named."""
    decision = choose(make_image(make_asset("itunes")))
    assert decision.chosen is not None
    assert decision.chosen.style == "itunes"
    assert [refused.style for refused in decision.rejected] == ["square-3000"]
    assert decision.warnings == ()


def test_regular_is_third_with_a_warning() -> None:
    """A square regular of 1400 to 3000 pixels is taken with a warning."""
    decision = choose(make_image(make_asset("regular", width=2000, height=2000)))
    assert decision.chosen is not None
    assert decision.chosen.style == "regular"
    assert decision.warnings


@pytest.mark.parametrize("style", ["original", "stripped-original", "thumb", "square-888"])
def test_other_styles_are_never_artwork(style: str) -> None:
    """Neither the upload nor a small style is artwork, even at a fitting size."""
    decision = choose(make_image(make_asset(style, width=3000, height=3000)))
    assert decision.chosen is None


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"content_type": "image/webp"}, "type"),
        ({"url": ""}, "no address"),
        ({"url": "http://cdn.example.com/a.jpg"}, "https"),
        ({"url": "https://cdn.example.com/a"}, "end in"),
        ({"url": "https://cdn.example.com/a\n.jpg"}, "control"),
        ({"url": "https://[a.jpg"}, "not a URL"),
        ({"width": 3000, "height": 2999}, "not square"),
        ({"width": 1399, "height": 1399}, "allowed"),
        ({"width": 3001, "height": None}, "allowed"),
    ],
)
def test_flaw_is_named(changes: dict[str, object], word: str) -> None:
    """Each flaw rejects the asset with its reason, and the next style is taken."""
    decision = choose(make_image(make_asset(**changes), make_asset("itunes")))
    assert decision.chosen is not None
    assert decision.chosen.style == "itunes"
    assert word in decision.rejected[0].reason


@pytest.mark.parametrize("status", ["uploaded", "processing", "invalid", "brand-new"])
def test_image_that_is_not_valid_keeps_the_last_artwork(status: str) -> None:
    """While an image is not valid, what was published last stays, with a warning."""
    decision = choose(make_image(make_asset(), status=status), last=LAST)
    assert decision.chosen is LAST
    assert decision.warnings


def test_image_that_is_not_valid_is_used_when_nothing_was_published() -> None:
    """A first picture that is not valid yet is used with a warning rather than none."""
    decision = choose(make_image(make_asset(), status="processing"))
    assert decision.chosen is not None
    assert decision.chosen.style == "square-3000"
    assert decision.warnings


def test_smaller_than_last_is_said() -> None:
    """Going from 3000 to 1400 pixels is allowed and said in a warning."""
    decision = choose(make_image(make_asset("itunes")), last=LAST)
    assert decision.chosen is not None
    assert decision.chosen.style == "itunes"
    assert any("3000" in warning for warning in decision.warnings)


def test_avatar_takes_the_largest() -> None:
    """Among square files of a person's image the largest is taken."""
    image = make_image(make_asset("thumb"), make_asset("square-640"), make_asset("square-400"))
    chosen = avatar(image)
    assert chosen is not None
    assert chosen.style == "square-640"
