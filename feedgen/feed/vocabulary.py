"""The words the podcast namespace and Apple list: what an attribute or element may hold.

Sources: the documents of the podcast namespace (podcastindex.org/namespace/1.0) as of May 2026,
Apple's "A Podcaster's Guide to RSS", PSP-1.
"""

from __future__ import annotations

from typing import Literal

# podcast namespace: medium. Each may also end in L, a list of that medium.
_MEDIA = (
    *("podcast", "music", "video", "film", "audiobook", "newsletter", "blog", "publisher"),
    "course",
)
MEDIUMS = frozenset(_MEDIA) | {f"{medium}L" for medium in _MEDIA} | {"mixed"}

# podcast namespace: license. Anything else is a licence of one's own and needs an address.
LICENSES = frozenset({"arr", "cc-by-4.0", "cc-by-nc-4.0", "cc-by-nc-nd-4.0", "pod-v4v-1.0"})

SocialProtocol = Literal[
    "disabled", "activitypub", "twitter", "lightning", "atproto", "hive", "matrix", "nostr"
]
ChatProtocol = Literal["irc", "xmpp", "nostr", "matrix"]
TranscriptType = Literal[
    "text/vtt",
    "application/x-subrip",
    "application/srt",
    "text/html",
    "application/json",
    "text/plain",
]
TRANSCRIPT_TYPES: dict[str, TranscriptType] = {
    "vtt": "text/vtt",
    "srt": "application/x-subrip",
    "json": "application/json",
    "html": "text/html",
    "htm": "text/html",
    "txt": "text/plain",
}

# podcast namespace: block, service slugs.
_SERVICES = """
    acast amazon anchor apple audible audioboom backtracks bitcoin blubrry buzzsprout
    captivate castos castopod facebook fireside fyyd google gpodder hypercatcher kasts libsyn
    mastodon megafono megaphone omnystudio overcast paypal pinecast podbean podcastaddict
    podcastguru podcastindex podcasts podchaser podcloud podfriend podiant podigee podnews
    podomatic podserve podverse redcircle relay resonaterecordings rss shoutengine simplecast
    slack soundcloud spotify spreaker tiktok transistor twitter whooshkaa youtube zencast
"""
SERVICES = frozenset(_SERVICES.split())

# podcast namespace: person, the taxonomy of groups and roles; the pair must match.
ROLES: dict[str, tuple[str, ...]] = {
    "creative direction": (
        *("director", "assistant director", "executive producer", "senior producer"),
        *("producer", "associate producer", "development producer", "creative director"),
    ),
    "cast": (
        *("host", "co-host", "guest host", "guest", "voice actor", "narrator", "announcer"),
        "reporter",
    ),
    "writing": (
        *("author", "editorial director", "co-writer", "writer", "songwriter", "guest writer"),
        *("story editor", "managing editor", "script editor", "script coordinator"),
        *("researcher", "editor", "fact checker", "translator", "transcriber", "logger"),
    ),
    "audio production": (
        *("studio coordinator", "technical director", "technical manager", "audio engineer"),
        *("remote recording engineer", "post production engineer"),
    ),
    "audio post-production": (
        *("audio editor", "sound designer", "foley artist", "composer", "theme music"),
        *("music production", "music contributor"),
    ),
    "administration": (
        *("production coordinator", "booking coordinator", "production assistant"),
        *("content manager", "marketing manager", "sales representative", "sales manager"),
    ),
    "visuals": ("graphic designer", "cover art designer"),
    "community": ("social media manager",),
    "misc.": ("consultant", "intern"),
    "video production": (
        *("camera operator", "lighting designer", "camera grip", "assistant camera"),
    ),
    "video post-production": ("editor", "assistant editor"),
}

# Path extension of a media file → types readers accept, the one to write first (Apple, PSP-1).
ENCLOSURE_TYPES: dict[str, tuple[str, ...]] = {
    "mp3": ("audio/mpeg",),
    "m4a": ("audio/x-m4a", "audio/mp4", "audio/m4a"),
    "mp4": ("video/mp4", "audio/mp4"),
    "m4v": ("video/x-m4v", "video/m4v"),
    "mov": ("video/quicktime",),
    "pdf": ("application/pdf",),
}
