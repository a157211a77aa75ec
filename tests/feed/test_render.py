"""A feed turned into bytes."""

import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feedgen.feed.model import NAMESPACES, MediaFile, Notes
from feedgen.feed.render import Renderer, TemplateProblem, cdata
from feedgen.xmltext import clean
from tests.factories import make_feed, make_item

RENDERER, ANOTHER = Renderer(), Renderer()
MACRO = "{{% macro item(item) %}}\n{}{{% endmacro %}}"
TEXT = st.text(st.characters(), min_size=1).map(clean)


def parsed(*items, **fields):
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(RENDERER.render(make_feed(*items, **fields)), parser)


def said(root, path):
    return root.xpath(f"string({path})", namespaces=NAMESPACES)


@given(TEXT, TEXT)
def test_any_clean_text_comes_back_from_a_parser(title, guid):
    """Cleaned, rendered and parsed is what it was, in elements of plain text."""
    root = parsed(make_item(title=title, guid=guid, season=1, season_name="x"))

    assert said(root, "//item/title") == title
    assert said(root, "//item/guid") == guid


@given(TEXT)
def test_any_markup_comes_back_from_a_parser(html):
    """CDATA hides nothing and ends where it should, whatever is in it."""
    root = parsed(make_item(notes=Notes(description=html, is_html=True, full=html)))

    assert said(root, "//item/description") == html
    assert said(root, "//item/content:encoded") == html


@given(TEXT.map(lambda text: " ".join(text.split())))
def test_any_line_comes_back_from_an_attribute(text):
    """Quotes, ampersands and angle brackets are escaped in attributes."""
    url = f"https://media.example.com/?{text}"
    root = parsed(make_item(enclosure=MediaFile(url=url, length=1, type="audio/mpeg")))

    assert said(root, "//enclosure/@url") == url


@given(TEXT)
def test_same_feed_same_bytes(title):
    """Another renderer writes the same document."""
    feed = make_feed(title=title)

    assert RENDERER.render(feed) == ANOTHER.render(feed)


@pytest.mark.parametrize("profile", ["modern", "art19-compat"])
def test_the_document_begins_with_its_declaration(profile):
    """No byte order mark, no newline, nothing before `<?xml`."""
    raw = RENDERER.render(make_feed(profile=profile))

    assert raw.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<rss ')
    assert raw.endswith(b"</rss>\n")


def test_the_end_of_a_cdata_section_is_split():
    """The only sequence that can not stand in it."""
    assert cdata("a]]>b") == "<![CDATA[a]]]]><![CDATA[>b]]>"


def test_ten_thousand_episodes_are_streamed():
    """Less than 8 MB beside the feed itself, and every item arrives."""
    html = "<p>" + "What the river took. " * 60 + "</p>"
    item = make_item(notes=Notes(description=html, is_html=True, full=html))
    feed = make_feed(*[replace(item, guid=f"guid-{number}") for number in range(10_000)])
    list(RENDERER.stream(make_feed()))
    tracemalloc.start()
    try:
        count = sum(piece.count(b"</item>") for piece in RENDERER.stream(feed))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert count == 10_000
    assert peak < 8_000_000


def test_the_pieces_are_the_document():
    """Streaming and rendering give the same bytes."""
    feed = make_feed(make_item("a"), make_item("b"))

    assert b"".join(RENDERER.stream(feed)) == RENDERER.render(feed)


def test_a_users_template_is_looked_up_first(tmp_path):
    """It may extend nothing, replace everything, and reach the shipped one."""
    (tmp_path / "item.xml").write_text(
        '{% import "shipped/item.xml" as shipped %}'
        "{% macro item(item) %}<!-- own -->{{ shipped.item(item) }}{% endmacro %}"
    )
    raw = Renderer([tmp_path]).render(make_feed())

    assert raw.count(b"<!-- own -->    <item>") == 1


def test_additions_need_no_copy_of_a_template(tmp_path):
    """One file with macros adds to the root, the channel and every item."""
    (tmp_path / "additions.xml").write_text(
        '{% macro namespaces(feed) %}xmlns:my="https://example.com/my"{% endmacro %}'
        "{% macro before_items(feed) %}<my:before/>{% endmacro %}"
        "{% macro item(item, feed) %}<my:item>{{ item.title }}</my:item>{% endmacro %}"
        "{% macro after_items(feed) %}<my:after/>{% endmacro %}"
    )
    for profile in ("modern", "art19-compat"):
        raw = Renderer([tmp_path]).render(make_feed(make_item(title="A & B"), profile=profile))
        root = etree.fromstring(raw)
        names = {"my": "https://example.com/my"}

        assert (
            root.xpath("count(channel/item/preceding-sibling::my:before)", namespaces=names) == 1
        )
        assert root.xpath("string(channel/item/my:item)", namespaces=names) == "A & B"
        assert root.xpath("name(channel/*[last()])") == "my:after"


