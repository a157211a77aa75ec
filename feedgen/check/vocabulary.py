"""The closed lists a feed draws from: categories, roles, types, tags and their parents."""

from __future__ import annotations


def _listed(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split("·"))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Apple Podcasts categories, 19 with 91 subcategories, to the letter.
CATEGORIES: dict[str, frozenset[str]] = {
    "Arts": _listed("Books·Design·Fashion & Beauty·Food·Performing Arts·Visual Arts"),
    "Business": _listed("Careers·Entrepreneurship·Investing·Management·Marketing·Non-Profit"),
    "Comedy": _listed("Comedy Interviews·Improv·Stand-Up"),
    "Education": _listed("Courses·How To·Language Learning·Self-Improvement"),
    "Fiction": _listed("Comedy Fiction·Drama·Science Fiction"),
    "Government": frozenset(),
    "Health & Fitness": _listed(
        "Alternative Health·Fitness·Medicine·Mental Health·Nutrition·Sexuality"
    ),
    "History": frozenset(),
    "Kids & Family": _listed("Education for Kids·Parenting·Pets & Animals·Stories for Kids"),
    "Leisure": _listed(
        "Animation & Manga·Automotive·Aviation·Crafts·Games·Hobbies·Home & Garden·Video Games"
    ),
    "Music": _listed("Music Commentary·Music History·Music Interviews"),
    "News": _listed(
        "Business News·Daily News·Entertainment News·News Commentary·Politics·Sports News"
        "·Tech News"
    ),
    "Religion & Spirituality": _listed(
        "Buddhism·Christianity·Hinduism·Islam·Judaism·Religion·Spirituality"
    ),
    "Science": _listed(
        "Astronomy·Chemistry·Earth Sciences·Life Sciences·Mathematics·Natural Sciences·Nature"
        "·Physics·Social Sciences"
    ),
    "Society & Culture": _listed(
        "Documentary·Personal Journals·Philosophy·Places & Travel·Relationships"
    ),
    "Sports": _listed(
        "Baseball·Basketball·Cricket·Fantasy Sports·Football·Golf·Hockey·Rugby·Running·Soccer"
        "·Swimming·Tennis·Volleyball·Wilderness·Wrestling"
    ),
    "Technology": frozenset(),
    "True Crime": frozenset(),
    "TV & Film": _listed("After Shows·Film History·Film Interviews·Film Reviews·TV Reviews"),
}

# podcast:person taxonomy: group → roles. `editor` exists in two groups, so the pair counts.
ROLES: dict[str, frozenset[str]] = {
    "creative direction": _listed(
        "director·assistant director·executive producer·senior producer·producer"
        "·associate producer·development producer·creative director"
    ),
    "cast": _listed("host·co-host·guest host·guest·voice actor·narrator·announcer·reporter"),
    "writing": _listed(
        "author·editorial director·co-writer·writer·songwriter·guest writer·story editor"
        "·managing editor·script editor·script coordinator·researcher·editor·fact checker"
        "·translator·transcriber·logger"
    ),
    "audio production": _listed(
        "studio coordinator·technical director·technical manager·audio engineer"
        "·remote recording engineer·post production engineer"
    ),
    "audio post-production": _listed(
        "audio editor·sound designer·foley artist·composer·theme music·music production"
        "·music contributor"
    ),
    "administration": _listed(
        "production coordinator·booking coordinator·production assistant·content manager"
        "·marketing manager·sales representative·sales manager"
    ),
    "visuals": _listed("graphic designer·cover art designer"),
    "community": _listed("social media manager"),
    "misc.": _listed("consultant·intern"),
    "video production": _listed("camera operator·lighting designer·camera grip·assistant camera"),
    "video post-production": _listed("editor·assistant editor"),
}

_MEDIUMS = _words("podcast music video film audiobook newsletter blog publisher course")
MEDIUMS = _MEDIUMS | {f"{medium}L" for medium in _MEDIUMS} | {"mixed"}
SOCIAL_PROTOCOLS = _words("disabled activitypub twitter lightning atproto hive matrix nostr")
CHAT_PROTOCOLS = _words("irc xmpp nostr matrix")
LICENCES = _words("arr cc-by-4.0 cc-by-nc-4.0 cc-by-nc-nd-4.0 pod-v4v-1.0")
TRANSCRIPT_TYPES = _words(
    "text/vtt application/x-subrip application/srt text/srt text/html application/json text/plain"
)
SERVICES = _words(
    """acast amazon anchor apple audible audioboom backtracks bitcoin blubrry buzzsprout
    captivate castos castopod facebook fireside fyyd google gpodder hypercatcher kasts libsyn
    mastodon megafono megaphone omnystudio overcast paypal pinecast podbean podcastaddict
    podcastguru podcastindex podcasts podchaser podcloud podfriend podiant podigee podnews
    podomatic podserve podverse redcircle relay resonaterecordings rss shoutengine simplecast
    slack soundcloud spotify spreaker tiktok transistor twitter whooshkaa youtube
    zencast"""
)

