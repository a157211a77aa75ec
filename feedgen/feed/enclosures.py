"""Where the media file of an episode lies and what the feed says about it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from feedgen.feed.model import MediaFile
from feedgen.feed.urls import ascii_url, extension, is_signed, segment
from feedgen.feed.vocabulary import ENCLOSURE_TYPES
from feedgen.settings import DEFAULTS, EpisodeSettings, SeriesSettings

if TYPE_CHECKING:
    from feedgen.feed.log import Place
    from feedgen.model import Enclosure, Episode


_NOTHING_SAID = EpisodeSettings()


def episode_settings(episode: Episode, settings: SeriesSettings) -> EpisodeSettings:
    """Return what the settings say of `episode`, found by its guid, else by its API id."""
    said = settings.episodes
    return said.get(episode.guid) or said.get(episode.id) or _NOTHING_SAID


def enclosure_url(episode: Episode, settings: SeriesSettings) -> str:
    """Return the address of an episode's media file as the feed will name it.

    An address in the settings of the episode is taken as it is; else the template is filled in,
    with the measurement prefix in front.
    """
    own = episode_settings(episode, settings)
    if own.enclosure_url:
        return own.enclosure_url
    template = settings.enclosure_template or DEFAULTS.enclosure_template or ""
    ending = _ending(own.enclosure_type) or _extension(episode.file_name)
    url = _filled(template, episode.id, ending, episode.guid)
    prefix = settings.enclosure_prefix
    return prefix + url.partition("://")[2] if prefix else url


@lru_cache(maxsize=4096)
def _filled(template: str, episode_id: str, ending: str, guid: str) -> str:
    """Return the address a template gives; it is asked for several times in one build."""
    return ascii_url(
        template.replace("{id}", segment(episode_id))
        .replace("{ext}", ending)
        .replace("{guid}", segment(guid))
    )


def media_file(
    episode: Episode, settings: SeriesSettings, probed: Enclosure | None, place: Place
) -> MediaFile:
    """Return the enclosure of an item; a length nobody knows is 0, with a note."""
    own = episode_settings(episode, settings)
    url = enclosure_url(episode, settings)
    origin = "setting enclosure_url" if own.enclosure_url else "rule: enclosure_template"
    place.from_("enclosure", origin, url)
    if is_signed(url):
        place.note("address-signed", f"{url.partition('?')[0]} is signed: the address will end")
    length = own.enclosure_length or (probed.length if probed else None)
    if not length:
        place.note("length-unknown", f"the size of {url} is not known; the feed says 0")
    return MediaFile(url=url, length=length or 0, type=_type(url, own, probed, episode, place))


def duration(own: EpisodeSettings, probed: Enclosure | None, place: Place) -> int | None:
    """Return the duration in whole seconds, `None` if nobody knows it."""
    probed_seconds = probed.duration if probed else None
    seconds = place.first(
        "itunes:duration",
        (("setting duration_seconds", own.duration_seconds), ("media file", probed_seconds)),
    )
    if not seconds:
        place.note("duration-unknown", "the duration is not known and left out")
    elif probed and probed.estimated and not own.duration_seconds:
        place.note("duration-estimated", f"the duration of {seconds} s is an estimate")
    return seconds or None


def _type(
    url: str, own: EpisodeSettings, probed: Enclosure | None, episode: Episode, place: Place
) -> str:
    """Return the media type; Apple goes by the ending of the address, so that comes first."""
    if own.enclosure_type:
        return own.enclosure_type
    accepted = ENCLOSURE_TYPES.get(extension(url), ())
    answered = probed.type.partition(";")[0].strip().casefold() if probed else ""
    if not accepted:
        return answered or ENCLOSURE_TYPES[_extension(episode.file_name)][0]
    if answered and answered not in accepted:
        place.note(
            "type-mismatch",
            f"{url} is served as {answered!r}; by its ending the feed says {accepted[0]!r}",
        )
    # Several types fit an .mp4; the server knows whether there is a picture in it.
    return "audio/mp4" if answered == "audio/mp4" and extension(url) == "mp4" else accepted[0]


def _ending(enclosure_type: str | None) -> str:
    """Return the ending that goes with a type the settings name, `""` if there is none."""
    fitting = (each for each, types in ENCLOSURE_TYPES.items() if enclosure_type in types)
    return next(fitting, "")


def _extension(file_name: str) -> str:
    found = extension(file_name)
    return found if found in ENCLOSURE_TYPES else "mp3"
