"""What is wrong in a catalogue is said with file, line and field, and costs one show only."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedgen.content.catalogue import load
from tests.content.shows import make, said, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A catalogue with one show without mistakes."""
    return make(tmp_path)


def test_every_mistake_of_a_show_is_said_at_once(folder: Path) -> None:
    """Mistakes of all files of a show come together, each with file, line and field."""
    write(
        folder,
        "show/series.toml",
        'titel = "x"\nnetwork = "nett"\n\n[cover]\nfile = "cover.jgp"\n',
    )
    write(
        folder,
        "show/episodes/one.toml",
        'title = "One"\nreleased_at = 2026-13-01T00:00:00Z\n',
    )
    write(
        folder,
        "show/episodes/two.toml",
        'title = "Two"\nguid = "g"\nreleased_at = 2026-01-01T00:00:00\naudio = "on.mp3"\n'
        'itunes_type = "ful"\n',
    )
    found = said(load(folder))
    assert found[1] == "show/series.toml:1: titel: unknown key; did you mean 'title'?"
    assert "show/series.toml: title: is missing" in found
    assert any(each.startswith("show/episodes/one.toml:2: ") for each in found)
    assert any(each.startswith("show/episodes/two.toml:3: released_at: ") for each in found)
    assert any(each.startswith("show/episodes/two.toml:5: itunes_type: ") for each in found)


@pytest.mark.parametrize(
    ("name", "text", "mistake"),
    [
        (
            "show/episodes/two.toml",
            'title = "Two"\nguid = "g1"',
            "show/episodes/two.toml:2: guid: 'g1' is the guid of one.toml too",
        ),
        (
            "show/episodes/two.toml",
            'title = "Two"\nseason = 3',
            "show/episodes/two.toml:2: season: no season 3 in series.toml; there are: 1, 2",
        ),
        (
            "show/episodes/two.toml",
            'title = "Two"\naudio = "onne.mp3"',
            (
                "show/episodes/two.toml:2: audio: no file 'onne.mp3' in episodes/; "
                "did you mean 'one.mp3'?"
            ),
        ),
        (
            "show/episodes/two.toml",
            'title = "Two"\naudio = "one.toml"',
            "show/episodes/two.toml:2: audio: 'one.toml' does not end in .mp3 or .m4a",
        ),
        (
            "show/episodes/two.toml",
            'title = "Two"\ncredits = [{ person = "anne", type = "HostCredit" }]',
            (
                "show/episodes/two.toml:2: credits[0].person: nobody called 'anne' in "
                "people.toml; did you mean 'ann'?"
            ),
        ),
        (
            "show/episodes/two.toml",
            'title = "Two"\ncover = { file = "../../people.toml" }',
            (
                "show/episodes/two.toml:2: cover.file: '../../people.toml' leads out of the "
                "folder show/"
            ),
        ),
        (
            "show/episodes/two.toml",
            'title = "Two"\ncover = { file = "/etc/passwd" }',
            "show/episodes/two.toml:2: cover.file: '/etc/passwd' leads out of the folder show/",
        ),
        (
            "show/episodes/two.toml",
            (
                'title = "Two"\nreleased_at = 2026-01-02T00:00:00Z\n'
                "release_end_at = 2026-01-01T00:00:00Z"
            ),
            "show/episodes/two.toml:3: release_end_at: lies before released_at",
        ),
        (
            "show/episodes/two.toml",
            'title = "Two"\ndescription = "a"\ndescription_file = "one.toml"',
            (
                "show/episodes/two.toml:3: description_file: give either description or "
                "description_file"
            ),
        ),
        (
            "show/episodes/two.toml",
            'title = "Two"\n[feed]\nepisode_numbr = 2',
            (
                "show/episodes/two.toml:3: feed.episode_numbr: unknown key; "
                "did you mean 'episode_number'?"
            ),
        ),
        (
            "show/series.toml",
            'title = "T"\nnetwork = "nett"\n[[seasons]]\nnumber = 2',
            "show/series.toml:2: network: no network 'nett' in networks.toml; did you mean 'net'?",
        ),
        (
            "show/series.toml",
            'title = "T"\n[[seasons]]\nnumber = 2\n[[seasons]]\nnumber = 2',
            "show/series.toml:4: seasons[1]: there is a season 2 already",
        ),
        (
            "show/series.toml",
            'title = "T"\nslug = "The Show"\n[[seasons]]\nnumber = 2',
            (
                "show/series.toml:2: slug: 'The Show' can not be a slug: small letters a-z, "
                "digits and hyphens, at most 100"
            ),
        ),
        (
            "show/series.toml",
            (
                'title = "T"\ncover = { file = "cover.jpg", crop = { left = nan, top = 0, '
                "width = 1, height = 1 } }\n[[seasons]]\nnumber = 2"
            ),
            "show/series.toml:2: cover.crop.left: nan is no finite number",
        ),
        (
            "show/series.toml",
            'title = "T"\n[[seasons]]\nnumber = 2\n[feed.episodes.g1]\ntitle = "T"',
            "show/series.toml:4: feed.episodes: write it as [feed] in the file of the episode",
        ),
        (
            "show/series.toml",
            (
                'title = "T"\n[[seasons]]\nnumber = 2\n[[credits]]\nperson = "ann"\n'
                'type = "HostCredit"\n[[credits]]\nperson = "ann"\ntype = "HostCredit"'
            ),
            "show/series.toml:7: credits[1]: 'ann' has the credit HostCredit twice",
        ),
    ],
)
def test_a_mistake_is_said_with_its_place(
    folder: Path, name: str, text: str, mistake: str
) -> None:
    """What is wrong in a show is said once, with file, line, field and what is near."""
    write(folder, name, text)
    catalogue = load(folder)
    assert said(catalogue) == [mistake]
    assert catalogue.shows == {}
    assert not any(kind == "episodes" for kind, _ in catalogue.resources)