@pytest.mark.parametrize(
    ("template", "line", "problem"),
    [
        ("{% macro item(item) %}\n{{ item.titel }}\n{% endmacro %}", 2, "titel"),
        ("{% macro item(item) %}\n\n{{ nothing }}\n{% endmacro %}", 3, "'nothing' is undefined"),
        ("{% macro item(item) %}\n{% if %}\n{% endmacro %}", 2, "Expected an expression"),
        ("{% macro item(item) %}\n{{ item.guid | upside_down }}{% endmacro %}", 2, "upside_down"),
        ("{% macro item(item) %}\n{{ item.duration // 0 }}{% endmacro %}", 2, "ZeroDivisionError"),
        ("{% macro item(item) %}\n{{ ''.__class__.mro() }}{% endmacro %}", 2, "unsafe"),
        ("{% macro item(item) %}\n{{ item.__class__.__init__ }}{% endmacro %}", 2, "unsafe"),
        (
            "\n{% import 'absent.xml' as absent %}{% macro item(item) %}{% endmacro %}",
            2,
            "absent.xml",
        ),
        ("no macro", 0, "defines no macro 'item'"),
        ("{% set item = 5 %}", 0, "defines no macro 'item'"),
        ("{% macro item() %}{% endmacro %}", 0, "that takes an item"),
        (MACRO.format("{{ item.class }}"), 2, "no attribute 'class'"),
        (MACRO.format("{{ item.from }}"), 2, "no attribute 'from'"),
        (MACRO.format("{{ item.import }}"), 2, "no attribute 'import'"),
        (MACRO.format("{{ item.None }}"), 2, "no attribute 'None'"),
        (MACRO.format('{{ "\\ud800" }}'), 2, r"writes U\+D800"),
        (MACRO.format('\n{{ "%c" | format(55296) }}'), 3, r"writes U\+D800"),
        (MACRO.format('{% set half = "\\udfff" %}\n{{ item.guid ~ half }}'), 3, r"U\+DFFF"),
        (MACRO.format("{{ '\\ud800' | urlencode }}"), 2, "surrogates"),
        ("\n{% macro other(a, a) %}{% endmacro %}", 2, "duplicate argument 'a'"),
        (MACRO.format("{% for a in 'x' %}" * 30 + "{% endfor %}" * 30), 2, "nested blocks"),
        (MACRO.format("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}"), 0, "RecursionError"),
        (MACRO.format("{{ " + "9" * 5000 + " }}"), 0, "4300 digits"),
        ("{% import 'item.xml' as item %}", 1, "RecursionError"),
    ],
)
def test_a_broken_template_names_its_file_and_line(tmp_path, template, line, problem):
    """Syntax, unknown names, forbidden and failing expressions end in one clear message."""
    path = tmp_path / "item.xml"
    path.write_text(template)

    with pytest.raises(TemplateProblem, match=problem) as caught:
        Renderer([tmp_path]).render(make_feed())
    assert (caught.value.file, caught.value.line) == (str(path), line)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("name", ["item.xml", "mine.xml"])
def test_a_template_that_is_no_utf8_names_its_file_and_line(tmp_path, name):
    """Of a template that is looked up, and of one that is included."""
    (tmp_path / "item.xml").write_text(MACRO.format('{% include "mine.xml" %}'))
    (tmp_path / "mine.xml").write_text("")
    (tmp_path / name).write_bytes("a\nb\n<!-- Überschrift -->".encode("latin-1"))

    with pytest.raises(TemplateProblem, match="not UTF-8") as caught:
        Renderer([tmp_path]).render(make_feed())
    assert (caught.value.file, caught.value.line) == (str(tmp_path / name), 3)


def test_an_included_template_names_its_own_line(tmp_path):
    """What is wrong is told where it stands, not where it was asked for."""
    (tmp_path / "item.xml").write_text(MACRO.format('{% include "mine.xml" %}'))
    for broken in ("{{ item.class }}", '{{ "\\ud800" }}', "{% for %}", "{% macro a(b, b) %}"):
        end = "{% endmacro %}" if "macro" in broken else ""
        (tmp_path / "mine.xml").write_text(f"\n\n\n{broken}{end}")

        with pytest.raises(TemplateProblem) as caught:
            Renderer([tmp_path]).render(make_feed())
        assert (caught.value.file, caught.value.line) == (str(tmp_path / "mine.xml"), 4)


def test_a_byte_order_mark_is_no_part_of_a_template(tmp_path):
    """Editors write it; nothing may stand before the declaration of a document."""
    (tmp_path / "feed.xml").write_text("<?xml version='1.0'?><rss/>", encoding="utf-8-sig")

    assert Renderer([tmp_path]).render(make_feed()).startswith(b"<?xml")


def test_a_field_that_may_be_absent_can_be_asked_for(tmp_path):
    """`is defined` and `default` work on the feed's own classes as they do on all values."""
    (tmp_path / "item.xml").write_text(
        MACRO.format("<x>{{ item.titel is defined }} {{ item.titel | default('none') }}</x>")
    )

    assert b"<x>False none</x>" in Renderer([tmp_path]).render(make_feed())


def test_a_value_in_a_users_template_is_escaped(tmp_path):
    """Autoescape does not depend on the name of the file."""
    (tmp_path / "item.xml").write_text(
        "{% macro item(item) %}<item><title>{{ item.title }}{{ '<' ~ item.title }}</title></item>"
        "{% endmacro %}"
    )
    raw = Renderer([tmp_path]).render(make_feed(make_item(title='<&">')))

    assert etree.fromstring(raw).xpath("string(//item/title)") == '<&"><<&">'
