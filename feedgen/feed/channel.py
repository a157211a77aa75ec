"""A series turned into everything of a channel but its items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.errors import SeriesProblem
from feedgen.feed import categories, language, notes, rating
from feedgen.feed.formats import EMAIL
from feedgen.feed.model import Category, Contact, Notes
from feedgen.feed.text import line
from feedgen.feed.urls import ascii_url, is_http, segment

if TYPE_CHECKING:
    from feedgen.feed.log import Place
    from feedgen.model import Series
    from feedgen.settings import SeriesSettings

_SHOW_PAGES = "https://art19.com/shows/"


def title(series: Series, settings: SeriesSettings, place: Place) -> str:
    """Return the name of the show; raise `SeriesProblem` if it has none."""
    found = place.first(
        "title",
        (
            ("setting title", settings.title),
            ("API: Series.public_title", line(series.public_title)),
            ("API: Series.title", line(series.title)),
        ),
    )
    if not found:
        raise SeriesProblem(
            f"series {series.slug!r} has no title", hint="give it one, or set title"
        )
    return found


def link(series: Series, settings: SeriesSettings, place: Place) -> str:
    """Return the web page of the show."""
    website = ascii_url(series.website_url)
    if series.website_url and not is_http(website):
        place.note("link-invalid", f"the website {series.website_url!r} is no http(s) address")
        website = ""
    found = place.first(
        "link",
        (
            ("setting link", settings.link),
            ("API: Series.website_url", website),
            ("rule: the show's page at the host", _SHOW_PAGES + segment(series.slug)),
        ),
    )
    return found or ""


def description(
    series: Series, settings: SeriesSettings, name: str, base: str, place: Place
) -> Notes:
    """Return what the show is about; without any text the title stands in, with a note."""
    texts = (
        ("setting description", settings.description or "", _is_markup(settings.description)),
        ("API: Series.description", series.description, series.description_is_html),
        ("API: Series.description_plain", series.description_plain, False),
    )
    section = settings.profile == "art19-compat"
    for origin, text, is_html in texts:
        shown = notes.show_notes(text, is_html=is_html, base=base, section=section)
        if shown.description:
            return place.from_("description", origin, shown)
    place.note("description-missing", "the series has no description; its title stands in for it")
    shown = notes.show_notes(name, is_html=False, base=base, section=section)
    return place.from_("description", "rule: the title", shown)


def language_tag(series: Series, settings: SeriesSettings, place: Place) -> str:
    """Return the language; raise `SeriesProblem` if none or an unknown one is named."""
    found = language.tag(settings.language) if settings.language else None
    if found:
        return place.from_("language", "setting language", found)
    said = [each.value for each in series.classifications if each.type == "Language"]
    if not said:
        raise SeriesProblem(
            f"series {series.slug!r} names no language",
            hint='give the series a language, or set language = "en"',
        )
    found = language.tag(said[0])
    if found is None:
        raise SeriesProblem(
            f"series {series.slug!r} has the language {said[0]!r}: no tag and no known name",
            hint='set language to a tag such as "en" or "pt-BR"',
        )
    return place.from_("language", "API: classification Language", found)


def explicit(series: Series, settings: SeriesSettings, place: Place) -> bool:
    """Return whether the show is explicit; `False` with a note if nobody says."""
    said = place.first(
        "itunes:explicit",
        (
            ("setting explicit", settings.explicit),
            (
                "API: classification MediaRating",
                rating.explicit(series.classifications, place),
            ),
        ),
    )
    if said is None:
        place.note("rating-missing", "nobody says whether the show is explicit; the feed says no")
        place.from_("itunes:explicit", "rule: not explicit unless somebody says so", said)
    return bool(said)


def category_list(series: Series, settings: SeriesSettings, place: Place) -> tuple[Category, ...]:
    """Return Apple's categories of the show; raise `SeriesProblem` if there is none."""
    if settings.categories:
        pairs = [categories.parse(path) for path in settings.categories]
        place.from_("itunes:category", "setting categories", pairs)
    else:
        pairs = _from_genres(series, place)
        place.from_("itunes:category", "API: classifications Genre", pairs)
    if not pairs:
        raise SeriesProblem(
            f"series {series.slug!r} has no genre that Apple has a category for",
            hint='set categories, for example ["Society & Culture > Documentary", "History"]',
        )
    merged = categories.merged(pairs)
    if settings.profile != "art19-compat":
        return tuple(Category(name=name, children=(c,) if c else ()) for name, c in merged)
    grouped: dict[str, list[str]] = {}
    for name, child in merged:
        grouped.setdefault(name, []).extend([child] if child else [])
    return tuple(Category(name=name, children=tuple(each)) for name, each in grouped.items())