def test_a_wrong_show_leaves_the_others_alone(folder: Path) -> None:
    """A show with a mistake is left out whole; the other shows are served."""
    write(folder, "other/series.toml", 'title = "Other"')
    write(folder, "show/series.toml", "title = 1")
    catalogue = load(folder)
    assert set(catalogue.shows) == {"other"}
    assert set(catalogue.problems) == {"show"}


def test_a_wrong_person_stops_only_the_shows_that_name_them(folder: Path) -> None:
    """A mistake in people.toml keeps out who needs that entry, and is said itself."""
    write(folder, "people.toml", '[ann]\nfirst_nam = "Ann"\n\n[bo]\nfirst_name = "Bo"')
    write(
        folder,
        "other/series.toml",
        'title = "Other"\ncredits = [{ person = "bo", type = "HostCredit" }]',
    )
    catalogue = load(folder)
    assert set(catalogue.shows) == {"other"}
    assert said(catalogue, "people.toml") == [
        "people.toml:1: ann: needs a first_name or a last_name",
        "people.toml:2: ann.first_nam: unknown key; did you mean 'first_name'?",
    ]
    assert "nobody called 'ann' in people.toml" in said(catalogue)[0]


def test_networks_can_not_be_their_own_ancestors(folder: Path) -> None:
    """Parents of networks that run in a circle are a mistake, not a hang."""
    write(
        folder,
        "networks.toml",
        '[net]\nname = "A"\nparent = "b"\n[b]\nname = "B"\nparent = "net"\n',
    )
    found = said(load(folder), "networks.toml")
    assert found == [
        "networks.toml:3: net.parent: the network is its own ancestor",
        "networks.toml:6: b.parent: the network is its own ancestor",
    ]


def test_two_shows_with_one_slug(folder: Path) -> None:
    """The second show of a slug is refused under its folder's name, the first is served."""
    write(folder, "zz/series.toml", 'title = "Z"\nslug = "show"')
    catalogue = load(folder)
    assert set(catalogue.shows) == {"show"}
    assert said(catalogue, "zz") == [
        "zz/series.toml: the slug 'show' is that of the folder show too"
    ]