# Extension of an enclosure's path → the types directories take for it, the usual one first.
ENCLOSURE_TYPES: dict[str, tuple[str, ...]] = {
    "mp3": ("audio/mpeg",),
    "m4a": ("audio/x-m4a", "audio/mp4", "audio/m4a"),
    "mp4": ("video/mp4", "audio/mp4"),
    "m4v": ("video/x-m4v", "video/m4v"),
    "mov": ("video/quicktime",),
    "pdf": ("application/pdf",),
}

# RSS 2.0: what may stand under channel and item without a namespace.
CHANNEL_TAGS = _words(
    """title link description language copyright managingEditor webMaster pubDate lastBuildDate
    category generator docs cloud ttl image rating textInput skipHours skipDays item"""
)
ITEM_TAGS = _words("title link description author category comments enclosure guid pubDate source")
_ONCE_IN_BOTH = """title link description pubDate itunes:author itunes:explicit itunes:image
    itunes:title itunes:summary itunes:subtitle itunes:keywords itunes:block"""
CHANNEL_ONCE = _words(
    f"""{_ONCE_IN_BOTH} language copyright managingEditor webMaster lastBuildDate generator docs
    cloud ttl image textInput skipHours skipDays itunes:owner itunes:type itunes:complete
    itunes:new-feed-url itunes:applepodcastsverify"""
)
ITEM_ONCE = _words(
    f"""{_ONCE_IN_BOTH} author enclosure guid source comments content:encoded itunes:duration
    itunes:episode itunes:season itunes:episodeType itunes:order psc:chapters"""
)

# podcast namespace: tag → where it may stand.
_ANYWHERE = frozenset(("channel", "item", "podcast:liveItem"))
_EPISODE = frozenset(("item", "podcast:liveItem"))
_CHANNEL = frozenset(("channel",))
PODCAST_PARENTS: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        _words("transcript chapters soundbite season episode alternateEnclosure contentLink"),
        _EPISODE,
    ),
    **dict.fromkeys(
        _words("funding person location license value socialInteract txt chat image images"),
        _ANYWHERE,
    ),
    **dict.fromkeys(
        _words(
            "locked trailer guid medium liveItem block podroll updateFrequency podping publisher"
        ),
        _CHANNEL,
    ),
    "source": frozenset(("podcast:alternateEnclosure",)),
    "integrity": frozenset(("podcast:alternateEnclosure",)),
    "valueRecipient": frozenset(("podcast:value", "podcast:valueTimeSplit")),
    "valueTimeSplit": frozenset(("podcast:value",)),
    "remoteItem": frozenset(
        ("channel", "podcast:podroll", "podcast:valueTimeSplit", "podcast:publisher")
    ),
}
PODCAST_ONCE = frozenset(
    f"podcast:{tag}"
    for tag in _words(
        """locked chapters season episode license integrity guid medium podroll updateFrequency
        podping chat publisher images"""
    )
)
# What each tag can not do without; for socialInteract `uri` too, unless comments are disabled.
PODCAST_REQUIRED: dict[str, tuple[str, ...]] = {
    "podcast:transcript": ("url", "type"),
    "podcast:funding": ("url",),
    "podcast:chapters": ("url", "type"),
    "podcast:soundbite": ("startTime", "duration"),
    "podcast:trailer": ("url", "pubdate"),
    "podcast:alternateEnclosure": ("type",),
    "podcast:source": ("uri",),
    "podcast:integrity": ("type", "value"),
    "podcast:value": ("type", "method"),
    "podcast:valueRecipient": ("type", "address", "split"),
    "podcast:valueTimeSplit": ("startTime", "duration"),
    "podcast:liveItem": ("status", "start"),
    "podcast:contentLink": ("href",),
    "podcast:remoteItem": ("feedGuid",),
    "podcast:chat": ("server", "protocol"),
    "podcast:image": ("href",),
    "podcast:images": ("srcset",),
    "podcast:podping": ("usesPodping",),
    "podcast:socialInteract": ("protocol",),
}

# ISO 639-1, the two-letter codes in force (bh, mo, sh, iw, in and ji are withdrawn).
LANGUAGES = _words(
    """aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy
    da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu
    hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb
    lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om
    or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw
    ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh
    zu"""
)
# ISO 3166-1 alpha-2, officially assigned.
COUNTRY_CODES = _words(
    """AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ
    BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO
    DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU
    GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW
    KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU
    MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF
    TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA
    ZM ZW"""
)
