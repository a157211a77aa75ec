"""The whole way of the data, from a catalogue folder to feeds on disk."""

import shutil
import sqlite3

import feedparser
import podcastparser
import pytest
from filelock import FileLock

from feedgen import config, night
from feedgen.errors import OutsideProblem, UnknownSeries
from feedgen.night import GoldensBroken
from feedgen.outcome import exit_code
from feedgen.run import Run
from feedgen.shipped import shipped
from tests.projects import COMEDY, GERMAN, SERIAL, copy_project, edit, feeds, make_project, publish


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """A project that has been published once; nobody writes into it."""
    folder = make_project(tmp_path_factory.mktemp("published"))
    outcomes = publish(folder)
    return folder, outcomes


@pytest.fixture
def project(published, tmp_path):
    """A copy of the published project that may be edited."""
    return copy_project(published[0], tmp_path / "project")


def test_the_three_sample_shows_are_published(published):
    """Every show of the sample goes the whole way, with no error and no warning of a check."""
    _, outcomes = published

    assert {slug: outcome.result for slug, outcome in outcomes.items()} == {
        SERIAL: "published",
        GERMAN: "published",
        COMEDY: "published",
    }
    findings = [f for o in outcomes.values() for f in o.findings if f.severity != "info"]
    assert findings == []


def test_the_artwork_is_the_one_the_rule_of_the_api_names(published):
    """square-3000 where the cover or its crop area is large enough, else itunes."""
    _, outcomes = published
    styles = {slug: outcome.artwork.chosen.style for slug, outcome in outcomes.items()}

    assert styles == {SERIAL: "square-3000", GERMAN: "square-3000", COMEDY: "itunes"}


@pytest.mark.parametrize("slug", [SERIAL, GERMAN, COMEDY])
def test_podcast_readers_find_everything(published, slug):
    """feedparser and podcastparser see every episode, enclosure and picture."""
    folder, outcomes = published
    path = folder / "feeds" / f"{slug}.xml"
    one = feedparser.parse(path.read_bytes())
    with path.open("rb") as file:
        other = podcastparser.parse("https://podcasts.example.com/", file)

    assert not one.bozo
    assert len(one.entries) == len(other["episodes"]) == outcomes[slug].items
    assert all(entry.enclosures[0].href and entry.id for entry in one.entries)
    assert all(episode["enclosures"][0]["file_size"] > 1000 for episode in other["episodes"])
    assert all(episode["total_time"] > 0 for episode in other["episodes"])
    assert one.feed.image.href == other["cover_url"]
    assert (folder / "feeds" / one.feed.image.href.split("example.com/")[1]).is_file()


def test_every_local_picture_a_feed_names_lies_beside_it(published):
    """Covers of series, seasons and episodes and the avatars are on air before the feed is."""
    folder, _ = published
    for path in (folder / "feeds").glob("*.xml"):
        text = path.read_text(encoding="utf-8")
        names = {part.split('"')[0].split("<")[0] for part in text.split("/media/images/")[1:]}

        assert names
        assert all((folder / "feeds" / "media" / "images" / name).is_file() for name in names)


def test_a_second_run_touches_nothing(project):
    """Unchanged means the same bytes and the same times of change."""
    before = feeds(project)
    outcomes = publish(project)

    assert {outcome.result for outcome in outcomes.values()} == {"unchanged"}
    assert feeds(project) == before


def test_two_projects_give_the_same_bytes(published, tmp_path):
    """Same catalogue, same time: every feed and picture is byte for byte the same."""
    publish(make_project(tmp_path / "other"))

    mine = {name: data for name, (data, _) in feeds(published[0]).items()}
    assert {name: data for name, (data, _) in feeds(tmp_path / "other").items()} == mine


def test_editing_one_title_changes_one_feed(project):
    """The other feeds keep their bytes and their time of change."""
    before = feeds(project)
    edit(
        project / "catalogue" / SERIAL / "episodes" / "s2e1.toml",
        'title = "Fog Over the Estuary"',
        'title = "Fog on the Estuary"',
    )
    outcomes = publish(project)
    after = feeds(project)

    assert {slug: outcome.result for slug, outcome in outcomes.items()} == {
        SERIAL: "published",
        GERMAN: "unchanged",
        COMEDY: "unchanged",
    }
    assert {name for name in before if before[name] != after[name]} == {f"{SERIAL}.xml"}
    assert b"Fog on the Estuary" in after[f"{SERIAL}.xml"][0]


def test_only_the_series_named_are_published(project):
    """The others are not looked at."""
    outcomes = publish(project, COMEDY)

    assert list(outcomes) == [COMEDY]


def test_an_unknown_series_is_refused_before_anything_is_done(project):
    """The message names the closest series there is."""
    before = feeds(project)
    with pytest.raises(UnknownSeries) as caught:
        publish(project, SERIAL, "wait-what")

    assert COMEDY in caught.value.hint
    assert feeds(project) == before


