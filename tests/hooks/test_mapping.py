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
        "uuid": [{"value": "0c1e5d8e-7f5b-4b6f-9a55-2f6f6d0c7b11"}],
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
# What is moved to the trash or deleted is sent with its terms; ACF has a key of its own.
WORDPRESS_TRASH = WORDPRESS | {
    "post": WORDPRESS["post"] | {"post_status": "trash"},
    "post_meta": [],
    "taxonomies": [],
    "acf_data": {"feedgen_series": "salt-and-signal"},
}
# "tag.edited" with another slug, and "tag.deleted".
GHOST_TAG = {
    "tag": {
        "current": {"id": "2", "slug": "salt", "updated_at": "2026-11-01T12:00:00.000Z"},
        "previous": {"slug": "salt-and-signal"},
    }
}
GHOST_TAG_GONE = {"tag": {"current": {}, "previous": {"id": "2", "slug": "salt-and-signal"}}}
# "entry.delete", of a draft and publish type with a component list of shows.
STRAPI_DELETED = STRAPI | {"event": "entry.delete"}
DRUPAL_DELETED = DRUPAL | {"event": "entity:node:delete"}
PAYLOADS = [
    ("wordpress", WORDPRESS_TRASH),
    ("ghost", GHOST_TAG),
    ("ghost", GHOST_TAG_GONE),
    ("strapi", STRAPI_DELETED),
    ("drupal", DRUPAL_DELETED),
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


# What each CMS sends of an episode that was there and is deleted: its id and hardly more.
GONE = [
    ("wordpress", WORDPRESS, {"post_id": 1234}, "1234"),
    (
        "ghost",
        GHOST,
        {"post": {"current": {}, "previous": {"id": "63f2", "slug": "the-fog", "authors": []}}},
        "63f2",
    ),
    (
        "contentful",
        CONTENTFUL,
        {
            "sys": {
                "type": "DeletedEntry",
                "id": "5KsDBWseXY6QegucYAoacS",
                "contentType": {"sys": {"type": "Link", "linkType": "ContentType", "id": "ep"}},
                "revision": 4,
                "updatedAt": "2026-11-01T12:00:00.000Z",
                "deletedAt": "2026-11-01T12:00:00.000Z",
            }
        },
        "5KsDBWseXY6QegucYAoacS",
    ),
    ("sanity", SANITY, {"_id": "episode-42", "_type": "episode"}, "episode-42"),
    (
        "strapi",
        STRAPI,
        {"event": "entry.delete", "model": "episode", "entry": {"id": 12, "documentId": "k1m9"}},
        "episode/k1m9",
    ),
    (
        "drupal",
        DRUPAL,
        {"event": "entity:node:delete", "entity": {"uuid": DRUPAL["entity"]["uuid"]}},
        "0c1e5d8e-7f5b-4b6f-9a55-2f6f6d0c7b11",
    ),
]


@pytest.mark.parametrize(("kind", "there", "gone", "document"), GONE)
def test_a_document_has_the_same_name_when_it_is_deleted(kind, there, gone, document):
    """A deletion that names no series is heeded, and known by what was changed before."""
    ready = mapping(kind)
    assert ready.said(there).document == document
    said = ready.said(gone)
    assert (said.names, said.document) == ((), document)


@pytest.mark.parametrize("name", [None, "", "  ", True, 1.5, [], {}, "x" * 201])
def test_a_document_without_a_name_that_can_be_kept_has_none(name):
    """Nothing is remembered of it."""
    assert mapping("sanity").document({"_id": name}) == ""


def test_a_document_of_ones_own_is_named_by_an_expression():
    """A site that has ids of its own says where they stand."""
    own = mapping("generic", document="data.key")
    assert own.document({"data": {"key": 7}}) == "7"
    assert mapping("generic").document(GENERIC) == ""


def test_every_kind_has_a_mapping_and_a_signature():
    """No CMS of the list is left without either."""
    assert READY.keys() == SCHEMES.keys() == {kind for kind, _ in PAYLOADS}


def test_what_is_not_about_a_feed_is_not_heeded():
    """An upload to the media library is no change of a show."""
    assert not mapping("strapi").heeds({"event": "media.create", "media": {"id": 1}})
    for other in ("Asset", "DeletedAsset", "ContentType", "DeletedContentType", "Release", "Task"):
        payload = {"sys": {"type": other}, "fields": {"show": {"en-US": "salt-and-signal"}}}
        assert not mapping("contentful").heeds(payload), other
    # The maker lets a site send a body of its own.
    assert mapping("contentful", series="show").said({"show": "a"}).names == ("a",)


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
        *({}, [], None, "salt-and-signal"),
        *({"series": each} for each in ("", 7, [{"slug": None}])),
    ],
)
def test_a_payload_without_a_series_names_none(payload):
    """What is no name is left out."""
    assert mapping("generic").series(payload) == ()


@pytest.mark.parametrize("names", [["x" * 201], [f"s{n}" for n in range(101)]])
def test_too_many_names_are_refused(names):
    """Too many, or one that can be no name, is an error of its sender."""
    with pytest.raises(BadPayload):
        mapping("generic").series({"series": names})


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
        ready.document(payload)
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


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("items[].uppercase(slug)", "none: uppercase()"),
        ("a && [b, {c: lenght(d)}]", "none: lenght()"),
        ("items[?starts_with(slug)].slug", "starts_with() 1 arguments, and it takes 2"),
        ("sort_by(items, &nosuch(at))", "none: nosuch()"),
        ("not_null()", "not_null() 0 arguments"),
        ("not_null(a, b, c)", ""),
        ("after(slug, 'podcast-')", ""),
        ("sort_by(items, &at)[0].slug", ""),
    ],
)
def test_a_function_that_is_none_is_said_before_any_payload_comes(expression, said):
    """However deep it stands; the functions there are may be called as they are."""
    assert said in problem_of(expression)
    assert bool(problem_of(expression)) == bool(said)


@pytest.mark.parametrize("kind", READY)
def test_the_ready_expressions_call_what_there_is(kind):
    """They are held to what is asked of those of a site."""
    ready = READY[kind]
    for expression in (ready.series, ready.changed, ready.document, ready.only):
        assert problem_of(expression) == ""
