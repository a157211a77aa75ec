"""Resources of the Content API into the model.

    series, notes = decode.series(resources, series_id)

A relation to something that was not loaded makes the whole series incomplete: a feed is built
from everything or not at all. `gone` names what the API has been found not to give, twice; that
is left out. Field meanings: the published description of the ART19 Content API.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from feedgen.art19.attributes import Members, Note
from feedgen.art19.jsonapi import Identifier, Same
from feedgen.errors import SeriesProblem
from feedgen.model import (
    Classification,
    Credit,
    CropArea,
    Episode,
    Image,
    MediaAsset,
    Network,
    Person,
    Season,
    Series,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from feedgen.art19.jsonapi import Resource, Resources

__all__ = ["IncompleteSeries", "Note", "series"]

STATUS = ("active", "inactive")
PREMIUM = ("active", "inactive", "force-active", "force-inactive")
EPISODE_TYPES = ("full", "bonus", "trailer")
IMAGE_STATUS = ("uploaded", "processing", "valid", "invalid")
STYLES = (
    *("original", "stripped-original", "regular", "thumb", "itunes"),
    *("square-400", "square-640", "square-888", "square-3000"),
    *("medium", "waveform_data", "info"),
)
CLASSIFICATION_TYPES = ("AlternateFeedType", "Genre", "Industry", "Language", "MediaRating")
CREDIT_TYPES = (
    *("AnchorCredit", "AssociateProducerCredit", "AuthorCredit", "CastCredit", "CoHostCredit"),
    *("ComposerCredit", "CreatorCredit", "Credit", "DirectorCredit", "EditorCredit"),
    *("EngineerCredit", "ExecutiveProducerCredit", "GuestCoHostCredit", "GuestCredit"),
    *("GuestHostCredit", "HeadWriterCredit", "HostCredit", "ProducerCredit", "ReporterCredit"),
    *("SeniorProducerCredit", "SidekickCredit", "VideoProducerCredit", "WriterCredit"),
)


class IncompleteSeries(SeriesProblem):
    """Something a feed needs was not to be had; `missing` names it, `reasons` says why."""

    def __init__(
        self, series: str, missing: Sequence[Identifier], reasons: Sequence[str] = ()
    ) -> None:
        self.series = series
        self.missing = tuple(missing)
        self.reasons = tuple(reasons)
        first = ", ".join(str(key) for key in self.missing[:3])
        more = f" and {len(self.missing) - 3} more" if len(self.missing) > 3 else ""
        why = f" ({self.reasons[0]})" if self.reasons else ""
        super().__init__(
            f"series {series} was not read completely: {first}{more} missing{why}",
            hint="the feed on air stays as it is; the next run asks again",
        )


def series(
    resources: Resources, series_id: str, *, gone: Collection[Identifier] = ()
) -> tuple[Series, tuple[Note, ...]]:
    """Return the series with everything its feed needs, and what was odd about the answers.

    Raises `IncompleteSeries` naming every resource that is pointed to, not in `resources` and not
    in `gone`.
    """
    decoder = _Decoder(resources, gone)
    found = decoder.series(series_id)
    if found is None or decoder.missing:
        raise IncompleteSeries(series_id, tuple(decoder.missing))
    return found, tuple(dict.fromkeys(decoder.notes))


class _Decoder:
    """One pass over the resources of one series; whatever is shared is decoded once."""

    def __init__(self, resources: Resources, gone: Collection[Identifier]) -> None:
        self._resources = resources
        self._gone = gone
        self._images: dict[str, Image] = {}
        self._people: dict[str, Person] = {}
        self._seasons: dict[str, Season] = {}
        self.notes: list[Note] = []
        self.missing: dict[Identifier, None] = {}

    def series(self, series_id: str) -> Series | None:
        m = self._members(Identifier("series", series_id))
        if m is None:
            return None
        if not m.resource.related("episodes").known:
            self.missing[Identifier("episodes", f"(the list of {m.resource.key})")] = None
        seasons = [self._season(key) for key in self._targets(m, "seasons")]
        episodes = [self._episode(each) for each in self._related(m, "episodes")]
        episodes += [self._episode(each, has_media=False) for each in self._not_listed(m)]
        return Series(
            id=m.resource.id,
            slug=m.text("slug"),
            title=m.text("title"),
            public_title=m.text("public_title"),
            description=m.text("description"),
            description_is_html=bool(m.flag("description_is_html")),
            description_plain=m.text("description_plain"),
            rss_author=m.text("rss_author"),
            rss_copyright=m.text("rss_copyright"),
            rss_email=m.text("rss_email"),
            rss_owner=m.text("rss_owner"),
            website_url=m.text("website_url"),
            status=m.word("status", STATUS, "active"),
            network=self._network(m.to_one("network")),
            cover=self._image(m.to_one("cover_image", "cover_image_id", "images")),
            seasons=tuple(sorted((s for s in seasons if s), key=_season_order)),
            episodes=tuple(sorted(episodes, key=_newest_first)),
            credits=self._credits(m),
            classifications=self._classifications(m),
            updated_at=m.instant("updated_at"),
        )

    def _not_listed(self, series: Members) -> Iterator[Members]:
        """Yield the episodes of a series that are loaded although it does not list them.

        Of one that is published and released the media file is missing: the API lists it as soon
        as it has all three (ART19 Content API, relationship `episodes` of a series).
        """
        listed = set(series.to_many("episodes"))
        for resource in self._resources:
            if resource.type == "episodes" and resource.key not in listed:
                m = Members(resource, self.notes)
                owner = m.to_one("series", "series_id", "series")
                if owner is not None and owner.id == series.resource.id:
                    yield m

    def _episode(self, m: Members, *, has_media: bool = True) -> Episode:
        # The same bytes say the same: those of a hook are nearly all those of the hook before.
        own, notes = (_own if m.resource.raw else _own.__wrapped__)(Same(m.resource))
        self.notes += notes
        return Episode(
            **own,
            has_media=has_media,
            season=self._season(m.to_one("season", "season_id", "seasons")),
            cover=self._image(m.to_one("cover_image", "cover_image_id", "images")),
            cascaded_cover=self._image(
                m.to_one("cascaded_cover_image", "cascaded_cover_image_id", "images")
            ),
            credits=self._credits(m),
            classifications=self._classifications(m),
        )

    def _season(self, key: Identifier | None) -> Season | None:
        if key is None or key.id in self._seasons:
            return self._seasons.get(key.id) if key else None
        m = self._members(key)
        if m is None:
            return None
        self._seasons[key.id] = Season(
            id=key.id,
            title=m.text("title"),
            number=m.number("season_number"),
            status=m.word("status", STATUS, "active"),
            updated_at=m.instant("updated_at"),
        )
        return self._seasons[key.id]

    def _network(self, key: Identifier | None) -> Network | None:
        m = self._members(key) if key else None
        if m is None:
            return None
        return Network(
            id=m.resource.id,
            name=m.text("name"),
            copyright=m.text("copyright"),
            updated_at=m.instant("updated_at"),
        )

    def _image(self, key: Identifier | None) -> Image | None:
        if key is None or key.id in self._images:
            return self._images.get(key.id) if key else None
        m = self._members(key)
        if m is None:
            return None
        assets = [_asset(each) for each in self._related(m, "media_assets")]
        self._images[key.id] = Image(
            id=key.id,
            status=m.word("status", IMAGE_STATUS, "valid"),
            crop=_crop(m),
            assets=tuple(sorted(assets, key=lambda asset: (asset.style, asset.id))),
            updated_at=m.instant("updated_at"),
        )
        return self._images[key.id]

    def _credits(self, owner: Members) -> tuple[Credit, ...]:
        found = []
        for m in self._related(owner, "credits"):
            key = m.to_one("person")
            person = self._person(key)
            if person is None:
                if key is None:
                    m.note("credit-without-person", "the credit names no person", "person")
                continue
            found.append(
                Credit(
                    id=m.resource.id,
                    type=m.word("type", CREDIT_TYPES, "Credit"),
                    position=m.number("position"),
                    person=person,
                )
            )
        return tuple(sorted(found, key=lambda credit: (*_place(credit.position), credit.id)))

    def _person(self, key: Identifier | None) -> Person | None:
        if key is None or key.id in self._people:
            return self._people.get(key.id) if key else None
        m = self._members(key)
        if m is None:
            return None
        self._people[key.id] = Person(
            id=key.id,
            first_name=m.text("first_name"),
            last_name=m.text("last_name"),
            avatar=self._image(m.to_one("avatar", "avatar_id", "images")),
        )
        return self._people[key.id]

    def _classifications(self, owner: Members) -> tuple[Classification, ...]:
        found: list[tuple[tuple[bool, int, str], Classification]] = []
        for m in self._related(owner, "classification_inclusions"):
            key = m.to_one("classification", "classification_id", "classifications")
            if key is None:
                m.note("inclusion-without-classification", "it names no classification")
                continue
            what = self._members(key)
            if what is None:
                continue
            position = m.number("position")
            kind = what.word("type", CLASSIFICATION_TYPES) or m.text("classification_type")
            classification = Classification(
                type=kind,
                value=what.text("value"),
                value_path=what.text("value_path"),
                position=position,
                primary=bool(m.flag("primary")),
            )
            found.append(((*_place(position), m.resource.id), classification))
        return tuple(each for _, each in sorted(found, key=lambda pair: pair[0]))

    def _members(self, key: Identifier) -> Members | None:
        resource: Resource | None = self._resources.get(key.type, key.id)
        if resource is not None:
            return Members(resource, self.notes)
        if key in self._gone:
            message = "it is pointed to, but the API does not give it; left out"
            self.notes.append(Note(code="not-given", message=message, where=str(key)))
        else:
            self.missing[key] = None
        return None

    def _targets(self, owner: Members, name: str) -> tuple[Identifier, ...]:
        relation = owner.resource.related(name)
        if relation.known and not relation.whole:
            self.missing[Identifier(name, f"(some of {owner.resource.key})")] = None
        return owner.to_many(name)

    def _related(self, owner: Members, name: str) -> Iterator[Members]:
        for key in self._targets(owner, name):
            members = self._members(key)
            if members is not None:
                yield members


@lru_cache(maxsize=4096)
def _own(same: Same) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """Return what an episode says of itself, without its relations, and what is odd about it."""
    notes: list[Note] = []
    m = Members(same.resource, notes)
    published = m.flag("published")
    if published is None:
        # The API lists only published episodes in the relation that led here.
        m.note("published-missing", "published is not given, read as true", "published")
        published = True
    own = {
        "id": m.resource.id,
        "title": m.text("title"),
        "description": m.text("description"),
        "description_is_html": bool(m.flag("description_is_html")),
        "description_plain": m.text("description_plain"),
        "guid": m.guid("rss_guid"),
        "itunes_type": m.word("itunes_type", EPISODE_TYPES),
        "published": published,
        "released_at": m.instant("released_at"),
        "release_end_at": m.instant("release_end_at"),
        "premium_status": m.word("premium_status", PREMIUM, "inactive"),
        "status": m.word("status", STATUS, "active"),
        "file_name": m.text("file_name"),
        "updated_at": m.instant("updated_at"),
    }
    return own, tuple(notes)


def _asset(m: Members) -> MediaAsset:
    return MediaAsset(
        id=m.resource.id,
        style=m.word("style", STYLES),
        url=m.text("cdn_url"),
        content_type=m.text("content_type"),
        file_size=m.number("file_size"),
        width=m.number("size_width"),
        height=m.number("size_height"),
    )


def _crop(m: Members) -> CropArea | None:
    """Return the crop area; the schema writes it as `left, top, width, height`, as floats."""
    data = m.resource.attributes.get("crop_data")
    if data is None:
        return None
    sides = [data.get(name) for name in ("left", "top", "width", "height")] if _map(data) else []
    if not sides or not all(_finite(side) for side in sides):
        if any(side is not None for side in sides) or not _map(data):
            m.note("crop-not-legible", "crop_data is not four numbers", "crop_data")
        return None
    left, top, width, height = (float(side) for side in sides)
    return CropArea(left=left, top=top, width=width, height=height)


def _map(value: object) -> bool:
    return isinstance(value, dict)


def _finite(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e9


def _place(position: int | None) -> tuple[bool, int]:
    return (position is None, position or 0)


def _season_order(season: Season) -> tuple[bool, int, str]:
    return (*_place(season.number), season.id)


def _newest_first(episode: Episode) -> tuple[bool, float, str]:
    moment: datetime | None = episode.released_at
    return (moment is None, -moment.timestamp() if moment else 0.0, episode.id)