def fails_alone(project, slug, *words):
    """Publish and check that `slug` alone failed, said `words`, and kept its feed."""
    before = feeds(project)[f"{slug}.xml"]
    outcomes = publish(project)
    told = f"{outcomes[slug].reason} {outcomes[slug].hint}"

    assert {s for s, outcome in outcomes.items() if outcome.result == "failed"} == {slug}
    assert all(word in told for word in words), told
    assert feeds(project)[f"{slug}.xml"] == before
    return outcomes


def test_a_bad_catalogue_file_names_file_line_and_field(project):
    """The show with the mistake fails, the others are published."""
    edit(
        project / "catalogue" / SERIAL / "episodes" / "s2e1.toml",
        "title = ",
        'titel = "typo"\ntitle = ',
    )
    fails_alone(project, SERIAL, "s2e1.toml:1", "titel", "title")


def test_unreadable_artwork_keeps_the_feed_on_air(project):
    """A cover that is no picture any more: the artwork published last stays in use."""
    before = feeds(project)
    (project / "catalogue" / COMEDY / "cover.png").write_bytes(b"no picture at all")
    outcomes = publish(project)

    assert outcomes[COMEDY].on_air
    assert feeds(project)[f"{COMEDY}.xml"] == before[f"{COMEDY}.xml"]


def test_unreadable_artwork_of_a_new_show_fails_it(tmp_path):
    """A show that never had artwork can not be published with a broken cover."""
    folder = make_project(tmp_path)
    (folder / "catalogue" / COMEDY / "cover.png").write_bytes(b"no picture at all")
    outcomes = publish(folder)

    assert outcomes[COMEDY].result == "failed"
    assert "artwork" in outcomes[COMEDY].reason
    assert outcomes[SERIAL].result == outcomes[GERMAN].result == "published"


def test_audio_that_is_no_audio_fails_its_show(project):
    """The episode is named, the feed on air stays."""
    audio = project / "catalogue" / COMEDY / "episodes" / "001-queues.mp3"
    audio.write_text("<html>not found</html>" * 100)
    fails_alone(project, COMEDY, "Queues")


def test_control_characters_in_titles_never_reach_a_feed(project):
    """What XML forbids is removed on the way in; the rest of the title stays."""
    edit(
        project / "catalogue" / SERIAL / "episodes" / "s2e1.toml",
        'title = "Fog Over',
        'title = "Fog\\u0007\\u000b \\u0000Over',
    )
    outcomes = publish(project)

    assert outcomes[SERIAL].result in ("published", "unchanged")
    assert b"Fog Over the Estuary" in feeds(project)[f"{SERIAL}.xml"][0]


def test_two_episodes_with_one_guid_fail_their_show(project):
    """Apps would drop one of the two; both are named."""
    edit(
        project / "catalogue" / SERIAL / "episodes" / "s2e1.toml",
        "salt-and-signal/s2e1",
        "salt-and-signal/s2e2",
    )
    fails_alone(project, SERIAL, "guid", "s2e2")


def test_a_guid_that_changed_holds_its_show(project):
    """Everybody would download the episode again; the feed on air stays."""
    before = feeds(project)
    edit(
        project / "catalogue" / SERIAL / "episodes" / "s2e1.toml",
        "salt-and-signal/s2e1",
        "salt-and-signal/season-2-episode-1",
    )
    outcomes = publish(project)
    assert outcomes[SERIAL].result == "held"
    assert "season-2-episode-1" in outcomes[SERIAL].reason
    assert f"feedgen approve {SERIAL}" in outcomes[SERIAL].hint
    assert exit_code(outcomes.values()) == 4
    assert feeds(project) == before


def test_two_series_never_share_a_feed(project):
    """A feed_url that belongs to another series is refused."""
    edit(
        project / "catalogue" / COMEDY / "series.toml",
        "[feed]",
        f'[feed]\nfeed_url = "https://podcasts.example.com/{SERIAL}.xml"',
    )
    fails_alone(project, COMEDY, "another series")


def test_templates_that_break_a_golden_feed_stop_the_run(project):
    """Nothing is written, and the cases are named."""
    rss = shutil.copytree(shipped("templates") / "rss", project / "mine" / "rss")
    edit(rss / "item.xml", "<guid", "<guide")
    edit(rss / "item.xml", "</guid>", "</guide>")
    edit(project / "feedgen.toml", "[publish]", '[templates]\nfolder = "mine"\n\n[publish]')
    before = feeds(project)
    with pytest.raises(GoldensBroken, match="nothing was published") as caught:
        publish(project)

    assert caught.value.exit_code == 1
    assert len(caught.value.broken) > 8
    assert feeds(project) == before


def test_a_run_beside_another_is_refused(project):
    """Two runs at once would undo each other."""
    folder = config.load(project).state_folder
    with FileLock(folder / "run.lock"), pytest.raises(OutsideProblem, match="another run"):
        publish(project)


