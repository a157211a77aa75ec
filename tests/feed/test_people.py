"""Credits turned into people."""

import pytest

from feedgen.feed.log import Log
from feedgen.feed.people import ROLE_OF_CREDIT, from_credits, of_item
from feedgen.feed.tags import Person
from feedgen.feed.vocabulary import ROLES
from tests.factories import make_asset, make_credit, make_image, make_person


@pytest.fixture
def place():
    return Log().at("")


def test_every_credit_type_has_a_role_of_the_taxonomy():
    """The pairs we write are pairs the namespace lists."""
    assert [pair for pair in ROLE_OF_CREDIT.values() if pair[1] not in ROLES[pair[0]]] == []


def test_people_come_in_the_order_of_their_positions(place):
    """Position first, nulls last, then the name."""
    found = from_credits(
        (
            make_credit(name="Zoe", position=None),
            make_credit(name="Bo", position=2),
            make_credit(name="Ana", position=None),
            make_credit(name="Cy", position=1),
        ),
        {},
        place,
    )

    assert [person.name for person in found] == ["Cy", "Bo", "Ana", "Zoe"]


def test_the_same_person_in_the_same_role_is_named_once(place):
    """Host and anchor are one role, host and guest are two."""
    credits_ = (make_credit("HostCredit"), make_credit("AnchorCredit"), make_credit("GuestCredit"))

    assert [person.role for person in from_credits(credits_, {}, place)] == ["host", "guest"]


def test_an_override_replaces_the_role_or_leaves_the_credit_out(place):
    """Settings may say that an editor edits texts and that the cast is not listed."""
    credits_ = (make_credit("EditorCredit"), make_credit("CastCredit"))
    roles = {"EditorCredit": ("writing", "editor"), "CastCredit": ()}

    assert from_credits(credits_, roles, place) == (
        Person(name="Ana Díaz", group="writing", role="editor"),
    )
    assert place.log.notes == []


def test_an_unknown_credit_and_a_person_without_a_name_are_noted(place):
    """Both are left out, and a person learns of it; the generic credit is silent."""
    nameless = make_credit(name="")

    assert (
        from_credits((make_credit("StuntCredit"), nameless, make_credit("Credit")), {}, place)
        == ()
    )
    assert [note.code for note in place.log.notes] == ["person-nameless", "credit-unknown"]


def test_a_person_shows_the_largest_square_of_the_avatar(place):
    """The picture is the avatar's, over https."""
    image = make_image(assets=(make_asset("square-400", 400), make_asset("square-888", 888)))
    credit = make_credit()
    credit = type(credit)(id="c", type="HostCredit", person=make_person(avatar=image))

    assert (
        from_credits((credit,), {}, place)[0].img == "https://cdn.example.com/art/square-888.jpg"
    )


def test_an_item_repeats_the_hosts_of_the_show():
    """Its list replaces the channel's, so host and co-host come first."""
    host, producer = (
        Person(name="H"),
        Person(name="P", group="creative direction", role="producer"),
    )
    guest = Person(name="G", role="guest")

    assert of_item((guest,), (host, producer)) == (host, guest)


def test_an_episode_with_a_host_of_its_own_stands_alone():
    """A guest host stands in for the hosts of the show."""
    stand_in = Person(name="S", role="guest host")

    assert of_item((stand_in,), (Person(name="H"),)) == (stand_in,)


def test_an_episode_without_credits_names_nobody():
    """The channel's list applies."""
    assert of_item((), (Person(name="H"),)) == ()
