"""Pictures beside the artwork."""

from feedgen.feed.tags import Picture
from tests.factories import build_feed, make_asset, make_image, make_series, make_settings


def test_the_artwork_is_a_picture_with_its_size():
    """podcast:image repeats it with a purpose and the text the settings give."""
    feed = build_feed(settings=make_settings(image_alt="A logo")).feed

    assert feed.images == (
        Picture(
            href="https://cdn.example.com/art/square-3000.jpg",
            alt="A logo",
            aspect_ratio="1/1",
            width=3000,
            height=3000,
            type="image/jpeg",
            purpose="artwork",
        ),
    )


def test_further_pictures_follow_the_artwork():
    """A banner from the settings comes second."""
    banner = Picture(href="https://cdn.example.com/banner.jpg", purpose="banner")

    assert build_feed(settings=make_settings(images=(banner,))).feed.images[1] == banner


def test_old_apps_get_all_sizes_on_request():
    """Widest first, and never the upload itself."""
    assets = (
        make_asset("square-400", 400),
        make_asset("square-3000", 3000),
        make_asset("original", 5000),
        make_asset("thumb", 100, url="http://cdn.example.com/insecure.jpg"),
    )
    series = make_series(cover=make_image(assets=assets))

    assert build_feed(series).feed.srcset == ""
    assert build_feed(series, make_settings(legacy_images=True)).feed.srcset == (
        "https://cdn.example.com/art/square-3000.jpg 3000w, "
        "https://cdn.example.com/art/square-400.jpg 400w"
    )
