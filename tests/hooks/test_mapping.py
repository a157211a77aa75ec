"""Mappings: payloads as the makers document them, and the series they are about."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen.hooks.mapping import READY, BadPayload, Mapping, problem_of
from feedgen.hooks.settings import SCHEMES, HookSettings

# The plugin WP Webhooks, trigger "post_update".
WORDPRESS = {
    "post_id": 1234,
    "post": {
        "ID": 1234,
        "post_author": "1",
        "post_title": "The Fog, part two",
        "post_name": "the-fog-part-two",
        "post_status": "publish",
        "post_type": "podcast",
        "post_modified": "2026-11-01 13:00:00",
        "post_modified_gmt": "2026-11-01 12:00:00",
    },
    "post_meta": {"_edit_last": ["1"], "feedgen_series": ["salt-and-signal"]},
    "post_thumbnail": "https://cms.example.com/fog.jpg",
    "taxonomies": {
        "category": {"news": {"term_id": 3, "slug": "news", "taxonomy": "category"}},
        "series": {"salt": {"term_id": 7, "slug": "salt-and-signal", "taxonomy": "series"}},
    },
}
# A post as the REST API has it, with ?_embed.
WORDPRESS_REST = {
    "id": 1234,
    "modified_gmt": "2026-11-01T12:00:00",
    "slug": "the-fog",
    "meta": {"feedgen_series": ""},
    "_embedded": {
        "wp:term": [
            [{"id": 3, "slug": "news", "taxonomy": "category"}],
            [{"id": 7, "slug": "salt-and-signal", "taxonomy": "series"}],
        ]
    },
}
# The event "post.published.edited".
GHOST = {
    "post": {
        "current": {
            "id": "63f2",
            "slug": "the-fog",
            "title": "The Fog",
            "updated_at": "2026-11-01T12:00:00.000Z",
            "tags": [
                {"id": "1", "name": "News", "slug": "news", "visibility": "public"},
                {"id": "2", "name": "#Salt and Signal", "slug": "hash-salt-and-signal"},
            ],
        },
        "previous": {"title": "Fog", "updated_at": "2026-10-31T12:00:00.000Z"},
    }
}
# "ContentManagement.Entry.publish"; fields have a value for each locale.
CONTENTFUL = {
    "sys": {
        "type": "Entry",
        "id": "5KsDBWseXY6QegucYAoacS",
        "contentType": {"sys": {"type": "Link", "linkType": "ContentType", "id": "episode"}},
        "updatedAt": "2026-11-01T12:00:00.000Z",
        "revision": 4,
    },
    "fields": {
        "title": {"en-US": "The Fog", "de-DE": "Der Nebel"},
        "seriesSlug": {"en-US": "salt-and-signal"},
        "show": {"en-US": {"sys": {"type": "Link", "linkType": "Entry", "id": "4x0"}}},
    },
}
CONTENTFUL_SHOW = {
    "sys": {"type": "Entry", "contentType": {"sys": {"id": "show"}}},
    "fields": {"slug": {"en-US": "salt-and-signal", "de-DE": "salt-and-signal"}},
}
# The document itself, as a webhook without a projection sends it.
SANITY = {
    "_id": "episode-42",
    "_type": "episode",
    "_rev": "6wYvl",
    "_updatedAt": "2026-11-01T12:00:00Z",
    "title": "The Fog",
    "slug": {"_type": "slug", "current": "the-fog"},
    "series": {"_type": "series", "slug": {"_type": "slug", "current": "salt-and-signal"}},
}
SANITY_SHOW = {"_type": "podcast", "slug": {"_type": "slug", "current": "salt-and-signal"}}
# Strapi 5, "entry.publish".
STRAPI = {
    "event": "entry.publish",
    "createdAt": "2026-11-01T12:00:01.000Z",
    "model": "episode",
    "uid": "api::episode.episode",
    "entry": {
        "id": 12,
        "documentId": "k1m9",
        "title": "The Fog",
        "slug": "the-fog",
        "updatedAt": "2026-11-01T12:00:00.000Z",
        "series": {"id": 3, "documentId": "x2", "title": "Salt", "slug": "salt-and-signal"},
    },
}
STRAPI_SHOW = {
    "event": "entry.update",
    "model": "series",
    "entry": {"id": 3, "slug": "salt-and-signal", "updatedAt": "2026-11-01T12:00:00.000Z"},
}
# The module Webhooks: the entity as the serialization module writes it.
DRUPAL = {
    "event": "entity:node:update",
    "entity": {
        "nid": [{"value": 42}],
        "type": [{"target_id": "episode", "target_type": "node_type"}],
        "changed": [{"value": "2026-11-01T12:00:00+00:00", "format": "Y-m-d\\TH:i:sP"}],
        "title": [{"value": "The Fog"}],
        "field_series_slug": [{"value": "salt-and-signal"}],
    },
}
# Standard Webhooks: type, timestamp, data.
GENERIC = {
    "type": "episode.updated",
    "timestamp": "2026-11-01T12:00:00Z",
    "data": {"series": [{"slug": "salt-and-signal", "title": "Salt & Signal"}]},
}
PAYLOADS = [
    ("wordpress", WORDPRESS),
    ("wordpress", WORDPRESS_REST),
    ("ghost", GHOST),
    ("contentful", CONTENTFUL),
    ("contentful", CONTENTFUL_SHOW),
    ("sanity", SANITY),
    ("sanity", SANITY_SHOW),
    ("strapi", STRAPI),
    ("strapi", STRAPI_SHOW),
    ("drupal", DRUPAL),
    ("drupal", DRUPAL["entity"]),
    ("generic", GENERIC),
    ("generic", {"series": "salt-and-signal", "updated_at": 1_793_534_400}),
    ("generic", {"series": ["salt-and-signal"], "updated_at": 1_793_534_400_000}),
    ("generic", {"series": {"slug": "salt-and-signal"}}),
]


def mapping(kind, **more):
    """Return the mapping of a hook of this kind."""
    return Mapping.of(HookSettings(kind=kind, secret_env="X", **more))


@pytest.mark.parametrize(("kind", "payload"), PAYLOADS)
def test_a_ready_mapping_finds_the_series_and_when_it_changed(kind, payload):
    """What a CMS sends is enough to know which show is meant, and since when."""
    ready = mapping(kind)
    assert ready.heeds(payload)
    names = ready.series(payload)
    assert "salt-and-signal" in names
    if not ready.skip_unknown:
        assert names == ("salt-and-signal",)
    told = ready.changed(payload)
    dated = "2026-11-01" in str(payload) or "1793534400" in str(payload)
    assert told == (datetime(2026, 11, 1, 12, tzinfo=UTC) if dated else None)


def test_every_kind_has_a_mapping_and_a_signature():
    """No CMS of the list is left without either."""
    assert READY.keys() == SCHEMES.keys() == {kind for kind, _ in PAYLOADS}


def test_what_is_not_about_a_feed_is_not_heeded():
    """An upload to the media library is no change of a show."""
    assert not mapping("strapi").heeds({"event": "media.create", "media": {"id": 1}})
    asset = {"sys": {"type": "Asset"}, "fields": {"title": {"en-US": "salt-and-signal"}}}
    assert not mapping("contentful").heeds(asset)


def test_expressions_of_ones_own_replace_the_ready_ones():
    """A site that calls its fields otherwise says so in one line."""
    own = mapping(
        "strapi",
        series="entry.shows[].key",
        changed="entry.when",
        only="event == 'x'",
        unknown="skip",
    )
    payload = {"event": "x", "entry": {"shows": [{"key": "a"}, {"key": "b"}, {"key": "a"}]}}
    assert own.series(payload) == ("a", "b")
    assert (own.heeds(payload), own.heeds({"event": "y"}), own.skip_unknown) == (True, False, True)


def test_an_own_expression_may_cut_a_prefix():
    """`after` takes what follows a beginning, and leaves out what has another."""
    own = mapping("generic", series="tags[].after(@, 'podcast-')")
    assert own.series({"tags": ["podcast-a", "news", "podcast-b"]}) == ("a", "b")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        [],
        None,
        "salt-and-signal",
        {"series": ""},
        {"series": 7},
        {"series": [{"slug": None}]},
        {"series": ["x" * 201]},
        {"series": [f"s{n}" for n in range(101)]},
    ],
)
def test_a_payload_without_a_series_is_refused(payload):
    """What names none, too many, or one that can be no name is an error of its sender."""
    with pytest.raises(BadPayload):
        mapping("generic").series(payload)


@pytest.mark.parametrize("kind", READY)
@given(
    payload=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "post",
                        "current",
                        "tags",
                        "fields",
                        "sys",
                        "entry",
                        "series",
                        "data",
                        "entity",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_no_payload_breaks_a_mapping(kind, payload):
    """Whatever JSON comes, the answer is names, or that there are none."""
    ready = mapping(kind)
    try:
        heeded = ready.heeds(payload)
        names = ready.series(payload) if heeded else ()
        ready.changed(payload)
    except BadPayload:
        return
    assert all(isinstance(name, str) and name for name in names)


@pytest.mark.parametrize("when", ["yesterday", "", True, None, [], 1e300, float("inf"), -1e15])
def test_a_time_that_is_none_is_left_out(when):
    """A time that can not be read is no time, and no error."""
    assert mapping("generic").changed({"updated_at": when}) is None


def test_what_is_wrong_with_an_expression_is_said():
    """An expression that is none is named as such; a good one is not."""
    assert "JMESPath" in problem_of("data.[")
    assert problem_of("data.series") == ""
