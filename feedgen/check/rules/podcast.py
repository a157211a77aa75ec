"""The podcast namespace: parents, numbers, attributes and texts of all its elements; people."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from feedgen.check.rule import ERROR, WARN, Hit, rule
from feedgen.check.values import DECIMAL, DIGITS, URI_ABSOLUTE, is_http_url
from feedgen.check.vocabulary import (
    PODCAST_ONCE,
    PODCAST_PARENTS,
    PODCAST_REQUIRED,
    ROLES,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedgen.check.document import Document
    from feedgen.check.node import Node
    from feedgen.check.rule import Complaints

_URLS = ("url", "href", "img", "feedUrl", "accountUrl")
_HOSTS = frozenset(("host", "co-host", "guest host"))
_LABELS = (
    "podcast:funding podcast:person podcast:location podcast:trailer podcast:license "
    "podcast:soundbite podcast:updateFrequency"
)
# Attributes and their most characters; the text of podcast:txt may have 4000.
_LIMITS: dict[str, tuple[tuple[str, int], ...]] = {
    "podcast:season": (("name", 128),),
    "podcast:txt": (("purpose", 128),),
    "podcast:image": (("purpose", 128),),
    "podcast:episode": (("display", 32),),
    "podcast:alternateEnclosure": (("title", 32), ("rel", 32)),
}


@rule(
    "P01",
    ERROR,
    "podcast-ns",
    on="podcast:*",
    title="Elements of the podcast namespace stand where it defines them",
    why="Apps look for an element under its parent; elsewhere it is not found.",
    good="<podcast:guid>6f7eee44-887a-5582-8d86-77799ddee723</podcast:guid>",
    bad="<item><podcast:guid>6f7eee44-887a-5582-8d86-77799ddee723</podcast:guid></item>",
)
def parent(node: Node, _: Document) -> Complaints:
    """Return the parent that is none."""
    parents = PODCAST_PARENTS.get(node.name[8:])
    above = node.parent.name if node.parent is not None else ""
    if parents is None or above in parents:
        return None
    return Hit(f"<{node.name}> stands in <{above}>, where nothing reads it")


@rule(
    "P02",
    ERROR,
    "podcast-ns",
    on="channel item podcast:liveItem podcast:alternateEnclosure",
    title="Elements that may stand once stand once",
    why="Of two guids or two chapter files each app picks its own.",
    good="<podcast:guid>6f7eee44-887a-5582-8d86-77799ddee723</podcast:guid>",
    bad="<podcast:locked>yes</podcast:locked><podcast:locked>no</podcast:locked>",
)
def once(node: Node, _: Document) -> Complaints:
    """Return each element that is repeated, at its second place."""
    if not node.repeats:
        return None
    names = [child.name for child in node.children if child.name in PODCAST_ONCE]
    hits = []
    for name, count in Counter(names).items():
        if count > 1:
            second = [child for child in node.children if child.name == name][1]
            hits.append(Hit(f"<{name}> stands {count} times in {node.name}", node=second))
    return hits


@rule(
    "P03",
    ERROR,
    "podcast-ns",
    on="podcast:*",
    title="URLs in the podcast namespace are https",
    why="The namespace asks for it throughout; apps do not load plain http.",
    good='<podcast:funding url="https://www.example.com/support">Support us</podcast:funding>',
    bad='<podcast:funding url="http://www.example.com/support">Support us</podcast:funding>',
)
def secure_urls(node: Node, _: Document) -> Complaints:
    """Return the attributes that are no https URL."""
    attrs = node.attrs
    if not attrs:
        return None
    hits = []
    for name in _URLS:
        value = attrs.get(name, "").strip()
        if value and not (value[:8].lower() == "https://" and is_http_url(value)):
            hits.append(Hit(f"{name} of {node.name} is no https URL", value=value))
    uri = attrs.get("uri", "").strip()
    if uri and not URI_ABSOLUTE.fullmatch(uri):
        hits.append(Hit(f"uri of {node.name} is no absolute URI", value=uri))
    return hits or None


@rule(
    "P04",
    ERROR,
    "podcast-ns",
    on=" ".join(PODCAST_REQUIRED),
    title="Elements of the podcast namespace have the attributes they can not do without",
    why="Without its url a transcript can not be fetched, without its type not be read.",
    good='<podcast:transcript url="https://media.example.com/1.vtt" type="text/vtt"/>',
    bad='<podcast:transcript url="https://media.example.com/1.vtt"/>',
)
def required(node: Node, _: Document) -> Complaints:
    """Return the attributes that are missing or empty."""
    wanted = PODCAST_REQUIRED[node.name]
    if node.name == "podcast:socialInteract" and node.get("protocol") != "disabled":
        wanted = (*wanted, "uri")
    missing = [name for name in wanted if not node.get(name)]
    return f"<{node.name}> has no {', no '.join(missing)}" if missing else None


@rule(
    "P05",
    WARN,
    "podcast-ns",
    on=f"{_LABELS} {' '.join(_LIMITS)}",
    title="Texts of the podcast namespace keep its limits",
    why="Apps cut what is longer: 128 characters for a name or label, 32 for a short title.",
    good='<podcast:person role="host">Ana Díaz</podcast:person>',
    bad=f'<podcast:person role="host">{"Ana Díaz " * 15}</podcast:person>',
)
def short(node: Node, _: Document) -> Complaints:
    """Return the text that is too long."""
    for attribute, most in _LIMITS.get(node.name, ()):
        value = node.get(attribute)
        if len(value) > most:
            return Hit(f"{attribute} of {node.name} is longer than {most}", value=value)
    if node.name in ("podcast:season", "podcast:episode", "podcast:alternateEnclosure"):
        return None
    most = 4000 if node.name == "podcast:txt" else 128
    length = len(" ".join(node.text.split()))
    return f"{node.name} has {length} characters, not {most} at most" if length > most else None


@rule(
    "P06",
    ERROR,
    "podcast-ns",
    on="podcast:person podcast:location podcast:trailer podcast:license podcast:season "
    "podcast:episode podcast:guid podcast:medium podcast:locked podcast:block "
    "podcast:contentLink",
    title="Elements whose text is their value are not empty",
    why="A person without a name or a licence without one says nothing.",
    good='<podcast:person role="host">Ana Díaz</podcast:person>',
    bad='<podcast:person role="host"/>',
)
def not_blank(node: Node, _: Document) -> Complaints:
    """Return a sentence if there is no text."""
    return None if node.text.strip() else Hit(f"<{node.name}> is empty", value="")


def role_of(person: Node) -> tuple[str, str]:
    """Return group and role of a person, lower-case, with the defaults of the namespace."""
    return (person.get("group") or "cast").lower(), (person.get("role") or "host").lower()


@rule(
    "P10",
    WARN,
    "podcast-ns",
    on="podcast:person",
    title="Group and role of a person are a pair of the taxonomy",
    why="Apps sort people by it. `editor` exists under writing and under video post-production, "
    "not under cast, which is meant if no group is given.",
    good='<podcast:person group="writing" role="editor">Bo Li</podcast:person>',
    bad='<podcast:person role="editor">Bo Li</podcast:person>',
)
def known_role(node: Node, _: Document) -> Complaints:
    """Return the pair the taxonomy does not have."""
    group, role = role_of(node)
    if role in ROLES.get(group, ()):
        return None
    return Hit(f"role {role!r} in group {group!r} is not in the taxonomy", value=node.text)


@rule(
    "P11",
    WARN,
    "podcast-ns",
    on="item",
    title="The people of an item include a host",
    why="They replace the people of the channel: whoever lists the guest alone hides the hosts.",
    good='<item><podcast:person role="host">Ana Díaz</podcast:person>'
    '<podcast:person role="guest">Bo Li</podcast:person></item>',
    bad='<item><podcast:person role="guest">Bo Li</podcast:person></item>',
)
def some_host(item: Node, _: Document) -> Complaints:
    """Return a sentence if people are listed but no host."""
    people = [role_of(person)[1] for person in item.each("podcast:person")]
    if people and not _HOSTS.intersection(people):
        return "the item lists people but no host"
    return None


@rule(
    "P13",
    ERROR,
    "podcast-ns",
    on="podcast:season podcast:episode",
    title="podcast:season is a whole number, podcast:episode a decimal one",
    why="The words for people stand in name and display; the number is for sorting.",
    good='<podcast:episode display="Part 2">2</podcast:episode>',
    bad='<podcast:episode display="Part 2">two</podcast:episode>',
)
def number(node: Node, _: Document) -> Complaints:
    """Return the number that is none."""
    value = node.text.strip()
    pattern = DIGITS if node.name == "podcast:season" else DECIMAL
    return f"{node.name} is {value!r}" if value and not pattern.fullmatch(value) else None


@rule(
    "P14",
    WARN,
    "podcast-ns",
    on="item",
    title="Season and episode say the same in both namespaces",
    why="Apps read one or the other: listeners would see two numbers for one episode.",
    good="<item><itunes:episode>2</itunes:episode><podcast:episode>2</podcast:episode></item>",
    bad="<item><itunes:episode>1</itunes:episode><podcast:episode>2</podcast:episode></item>",
)
def same_numbers(item: Node, _: Document) -> Iterator[Hit]:
    """Yield season and episode where they differ."""
    for name in ("season", "episode"):
        ours, theirs = item.value(f"podcast:{name}"), item.value(f"itunes:{name}")
        both = DECIMAL.fullmatch(ours) and DECIMAL.fullmatch(theirs)
        if both and len(ours) < 16 and len(theirs) < 16 and float(ours) != float(theirs):
            message = f"podcast:{name} is {ours}, itunes:{name} is {theirs}"
            yield Hit(message, node=item.first(f"podcast:{name}"))
