"""From the payload of a CMS to the series it is about, by a small expression (JMESPath).

The ready mappings follow the payloads the makers document; what a site calls its own fields is
its own choice, so each looks into the fields that are named most often, and `series` in the
settings names any other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from feedgen.errors import MissingExtra, UsageProblem
from feedgen.hooks.settings import HookSettings, Kind

try:
    import jmespath
    import jmespath.exceptions
    import jmespath.functions
except ImportError as error:  # pragma: no cover - the extra is not installed
    raise MissingExtra("reading the payload of a hook", "serve") from error

if TYPE_CHECKING:
    from jmespath.parser import ParsedResult

_MOST_SERIES, _LONGEST_NAME = 100, 200


class BadPayload(UsageProblem):
    """The payload does not say which series changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A ready mapping: expressions as in `HookSettings`, and what an unknown name does."""

    series: str
    changed: str
    only: str = "`true`"
    skip_unknown: bool = False


_SHOW = "'series', 'show', 'podcast'"
READY: dict[Kind, Ready] = {
    # Standard Webhooks puts everything below "data".
    "generic": Ready(
        series="[series, series.slug, series[].slug, data.series, data.series.slug,"
        " data.series[].slug]",
        changed="updated_at || data.updated_at || timestamp",
    ),
    # The plugin WP Webhooks (post_create, post_update), or a post as the REST API has it. Terms
    # of a taxonomy "series" are those of the usual podcast plugins.
    "wordpress": Ready(
        series="[post_meta.feedgen_series, meta.feedgen_series, acf.feedgen_series,"
        " taxonomies.series.*.slug, _embedded.\"wp:term\"[] | [?taxonomy=='series'].slug]",
        changed="post.post_modified_gmt || modified_gmt",
    ),
    # Any tag may be the slug of a show, an internal one (#daily-news) too.
    "ghost": Ready(
        series="[[post, page][].[current, previous][].tags[].[slug, after(slug, 'hash-')],"
        " tag.current.slug]",
        changed="post.current.updated_at || page.current.updated_at || tag.current.updated_at",
        skip_unknown=True,
    ),
    # Fields have a value for each locale.
    "contentful": Ready(
        series="[fields.[series, seriesSlug, show, showSlug, feedgenSeries][].*,"
        f" contains([{_SHOW}], sys.contentType.sys.id || '') && fields.slug.*]",
        changed="sys.updatedAt",
        only="sys.type != 'Asset' && sys.type != 'ContentType'",
    ),
    "sanity": Ready(
        series="[[series, show][].[@, slug.current, slug], [seriesSlug, showSlug][].[@, current],"
        f" contains([{_SHOW}], _type || '') && slug.current]",
        changed="_updatedAt",
    ),
    "strapi": Ready(
        series="[entry.[series, show, podcast][].[slug, [].slug], entry.[seriesSlug, series_slug],"
        f" contains([{_SHOW}], model || '') && entry.slug]",
        changed="entry.updatedAt",
        only="starts_with(event || '', 'entry.')",
    ),
    # An entity as the serialization module writes it: every field is a list of values.
    "drupal": Ready(
        series="[@, entity][].[field_series_slug, field_show_slug, field_feedgen_series]"
        "[][].value",
        changed="(entity || @).changed[0].value",
    ),
}


class _Functions(jmespath.functions.Functions):
    """JMESPath's functions and `after(text, start)`: the text after `start`, null without it."""

    @jmespath.functions.signature({"types": ["string", "null"]}, {"types": ["string"]})
    def _func_after(self, text: str | None, start: str) -> str | None:
        found = text is not None and text.startswith(start)
        return text[len(start) :] if text is not None and found else None


_OPTIONS = jmespath.Options(custom_functions=_Functions())


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """The compiled expressions of one hook."""

    series_in: ParsedResult
    changed_in: ParsedResult
    heeded_by: ParsedResult
    skip_unknown: bool

    @classmethod
    def of(cls, settings: HookSettings) -> Mapping:
        """Return the mapping that `settings` ask for."""
        ready = READY[settings.kind]
        unknown = settings.unknown
        return cls(
            series_in=jmespath.compile(settings.series or ready.series),
            changed_in=jmespath.compile(settings.changed or ready.changed),
            heeded_by=jmespath.compile(settings.only or ready.only),
            skip_unknown=ready.skip_unknown if unknown is None else unknown == "skip",
        )

    def heeds(self, payload: object) -> bool:
        """Return whether the payload is about feeds at all."""
        return bool(_search(self.heeded_by, payload))

    def series(self, payload: object) -> tuple[str, ...]:
        """Return the slugs or ids the payload names, each once, in its order.

        Raises BadPayload if there is none, too many, or a name that can be none.
        """
        names = tuple(dict.fromkeys(_texts(_search(self.series_in, payload))))
        if not names:
            raise BadPayload(
                "the payload names no series",
                hint="look at the expression `series` of the hook: it has to find a slug or an id",
            )
        if len(names) > _MOST_SERIES or any(len(name) > _LONGEST_NAME for name in names):
            raise BadPayload(
                "the payload names too many series, or one with a name too long",
                hint=f"at most {_MOST_SERIES} series in one request",
            )
        return names

    def changed(self, payload: object) -> datetime | None:
        """Return when the payload says the change was made, `None` if it does not."""
        return _moment(_search(self.changed_in, payload))


def problem_of(expression: str) -> str:
    """Return what is wrong with a JMESPath expression, `""` if nothing is."""
    try:
        jmespath.compile(expression)
    except jmespath.exceptions.JMESPathError as error:
        return f"is no JMESPath expression: {' '.join(str(error).split())[:200]}"
    return ""


def _search(expression: ParsedResult, payload: object) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return expression.search(payload, options=_OPTIONS)
    except (jmespath.exceptions.JMESPathError, RecursionError, TypeError, ValueError) as error:
        raise BadPayload(
            "the payload is not of the shape that the hook expects",
            hint="look at the kind of the hook and at its expressions",
        ) from error


def _texts(found: object) -> Iterator[str]:
    if isinstance(found, str):
        if text := found.strip():
            yield text
    elif isinstance(found, list):
        for each in found:
            yield from _texts(each)


def _moment(found: object) -> datetime | None:
    """Return a time given as ISO 8601 (UTC without a zone), or in seconds or milliseconds."""
    if isinstance(found, (int, float)) and not isinstance(found, bool) and math.isfinite(found):
        # A number of seconds this large lies three thousand years ahead.
        seconds = found / 1000 if abs(found) > 1e11 else float(found)
    elif isinstance(found, str):
        try:
            when = datetime.fromisoformat(found.strip())
            seconds = when.replace(tzinfo=when.tzinfo or UTC).timestamp()
        except (ValueError, OverflowError):
            return None
    else:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