def test_what_was_published_is_remembered(published):
    """Every guid on air is in the ledger, and podcast:guid in the memory."""
    folder, _ = published
    state = sqlite3.connect(folder / ".feedgen" / "state.sqlite3")
    ledger = {guid for (guid,) in state.execute("select guid from guids")}
    on_air = {
        entry.id
        for path in (folder / "feeds").glob("*.xml")
        for entry in feedparser.parse(path.read_bytes()).entries
    }
    state.close()

    assert ledger == on_air


def test_a_lost_state_changes_no_feed(project):
    """The state is a memory; without it the same catalogue gives the same bytes."""
    before = feeds(project)
    shutil.rmtree(project / ".feedgen")
    outcomes = publish(project)

    assert {outcome.result for outcome in outcomes.values()} == {"unchanged"}
    assert feeds(project) == before


def test_the_gate_passes_with_the_templates_that_ship():
    """What is shipped does what its golden feeds say."""
    settings = None

    assert night.gate(settings, night.renderer_for(settings)) is None


def test_the_audio_of_a_local_catalogue_lies_beside_the_feed(published):
    """Every enclosure a feed names is in the folder that is uploaded, with the length it says."""
    folder, _ = published
    for path in (folder / "feeds").glob("*.xml"):
        for entry in feedparser.parse(path.read_bytes()).entries:
            enclosure = entry.enclosures[0]
            audio = folder / "feeds" / enclosure.href.removeprefix("https://podcasts.example.com/")

            assert audio.stat().st_size == int(enclosure.length)


def test_audio_that_was_replaced_is_published_again(project):
    """Its name is the episode's, so its bytes decide."""
    episodes = project / "catalogue" / COMEDY / "episodes"
    shutil.copy(episodes / "002-rock-paper.mp3", episodes / "001-queues.mp3")
    publish(project, COMEDY)
    files = {data for name, (data, _) in feeds(project).items() if name.startswith("media/epis")}

    assert (episodes / "002-rock-paper.mp3").read_bytes() in files
    assert len(files) == 11


def test_a_damaged_picture_on_air_is_mended(project):
    """A picture whose bytes are not those its name promises is written again."""
    before = feeds(project)
    pictures = sorted((project / "feeds" / "media" / "images").iterdir())
    for path in pictures:
        path.write_bytes(b"")
    outcomes = publish(project)

    assert {outcome.result for outcome in outcomes.values()} == {"unchanged"}
    assert {n: data for n, (data, _) in feeds(project).items()} == {
        n: data for n, (data, _) in before.items()
    }


def test_chapters_never_take_the_name_of_a_feed(project):
    """A template that leads to another show's feed is refused, that feed stays."""
    before = feeds(project)
    edit(
        project / "catalogue" / SERIAL / "series.toml",
        "[feed]",
        f'[feed]\nchapters_template = "https://podcasts.example.com/{COMEDY}.xml"',
    )
    outcomes = publish(project)

    assert outcomes[SERIAL].result == "failed"
    assert "chapters_template" in outcomes[SERIAL].hint
    assert feeds(project)[f"{COMEDY}.xml"] == before[f"{COMEDY}.xml"]


def test_a_bug_met_by_one_series_does_not_end_the_night(project, monkeypatch):
    """The others are published; the outcome and the exit code say that feedgen is at fault."""
    prepare = Run.prepare

    def broken(run, series):
        if series.slug == SERIAL:
            raise ZeroDivisionError("planted")
        return prepare(run, series)

    monkeypatch.setattr(Run, "prepare", broken)
    edit(project / "catalogue" / SERIAL / "series.toml", 'title = "', 'title = "The new ')
    outcomes = publish(project)

    assert {slug for slug, outcome in outcomes.items() if not outcome.on_air} == {SERIAL}
    assert "feedgen has a bug: ZeroDivisionError: planted" in outcomes[SERIAL].reason
    assert exit_code(outcomes.values()) == 70


def test_a_damaged_memory_of_one_series_fails_only_that(project):
    """What can not be read of the state costs one series its night, not the others theirs."""
    state = sqlite3.connect(project / ".feedgen" / "state.sqlite3")
    with state:
        state.execute(
            "update memory set facts = 'rubbish' where series_id ="
            " (select series_id from on_air where slug = ?)",
            (SERIAL,),
        )
    state.close()
    edit(project / "catalogue" / SERIAL / "series.toml", 'title = "', 'title = "The new ')
    outcomes = publish(project)

    assert {slug for slug, outcome in outcomes.items() if not outcome.on_air} == {SERIAL}


@pytest.mark.parametrize("damage", ["file", "folder"])
def test_a_lock_that_can_not_be_used_is_told_in_a_sentence(project, damage):
    """Not "another run", and no traceback."""
    state = project / ".feedgen"
    if damage == "file":
        shutil.rmtree(state)
        state.write_text("a file")
    else:
        (state / "run.lock").unlink()
        (state / "run.lock").mkdir()
    with pytest.raises(OutsideProblem, match="can not use the lock"):
        publish(project)
