"""Text from a source that means no good, or knows no better."""

from dataclasses import replace

from hypothesis import event, given
from hypothesis import strategies as st
from lxml import etree

from feedgen import check
from feedgen.errors import SeriesProblem
from feedgen.feed.render import Renderer
from feedgen.model import Network
from feedgen.xmltext import ILLEGAL, clean
from tests.factories import (
    NOW,
    build_feed,
    make_asset,
    make_classification,
    make_credit,
    make_episode,
    make_image,
    make_season,
    make_series,
    make_settings,
)

RENDERER = Renderer()
TEXT = st.one_of(
    st.text(st.characters(), max_size=30),
    st.lists(
        st.sampled_from(
            [
                *(
                    "]]>",
                    "<![CDATA[",
                    "&amp;",
                    "&nbsp;",
                    "&#11;",
                    "&#55357;",
                    "<p>",
                    "</p>",
                    "<a href='",
                ),
                *(
                    "\r\n",
                    "\n\n",
                    "\ufeff",
                    "\u202e",
                    "🌧",
                    "{{ 7 }}",
                    "{% raw %}",
                    '"',
                    "'",
                    "--",
                    "<?xml",
                ),
                *("https://exämple.com/ä b", "a@b.example", "(x)", "\x0b", "\ud800"),
            ]
        ),
        max_size=8,
    ).map("".join),
).map(clean)


@given(st.data(), st.sampled_from(["modern", "art19-compat"]))
def test_any_text_in_any_field_gives_a_document(data, profile):
    """Without an error of any rule of ours, or a refusal in words; never anything else."""

    def text():
        return data.draw(TEXT)

    episode = make_episode(
        title=text(),
        description=text(),
        description_is_html=data.draw(st.booleans()),
        description_plain=text(),
        guid=text(),
        itunes_type=text(),
        file_name=text(),
        season=make_season(data.draw(st.none() | st.integers()), title=text()),
        cover=data.draw(st.none() | st.just(make_image(assets=(make_asset(url=text()),)))),
        credits=(make_credit("GuestCredit", text()), make_credit(text(), "Bo")),
        classifications=(make_classification("MediaRating", text()),),
    )
    series = make_series(
        slug=text(),
        title=text(),
        public_title=text(),
        description=text(),
        description_is_html=data.draw(st.booleans()),
        description_plain=text(),
        website_url=text(),
        rss_author=text(),
        rss_copyright=text(),
        rss_email=text(),
        rss_owner=text(),
        network=Network(id="n", name=text(), copyright=text()),
        episodes=(episode,),
    )
    genre = make_classification("Genre", text())
    series = replace(series, classifications=(*series.classifications, genre))
    try:
        built = build_feed(series, make_settings(profile=profile, footer=text()))
    except SeriesProblem:
        event("refused")
        return
    raw = RENDERER.render(built.feed)

    root = etree.fromstring(raw)
    assert len(root.findall("channel/item")) == 1
    assert all(title.text and title.text.strip() for title in root.iter("title"))
    assert not ILLEGAL.search(raw.decode())
    assert check.run(raw, now=NOW, profile=profile).errors == ()
