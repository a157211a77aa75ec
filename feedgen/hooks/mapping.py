"""From the payload of a CMS to the series it is about, by a small expression (JMESPath).

The ready mappings follow the payloads the makers document; what a site calls its own fields is
its own choice, so each looks into the fields that are named most often, and `series` in the
settings names any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from feedgen.errors import MissingExtra
from feedgen.hooks.meant import BadPayload, Said
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
# A number beyond this is no time, in seconds or milliseconds, and perhaps no float either.
_MOST_MOMENT = 1e15


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A ready mapping: expressions as in `HookSettings`, and what an unknown name does."""

    series: str
    changed: str
    document: str = "`null`"
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
    # The plugin WP Webhooks (post_create, post_update, post_trash, post_delete), or a post as the
    # REST API has it. Terms of a taxonomy "series" are those of the usual podcast plugins.
    "wordpress": Ready(
        series="[[post_meta, meta, acf, acf_data][].feedgen_series,"
        " taxonomies.series.*.slug, _embedded.\"wp:term\"[] | [?taxonomy=='series'].slug]",
        changed="post.post_modified_gmt || modified_gmt",
        document="post_id || id",
    ),
    # Any tag may be the slug of a show, an internal one (#daily-news) too. What is deleted has an
    # empty `current`, and a post then has no tags in `previous` either.
    "ghost": Ready(
        series="[[post, page][].[current, previous][].tags[], tag.[current, previous][]][]"
        ".[slug, after(slug, 'hash-')]",
        changed="[post, page, tag][].current.updated_at | [0]",
        document="[post, page, tag][].[current.id, previous.id][] | [0]",
        skip_unknown=True,
    ),
    # Fields have a value for each locale. Unpublishing and deleting send a DeletedEntry, which
    # has no fields.
    "contentful": Ready(
        series="[fields.[series, seriesSlug, show, showSlug, feedgenSeries][].*,"
        f" contains([{_SHOW}], sys.contentType.sys.id || '') && fields.slug.*]",
        changed="sys.deletedAt || sys.updatedAt",
        document="sys.id",
        only="!(sys.type) || contains(['Entry', 'DeletedEntry'], sys.type)",
    ),
    "sanity": Ready(
        series="[[series, show][].[@, slug.current, slug], [seriesSlug, showSlug][].[@, current],"
        f" contains([{_SHOW}], _type || '') && slug.current]",
        changed="_updatedAt",
        document="_id",
    ),
    "strapi": Ready(
        series="[entry.[series, show, podcast][].[slug, [].slug], entry.[seriesSlug, series_slug],"
        f" contains([{_SHOW}], model || '') && entry.slug]",
        changed="entry.updatedAt",
        document="(entry.documentId || entry.id) && join('/', [model || '',"
        " to_string(entry.documentId || entry.id)])",
        only="starts_with(event || '', 'entry.')",
    ),
    # An entity as the serialization module writes it: every field is a list of values.
    "drupal": Ready(
        series="[@, entity][].[field_series_slug, field_show_slug, field_feedgen_series]"
        "[][].value",
        changed="(entity || @).changed[0].value",
        document="(entity || @).uuid[0].value",
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
    document_in: ParsedResult
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
            document_in=jmespath.compile(settings.document or ready.document),
            heeded_by=jmespath.compile(settings.only or ready.only),
            skip_unknown=ready.skip_unknown if unknown is None else unknown == "skip",
        )

    def said(self, payload: object) -> Said | None:
        """Return what a payload reports, `None` if it is not about feeds.

        Raises BadPayload if it is not of the shape that is expected.
        """
        if not self.heeds(payload):
            return None
        return Said(
            names=self.series(payload),
            document=self.document(payload),
            at=self.changed(payload),
            skip_unknown=self.skip_unknown,
        )

    def heeds(self, payload: object) -> bool:
        """Return whether the payload is about feeds at all."""
        return bool(_search(self.heeded_by, payload))

    def series(self, payload: object) -> tuple[str, ...]:
        """Return the slugs or ids the payload names, each once, in its order.

        Raises BadPayload if there are too many, or for a name that can be none.
        """
        names = tuple(dict.fromkeys(_texts(_search(self.series_in, payload))))
        if len(names) > _MOST_SERIES or any(len(name) > _LONGEST_NAME for name in names):
            raise BadPayload(
                "the payload names too many series, or one with a name too long",
                hint=f"at most {_MOST_SERIES} series in one request",
            )
        return names

    def changed(self, payload: object) -> datetime | None:
        """Return when the payload says the change was made, `None` if it does not."""
        return _moment(_search(self.changed_in, payload))

    def document(self, payload: object) -> str:
        """Return the name of what changed in the CMS, `""` if it has none that can be kept."""
        found = _search(self.document_in, payload)
        if isinstance(found, bool) or not isinstance(found, (str, int)):
            return ""
        name = str(found).strip()
        return name if len(name) <= _LONGEST_NAME else ""


def problem_of(expression: str) -> str:
    """Return what is wrong with a JMESPath expression, `""` if nothing is.

    That a function is none, or has too few arguments, would else show with the first payload.
    """
    try:
        compiled = jmespath.compile(expression)
    except (jmespath.exceptions.JMESPathError, RecursionError) as error:
        return f"is no JMESPath expression: {' '.join(str(error).split())[:200]}"
    return next(_miscalled(compiled.parsed), "")


def _miscalled(node: Any) -> Iterator[str]:  # noqa: ANN401 - a tree of the library
    """Yield what is wrong with the calls of functions in a parsed expression."""
    if node["type"] == "function_expression":
        name, count = node["value"], len(node["children"])
        function = _Functions.FUNCTION_TABLE.get(name)
        if function is None:
            yield f"has a function that is none: {name}()"
        elif not _takes(function["signature"], count):
            yield f"gives {name}() {count} arguments, and it takes {len(function['signature'])}"
    for child in node["children"]:
        if isinstance(child, dict):
            yield from _miscalled(child)


def _takes(signature: tuple[dict[str, Any], ...], count: int) -> bool:
    if signature and signature[-1].get("variadic"):
        return count >= len(signature)
    return count == len(signature)


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
    if isinstance(found, (int, float)) and not isinstance(found, bool):
        if not -_MOST_MOMENT < found < _MOST_MOMENT:  # NaN is neither
            return None
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