def test_a_show_without_series_file(folder: Path) -> None:
    """A folder with episodes and no series.toml is a show that was forgotten, and said so."""
    (folder / "show" / "series.toml").unlink()
    (mistake,) = said(load(folder))
    assert mistake.startswith("show/series.toml: can not be read")


ONE, TWO = "5f0c1a7e-0000-4000-8000-000000000001", "5f0c1a7e-0000-4000-8000-000000000002"


@pytest.mark.parametrize(
    ("name", "text", "mistake"),
    [
        (
            "show/series.toml",
            (
                f'title = "T"\n[[seasons]]\nnumber = 1\nid = "{ONE}"\n'
                f'[[seasons]]\nnumber = 2\nid = "{ONE}"\n'
            ),
            "show/series.toml:7: seasons[1].id: is the id of another season too: seasons[0]",
        ),
        (
            "show/series.toml",
            (
                'title = "T"\ncredits = [\n'
                f'{{ person = "ann", type = "HostCredit", id = "{ONE}" }},\n'
                f'{{ person = "ann", type = "EditorCredit", id = "{ONE}" }}]\n'
                "[[seasons]]\nnumber = 2\n"
            ),
            "show/series.toml:2: credits[1].id: is the id of another credit too: credits[0]",
        ),
        (
            "show/episodes/two.toml",
            (
                f'title = "Two"\nid = "{TWO}"\n'
                f'credits = [{{ person = "ann", type = "HostCredit", id = "{ONE}" }}]\n'
            ),
            (
                "show/episodes/two.toml:3: credits[0].id: is the id of another credit too: "
                "credits[0] in one.toml"
            ),
        ),
        (
            "show/episodes/two.toml",
            f'title = "Two"\nid = "{ONE}"\n',
            "show/episodes/two.toml:2: id: is the id of another episode too: one.toml",
        ),
        (
            "show/episodes/two.toml",
            f'title = "Two"\ncover = {{ file = "../two.jpg", id = "{TWO}" }}\n',
            (
                "show/episodes/two.toml:2: cover.id: is the id of another cover too: "
                "cover in one.toml"
            ),
        ),
    ],
)
def test_an_id_is_that_of_one_thing(folder: Path, name: str, text: str, mistake: str) -> None:
    """A written id that two seasons, credits, episodes or different covers share is a mistake."""
    first = folder / "show/episodes/one.toml"
    first.write_text(
        f'id = "{ONE}"\n{first.read_text()}cover = {{ file = "../cover.jpg", id = "{TWO}" }}\n'
        f'credits = [{{ person = "ann", type = "HostCredit", id = "{ONE}" }}]\n'
        if name != "show/series.toml"
        else first.read_text()
    )
    write(folder, name, text)
    assert mistake in said(load(folder))


def test_a_cover_may_be_named_twice(folder: Path) -> None:
    """One picture under one id is one image, however often it is named."""
    for name in ("one", "two"):
        path = folder / f"show/episodes/{name}.toml"
        path.write_text(path.read_text() + f'\ncover = {{ file = "../two.jpg", id = "{ONE}" }}')
    assert load(folder).problems == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "people.toml",
            '[ann]\nfirst_name = "Ann"\nid = "{0}"\n[bo]\nlast_name = "B"\nid = "{0}"',
        ),
        ("networks.toml", '[net]\nname = "Net"\nid = "{0}"\n[bo]\nname = "B"\nid = "{0}"'),
    ],
)
def test_an_id_is_that_of_one_person_or_network(folder: Path, name: str, text: str) -> None:
    """Of two people or networks with one id the second is a mistake; the first is served."""
    write(folder, name, text.format(ONE))
    catalogue = load(folder)
    kind = name.removesuffix(".toml")
    assert said(catalogue, name) == [
        f"{name}:6: bo.id: is the id of '{'ann' if kind == 'people' else 'net'}' too"
    ]
    assert set(catalogue.shows) == {"show"}