def owner(series: Series, settings: SeriesSettings, place: Place) -> Contact | None:
    """Return who owns the show, `None` without a valid address."""
    own = settings.owner
    name = place.first(
        "itunes:name",
        (
            ("setting owner.name", own.name if own else None),
            ("API: Series.rss_owner", line(series.rss_owner)),
            ("API: Network.name", line(series.network.name) if series.network else ""),
        ),
    )
    email = place.first(
        "itunes:email",
        (
            ("setting owner.email", own.email if own else None),
            ("API: Series.rss_email", _email(series, place)),
        ),
    )
    return Contact(name=name or "", email=email) if email else None


def author(series: Series, settings: SeriesSettings, name: str, place: Place) -> str:
    """Return who makes the show; the title stands in, with a note."""
    found = place.first(
        "itunes:author",
        (
            ("setting author", settings.author),
            ("API: Series.rss_author", line(series.rss_author)),
            ("API: Network.name", line(series.network.name) if series.network else ""),
            ("API: Series.rss_owner", line(series.rss_owner)),
        ),
    )
    if not found:
        place.note("author-missing", "nobody is named as author; the title stands in")
        return place.from_("itunes:author", "rule: the title", name)
    return found


def managing_editor(
    series: Series, settings: SeriesSettings, contact: Contact | None, place: Place
) -> str:
    """Return `address (name)` of the editor (RSS 2.0), `""` if either is unknown."""
    if settings.managing_editor:
        return place.from_("managingEditor", "setting managing_editor", settings.managing_editor)
    email = contact.email if contact and EMAIL.fullmatch(series.rss_email) else ""
    name = line(series.rss_owner) or (contact.name if contact else "")
    name = name.replace("(", "").replace(")", "").strip()
    if not email or not name:
        return ""
    return place.from_(
        "managingEditor", "API: Series.rss_email, rss_owner", f"{series.rss_email} ({name})"
    )


def copyright_line(series: Series, settings: SeriesSettings, place: Place) -> str:
    """Return who holds the rights, in the spelling of the profile."""
    found = place.first(
        "copyright",
        (
            ("setting copyright", settings.copyright),
            ("API: Series.rss_copyright", line(series.rss_copyright)),
            ("API: Network.copyright", line(series.network.copyright) if series.network else ""),
        ),
    )
    if found and settings.profile == "art19-compat" and "©" not in found:
        return f"© {found}"
    return found or ""


# Elements of the channel that only the settings can say.
_FROM_SETTINGS = {
    "itunes:new-feed-url": "new_feed_url",
    "itunes:block": "block",
    "itunes:complete": "complete",
    "itunes:applepodcastsverify": "apple_verify",
    "itunes:keywords": "keywords",
    "itunes:type": "itunes_type",
    "podcast:locked": "locked",
    "podcast:medium": "medium",
    "podcast:license": "license",
    "podcast:funding": "funding",
    "podcast:location": "location",
    "podcast:trailer": "trailers",
    "podcast:updateFrequency": "update_frequency",
    "podcast:podroll": "podroll",
    "podcast:remoteItem": "remote_items",
    "podcast:publisher": "publisher",
    "podcast:socialInteract": "social_interact",
    "podcast:chat": "chat",
    "podcast:txt": "txt",
    "podcast:block": "podcast_block",
    "podcast:podping": "podping",
    "podcast:value": "value",
    "podcast:liveItem": "live_items",
    "atom:link": "feed_url",
}


def note_origins(settings: SeriesSettings, place: Place) -> None:
    """Record where the values came from that have one source, the settings."""
    for element, name in _FROM_SETTINGS.items():
        value = getattr(settings, name)
        if value or value is False:
            place.from_(element, f"setting {name}", None)
    if settings.spotify is not None:
        for element, value in (
            ("spotify:limit", settings.spotify.limit),
            ("spotify:countryOfOrigin", settings.spotify.country_of_origin),
        ):
            if value:
                place.from_(element, "setting spotify", None)


def _from_genres(series: Series, place: Place) -> list[categories.Pair]:
    pairs = []
    for each in series.classifications:
        if each.type != "Genre":
            continue
        path = each.value_path.strip() or each.value.strip()
        pair, exact = categories.from_genre(path)
        if pair is None:
            place.note("genre-unknown", f"Apple has no category like the genre {path!r}")
            continue
        if not exact:
            place.note("genre-inexact", f"the genre {path!r} becomes {pair[0]!r}")
        pairs.append(pair)
    return pairs


def _email(series: Series, place: Place) -> str:
    if series.rss_email and not EMAIL.fullmatch(series.rss_email):
        place.note("email-invalid", f"{series.rss_email!r} is no e-mail address and left out")
        return ""
    return series.rss_email


def _is_markup(text: str | None) -> bool:
    return bool(text) and "</" in str(text)
