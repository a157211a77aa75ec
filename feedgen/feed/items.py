"""One episode turned into one item."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from feedgen.feed import enclosures, notes, numbers, people, pictures, rating
from feedgen.feed.chapters import ChapterFile, document
from feedgen.feed.dates import in_utc
from feedgen.feed.model import Item, ItemTags, Notes
from feedgen.feed.selection import released
from feedgen.feed.text import LABEL, line, unescaped
from feedgen.feed.text import cut as cut_text
from feedgen.feed.urls import ascii_url, extension, segment, slug
from feedgen.feed.vocabulary import TRANSCRIPT_TYPES, TranscriptType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feedgen.artwork.choose import Decision
    from feedgen.feed.log import Log, Place
    from feedgen.feed.tags import Chapter, Person, Transcript
    from feedgen.model import Artwork, Enclosure, Episode, Series
    from feedgen.settings import EpisodeSettings, SeriesSettings

_NO_TAGS = ItemTags()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMaker:
    """What all items of one feed share.

    `marks` are chapters found in media files, by the API id of the episode; `files` collects the
    chapter files to be published beside the feed, by the guid of the item.
    """

    series: Series
    settings: SeriesSettings
    artwork: Mapping[str, Decision]
    enclosures: Mapping[str, Enclosure]
    numbers: Mapping[str, int]
    link: str
    explicit: bool
    image: Artwork
    people: tuple[Person, ...]
    log: Log
    marks: Mapping[str, tuple[Chapter, ...]]
    files: dict[str, ChapterFile]

    def item(self, episode: Episode, guid: str) -> Item:
        """Return the item of `episode`."""
        settings = self.settings
        own = enclosures.episode_settings(episode, settings)
        place = self.log.at(guid)
        probed = self.enclosures.get(episode.id)
        title = line(
            place.first(
                "title", (("setting title", own.title), ("API: Episode.title", episode.title))
            )
            or ""
        )
        kind = numbers.episode_type(episode, settings)
        if not own.episode_type and episode.itunes_type.strip().casefold() not in ("", kind):
            place.note("type-unknown", f"the type {episode.itunes_type!r} counts as full")
        season = numbers.season_number(episode, settings)
        number = self._number(episode, own, kind, place)
        image = pictures.of_episode(episode, own.image_url, self.artwork, place)
        if image and self._is_the_channels(image) and settings.profile != "art19-compat":
            image = None
        moment = released(episode, settings)
        if moment is None:
            raise ValueError(f"episode {episode.id} has no date and is not eligible")
        origin = "setting pub_date" if own.pub_date else "API: Episode.released_at"
        place.from_("pubDate", origin, moment)
        _note_origins(episode, own, kind, season, place)
        chapters = self._chapters(episode, own, place)
        chapters_url = self._chapters_url(episode, own, guid, title, chapters)
        return Item(
            episode_id=episode.id,
            title=title,
            itunes_title=own.itunes_title or "",
            notes=self._notes(episode, title, place),
            summary=place.from_(
                "itunes:summary",
                "API: Episode.description_plain",
                cut_text(unescaped(episode.description_plain), notes.SUMMARY),
            ),
            guid=guid,
            pub_date=in_utc(moment),
            link=self._link(episode, own, guid, title, season, number, place),
            explicit=self._explicit(episode, own, place),
            image=image,
            duration=enclosures.duration(own, probed, place),
            enclosure=enclosures.media_file(episode, settings, probed, place),
            episode_type=kind,
            season=season,
            season_name=_season_name(episode, own, season),
            number=number,
            block=bool(own.block),
            keywords=own.keywords,
            chapters=chapters,
            inline_chapters=bool(chapters and settings.inline_chapters),
            media=bool(settings.media_elements),
            tags=self._tags(episode, own, image, chapters_url, place),
        )

    def _is_the_channels(self, image: Artwork) -> bool:
        """Tell whether an item shows nothing but the cover of the show.

        Then the channel's artwork applies, also where the settings put another in its place.
        """
        cover = self.series.cover
        return image.url == self.image.url or (cover is not None and image.image_id == cover.id)

    def _number(
        self, episode: Episode, own: EpisodeSettings, kind: str, place: Place
    ) -> int | None:
        if kind == "trailer":
            return None
        return place.first(
            "itunes:episode",
            (
                ("setting episode_number", own.episode_number),
                ("rule: number_by_date", self.numbers.get(episode.id)),
            ),
        )

    def _notes(self, episode: Episode, title: str, place: Place) -> Notes:
        section = self.settings.profile == "art19-compat"
        shown = notes.show_notes(
            episode.description,
            is_html=episode.description_is_html,
            base=self.link,
            footer=self.settings.footer or "",
            section=section,
        )
        if shown.description:
            return place.from_("description", "API: Episode.description", shown)
        shown = notes.show_notes(
            episode.description_plain, is_html=False, base=self.link, section=section
        )
        if shown.description:
            return place.from_("description", "API: Episode.description_plain", shown)
        place.note("description-missing", "there is no description; the title stands in for it")
        shown = notes.show_notes(title, is_html=False, base=self.link, section=section)
        return place.from_("description", "rule: the title", shown)

    def _explicit(self, episode: Episode, own: EpisodeSettings, place: Place) -> bool:
        said = place.first(
            "itunes:explicit",
            (
                ("setting explicit", own.explicit),
                (
                    "API: Episode classification MediaRating",
                    rating.explicit(episode.classifications, place),
                ),
                ("rule: as the channel", self.explicit),
            ),
        )
        return bool(said)

    def _link(
        self,
        episode: Episode,
        own: EpisodeSettings,
        guid: str,
        title: str,
        season: int | None,
        number: int | None,
        place: Place,
    ) -> str:
        if own.link:
            return place.from_("link", "setting link", own.link)
        template = self.settings.item_link_template
        if not template:
            return ""
        values = {
            "id": segment(episode.id),
            "ext": extension(episode.file_name) or "mp3",
            "guid": segment(guid),
            "slug": slug(title),
            "series": segment(self.series.slug),
            "season": str(season or ""),
            "number": str(number or ""),
        }
        filled = re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], ""), template)
        return place.from_("link", "rule: item_link_template", ascii_url(filled))

    def _chapters(
        self, episode: Episode, own: EpisodeSettings, place: Place
    ) -> tuple[Chapter, ...]:
        found = place.first(
            "podcast:chapters",
            (
                ("setting chapters", own.chapters),
                # a file somebody keeps elsewhere stands for what is in the audio, too
                ("media file", () if own.chapters_url else self.marks.get(episode.id, ())),
            ),
        )
        return found or ()

    def _chapters_url(
        self,
        episode: Episode,
        own: EpisodeSettings,
        guid: str,
        title: str,
        chapters: tuple[Chapter, ...],
    ) -> str:
        """Return where the chapters lie: a file that is there, or the one to be written."""
        template = self.settings.chapters_template
        if own.chapters_url or not chapters or not template:
            return own.chapters_url or ""
        data = document(chapters, title=title, podcast=self.series.title)
        url = ascii_url(
            template.replace("{id}", segment(episode.id))
            .replace("{guid}", segment(episode.guid))
            .replace("{sha256}", hashlib.sha256(data).hexdigest())
        )
        self.files[guid] = ChapterFile(url=url, data=data)
        return url

    def _tags(
        self,
        episode: Episode,
        own: EpisodeSettings,
        image: Artwork | None,
        chapters_url: str,
        place: Place,
    ) -> ItemTags | None:
        images = own.images
        if image:
            images = (pictures.as_picture(image, own.image_alt), *images)
        legacy = bool(self.settings.legacy_images and image)
        if own.people is not None:
            named = place.from_("podcast:person", "setting people", own.people)
        else:
            credited = people.from_credits(episode.credits, self.settings.credit_roles, place)
            named = people.of_item(credited, self.people)
            if named:
                place.from_("podcast:person", "API: Episode.credits", named)
        tags = ItemTags(
            transcripts=tuple(map(_with_type, own.transcripts)),
            chapters_url=chapters_url,
            soundbites=own.soundbites,
            people=named,
            location=own.location,
            license=own.license,
            images=images,
            srcset=pictures.srcset(episode.cover or episode.cascaded_cover) if legacy else "",
            alternate_enclosures=own.alternate_enclosures,
            content_links=own.content_links,
            social_interact=own.social_interact,
            chat=own.chat,
            txt=own.txt,
            funding=own.funding,
            value=own.value,
        )
        return None if tags == _NO_TAGS else tags


def _note_origins(
    episode: Episode, own: EpisodeSettings, kind: str, season: int | None, place: Place
) -> None:
    """Record where the values came from that have one source, or two of which one wins."""
    said = "setting episode_type" if own.episode_type else "API: Episode.itunes_type"
    blank = not own.episode_type and not episode.itunes_type.strip()
    place.from_("itunes:episodeType", "rule: full unless said" if blank else said, kind)
    if season is not None:
        said = "setting season" if own.season else "API: Episode.season → Season.season_number"
        place.from_("itunes:season", said, season)
    for element, name in _FROM_SETTINGS.items():
        if getattr(own, name):
            place.from_(element, f"setting {name}", None)


# Elements of an item that only the settings can say.
_FROM_SETTINGS = {
    "itunes:title": "itunes_title",
    "podcast:transcript": "transcripts",
    "podcast:chapters": "chapters_url",
    "podcast:soundbite": "soundbites",
    "podcast:location": "location",
    "podcast:license": "license",
    "podcast:alternateEnclosure": "alternate_enclosures",
    "podcast:contentLink": "content_links",
    "podcast:socialInteract": "social_interact",
    "podcast:chat": "chat",
    "podcast:txt": "txt",
    "podcast:funding": "funding",
    "podcast:value": "value",
    "itunes:block": "block",
    "itunes:keywords": "keywords",
}


def transcript_type(transcript: Transcript) -> TranscriptType:
    """Return the media type a feed names for `transcript`: as it is said, else by the ending."""
    return transcript.type or TRANSCRIPT_TYPES.get(extension(transcript.url), "text/plain")


def _with_type(transcript: Transcript) -> Transcript:
    return replace(transcript, type=transcript_type(transcript))


def _season_name(episode: Episode, own: EpisodeSettings, season: int | None) -> str:
    """Return the name of the season, `""` if it says no more than the number does."""
    if season is None:
        return ""
    name = line(own.season_name or (episode.season.title if episode.season else ""), LABEL)
    return "" if name.casefold() == f"season {season}" else name
