"""What goes wrong in templates of one's own, judged by goldens that do not show it."""

from __future__ import annotations

import shutil
from pathlib import Path

from feedgen.shipped import shipped
from tests.accidents.cases import Case, recorder
from tests.accidents.publisher import GARDEN, GOLDENS, HARBOUR, MARKET, URL, edit

CASES: list[Case] = []
accident = recorder(CASES)


def with_templates(project: Path) -> Path:
    """Give a project templates of its own and goldens that they can not break; return them."""
    rss = shutil.copytree(shipped("templates") / "rss", project / "mine" / "rss")
    edit(project / "feedgen.toml", "[golden]", '[templates]\nfolder = "mine"\n\n[golden]')
    for case in GOLDENS:
        if not (project / "golden" / case / "problem.txt").exists():
            shutil.rmtree(project / "golden" / case)
    return rss


def item(project: Path) -> Path:
    """Return the template of an item."""
    return project / "mine" / "rss" / "item.xml"


def channel(project: Path) -> Path:
    """Return the template of the channel."""
    return project / "mine" / "rss" / "channel.xml"


def feed(project: Path) -> Path:
    """Return the template of the whole feed."""
    return project / "mine" / "rss" / "feed.xml"


@accident()
def enclosures_are_dropped(project: Path) -> None:
    """A line was deleted too many."""
    text = item(project).read_text("utf-8")
    lines = [line for line in text.splitlines() if "<enclosure " not in line]
    item(project).write_text("\n".join(lines), encoding="utf-8")


@accident()
def enclosures_have_another_name(project: Path) -> None:
    """Media RSS was thought to be enough."""
    edit(item(project), "<enclosure ", "<media:content ")


@accident()
def guids_are_dropped(project: Path) -> None:
    """They look like internals."""
    edit(item(project), '      <guid isPermaLink="false">{{ item.guid }}</guid>\n', "")


@accident()
def guids_get_a_prefix(project: Path) -> None:
    """Somebody wanted them to be unique across all publishers."""
    edit(item(project), ">{{ item.guid }}<", ">gid://example.com/{{ item.guid }}<")


@accident()
def guids_are_the_audio(project: Path) -> None:
    """Another generator does it so."""
    edit(item(project), ">{{ item.guid }}<", ">{{ enclosure.url }}<")


@accident()
def dates_are_dropped(project: Path) -> None:
    """Apps show a date of their own, it was thought."""
    edit(item(project), "      <pubDate>{{ item.pub_date | rfc2822 }}</pubDate>\n", "")


@accident()
def dates_are_those_of_the_build(project: Path) -> None:
    """The wrong variable was completed by the editor."""
    edit(item(project), "{{ item.pub_date | rfc2822 }}", "{{ feed.last_build_date | rfc2822 }}")


@accident()
def dates_have_another_format(project: Path) -> None:
    """ISO dates were nicer to read."""
    edit(item(project), "{{ item.pub_date | rfc2822 }}", "{{ item.pub_date | iso8601 }}")


@accident()
def titles_of_items_are_dropped(project: Path) -> None:
    """`itunes:title` was thought to be enough."""
    edit(item(project), "      <title>{{ item.title }}</title>\n", "")


@accident()
def titles_of_items_are_that_of_the_show(project: Path) -> None:
    """The wrong variable was completed by the editor."""
    edit(item(project), "{{ item.title }}", "{{ feed.title }}", times=0)


@accident()
def titles_are_escaped_twice(project: Path) -> None:
    """A filter was added that the renderer applies already."""
    edit(item(project), "{{ item.title }}", "{{ item.title | replace('&', '&amp;') }}", times=0)
    edit(item(project), "{{ item.title", "{{ 'No. ' ~ item.title", times=0)


@accident()
def title_and_guid_change_places(project: Path) -> None:
    """Two lines were merged the wrong way."""
    text = item(project).read_text("utf-8")
    text = text.replace("{{ item.title }}", "#").replace("{{ item.guid }}", "{{ item.title }}")
    item(project).write_text(text.replace("#", "{{ item.guid }}"), encoding="utf-8")


@accident()
def notes_are_dropped(project: Path) -> None:
    """The feed was to become smaller."""
    edit(item(project), "      <description>{{ shown | notes }}</description>\n", "")


@accident()
def durations_are_dropped(project: Path) -> None:
    """A condition was turned round."""
    edit(item(project), "{% if item.duration %}", "{% if not item.duration %}")


@accident()
def lengths_are_zero(project: Path) -> None:
    """A variable was replaced for a test."""
    edit(item(project), 'length="{{ enclosure.length }}"', 'length="0"')


@accident()
def types_are_text(project: Path) -> None:
    """A constant was copied from another feed."""
    edit(
        item(project),
        'type="{{ enclosure.type }}"/>\n{% if item.block',
        'type="text/html"/>\n{% if item.block',
    )


@accident()
def episodes_are_blocked(project: Path) -> None:
    """The condition of a private feed was taken out."""
    edit(item(project), "{% if item.block %}", "{% if true %}")


