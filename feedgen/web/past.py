"""The history of a show: its versions, what was held, who decided; a version to go back to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from feedgen.history import key_parts
from feedgen.web.show import Difference, difference
from feedgen.web.shows import one_show
from feedgen.web.viewer import private_feeds

if TYPE_CHECKING:
    from feedgen.approvals import Held
    from feedgen.deeds import Deed
    from feedgen.history import Version
    from feedgen.state import State
    from feedgen.web.shows import Show
    from feedgen.web.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPast:
    """The versions of one feed or document, newest first, and what of it was ever held.

    `rest` is its key without the id of the series, as it stands in an address.
    """

    rest: str
    title: str
    versions: tuple[Version, ...]
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Every feed of a show that the viewer may see; `hidden` says that there are others."""

    show: Show
    feeds: tuple[FeedPast, ...]
    deeds: tuple[Deed, ...]
    hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OneVersion:
    """One version, and what putting it back on air would change; `None` if it is on air."""

    show: Show
    rest: str
    title: str
    version: Version
    newest: Version
    change: Difference | None


def past(state: State, slug: str, viewer: Viewer) -> Past | None:
    """Return the history of the show `slug`, `None` if there is no such show."""
    show = one_show(state, slug)
    if show is None:
        return None
    visible, hidden = _visible(state, show, viewer)
    return Past(
        show=show,
        feeds=tuple(
            FeedPast(
                rest=key.removeprefix(show.series_id),
                title=_title(key.removeprefix(show.series_id)),
                versions=state.history.versions(key),
                held=state.approvals.record(key),
            )
            for key in visible
        ),
        deeds=tuple(deed for deed in _deeds(state, show) if deed.key in visible),
        hidden=hidden,
    )


def one_version(
    state: State, slug: str, viewer: Viewer, *, rest: str, number: int
) -> OneVersion | None:
    """Return a version of a feed of the show `slug`, `None` if the viewer can not see one."""
    show = one_show(state, slug)
    if show is None:
        return None
    key = f"{show.series_id}{rest}"
    if key not in _visible(state, show, viewer)[0]:
        return None
    versions = state.history.versions(key)
    found = next((version for version in versions if version.number == number), None)
    if found is None:
        return None
    newest = versions[0]
    return OneVersion(
        show=show,
        rest=rest,
        title=_title(rest),
        version=found,
        newest=newest,
        change=difference(state, newest, found) if found.number != newest.number else None,
    )


def _visible(state: State, show: Show, viewer: Viewer) -> tuple[tuple[str, ...], bool]:
    """Return the keys of the feeds the viewer may see, and whether there are others."""
    keys = state.history.keys(show.series_id) if show.series_id else ()
    if viewer.private:
        return keys, False
    names = {key: key_parts(key)[1] for key in keys}
    private = private_feeds(state.standings.outcome(show.slug), list(names.values()))
    visible = tuple(key for key in keys if names[key] not in private)
    return visible, len(visible) < len(keys)


def _deeds(state: State, show: Show) -> tuple[Deed, ...]:
    return state.deeds.of(show.series_id) if show.series_id else ()


def _title(rest: str) -> str:
    """Return what a feed is called: its own name, the page or archive of a feed that is split."""
    feed, _, document = rest.removeprefix("#").partition("/")
    name = f"Feed “{feed}”" if feed else "The feed of the show"
    return f"{name}, {document}" if document else name