@accident()
def items_are_dropped(project: Path) -> None:
    """The loop was commented out for a test."""
    edit(feed(project), "{% for item in items %}{{ item }}{% endfor %}", "")


@accident()
def items_are_there_twice(project: Path) -> None:
    """The loop was pasted a second time."""
    edit(feed(project), "{{ item }}{% endfor %}", "{{ item }}{{ item }}{% endfor %}")


@accident()
def items_are_turned_round(project: Path) -> None:
    """A serial show wanted its first episode on top."""
    edit(feed(project), "for item in items %}", "for item in items | list | reverse %}")


@accident()
def only_the_newest_item_is_left(project: Path) -> None:
    """The loop was cut short for a test."""
    edit(
        feed(project),
        "{{ item }}{% endfor %}",
        "{% if loop.first %}{{ item }}{% endif %}{% endfor %}",
    )


@accident()
def the_artwork_is_dropped(project: Path) -> None:
    """The element `image` was thought to be enough."""
    edit(channel(project), '    <itunes:image href="{{ feed.image.url }}"/>\n', "")


@accident(GARDEN, MARKET)
def the_title_is_fixed(project: Path) -> None:
    """One show was rendered by hand, with the template that all shows use."""
    edit(channel(project), "{{ feed.title }}", "Harbour Lights", times=0)


@accident(GARDEN, MARKET)
def the_self_link_is_fixed(project: Path) -> None:
    """One show was rendered by hand, with the template that all shows use."""
    edit(channel(project), "{{ feed.self_url }}", f"{URL}/{HARBOUR}.xml")


@accident()
def the_self_link_is_dropped(project: Path) -> None:
    """Nobody knew what it is for."""
    edit(
        channel(project),
        '    <atom:link href="{{ feed.self_url }}" rel="self" type="application/rss+xml"/>\n',
        "",
    )


@accident()
def author_and_title_change_places(project: Path) -> None:
    """Two lines were merged the wrong way."""
    edit(channel(project), "<itunes:author>{{ feed.author }}<", "<itunes:author>{{ feed.title }}<")
    edit(channel(project), "<title>{{ feed.title }}<", "<title>{{ feed.author }}<")
    edit(channel(project), "<itunes:author>{{ feed.title }}<", "<itunes:author><")


@accident()
def the_author_is_empty(project: Path) -> None:
    """A variable was renamed by search and replace."""
    edit(channel(project), "{{ feed.author }}", "{{ '' }}")


@accident()
def the_owner_is_dropped(project: Path) -> None:
    """The address should not be read by robots."""
    edit(channel(project), "{% if feed.owner %}", "{% if false %}")


@accident()
def categories_are_dropped(project: Path) -> None:
    """A condition was turned round."""
    edit(channel(project), "for category in feed.categories", "for category in feed.remote_items")


@accident()
def the_language_is_fixed(project: Path) -> None:
    """The template of another publisher was the pattern."""
    edit(channel(project), "{{ feed.language }}", "de")


@accident()
def the_podcast_guid_is_dropped(project: Path) -> None:
    """It looked like the other guids."""
    edit(channel(project), "    <podcast:guid>{{ feed.podcast_guid }}</podcast:guid>\n", "")


@accident()
def the_show_moves(project: Path) -> None:
    """The lines for a move were taken over from a show that moved."""
    address = f"<itunes:new-feed-url>{URL}/{GARDEN}.xml</itunes:new-feed-url>\n    <language>"
    edit(channel(project), "<language>", address)


@accident()
def a_namespace_has_another_address(project: Path) -> None:
    """Two slashes were corrected in an address that is only a name."""
    edit(
        feed(project),
        "{{ uri }}",
        "{{ uri | replace('http://www.itunes.com', 'https://itunes.com') }}",
    )


@accident()
def a_variable_is_misspelled(project: Path) -> None:
    """A typo in a name."""
    edit(channel(project), "{{ feed.title }}", "{{ feed.titel }}")


@accident()
def a_block_is_not_closed(project: Path) -> None:
    """A line was deleted too many."""
    edit(item(project), "{% endmacro %}", "", times=1)


@accident()
def an_element_is_not_closed(project: Path) -> None:
    """A line was deleted too many."""
    edit(item(project), "    </item>\n", "")


@accident()
def nothing_is_escaped(project: Path) -> None:
    """A filter from the manual was tried out."""
    edit(item(project), "{{ item.title }}", "{{ item.title | safe }}", times=0)
    edit(channel(project), "{{ feed.author }}", "{{ feed.author | safe }}", times=0)
    edit(channel(project), "{{ feed.title }}", "{{ feed.title | safe }} <b>", times=0)


@accident()
def the_code_of_a_template_is_left(project: Path) -> None:
    """Braces were doubled by the tool that copied the file."""
    edit(channel(project), "<title>{{ feed.title }}<", "<title>{{ '{{ feed.title }}' }}<")
