"""`feedgen explain` and `feedgen render`, as people run them."""

import json
import subprocess
import sys

import pytest

from tests.projects import COMEDY, SERIAL, copy_project, edit, feeds, make_project, publish

AT = "2026-11-01T00:00:00Z"


def feedgen(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "feedgen", *arguments, "--project", str(folder)],
        capture_output=True,
        timeout=120,
        check=False,
    )


def told(done):
    return done.stdout.decode()


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A published project; nobody writes into it."""
    folder = make_project(tmp_path_factory.mktemp("project"))
    path = folder / "catalogue" / SERIAL / "series.toml"
    path.write_text(
        path.read_text(encoding="utf-8") + "\n[feed.feeds.one]\nseasons = [1]\nmax_items = 2\n",
        encoding="utf-8",
    )
    publish(folder)
    return folder


def test_explain_tells_every_element_and_every_episode(project):
    """Values with their source, and why an episode is out."""
    done = feedgen(project, "explain", SERIAL, "--at", AT)

    assert done.returncode == 0, done.stderr
    assert "from the API field Series.title" in told(done)
    assert f"from the setting license, in the show's folder {SERIAL}" in told(done)
    assert "It comes out at 2099-01-01T06:00:00Z, which is still to come." in told(done)
    assert "\x1b" not in told(done)


def test_explain_an_element_of_an_episode_that_is_out_says_why(project):
    """It has no elements, and silence would be no answer."""
    done = feedgen(project, "explain", SERIAL, "The Last Lamp", "itunes:image", "--at", AT)

    assert done.returncode == 1
    assert "It comes out at 2099-01-01T06:00:00Z, which is still to come." in told(done)


def test_explain_one_element_of_one_episode(project):
    """The episode by its title, the element by its name."""
    done = feedgen(project, "explain", SERIAL, "The Keeper's Log", "itunes:episode", "--at", AT)

    assert done.returncode == 0, done.stderr
    assert told(done).splitlines() == [
        "itunes:episode  1",
        f"    from the setting episode_number, in the show's folder {SERIAL}",
    ]


def test_explain_an_episode_that_is_not_in_the_feed_is_exit_1(project):
    """The answer is no, with the reason."""
    done = feedgen(project, "explain", SERIAL, "The Last Lamp", "--at", AT)

    assert done.returncode == 1
    assert "which is still to come" in told(done)


def test_explain_at_a_time_to_come(project):
    """The same question for the day after its release."""
    done = feedgen(project, "explain", SERIAL, "The Last Lamp", "--at", "2099-01-02T00:00:00Z")

    assert done.returncode == 0, done.stderr
    assert "It is in the feed since 2099-01-01T06:00:00Z" in told(done)


def test_explain_a_further_feed(project):
    """Its own limits are named."""
    done = feedgen(project, "explain", SERIAL, "--variant", "one", "--json", "--at", AT)
    found = json.loads(done.stdout)
    reasons = {each["reason"] for each in found["episodes"]}

    assert found["address"] == f"https://podcasts.example.com/{SERIAL}.one.xml"
    assert "It is not of the seasons or types that this feed is limited to." in reasons
    assert "It is older than the newest 2 (max_items)." in reasons


def test_explain_a_series_that_can_not_be_published(project, tmp_path):
    """There is no feed, and it says why."""
    folder = copy_project(project, tmp_path / "project")
    edit(folder / "catalogue" / COMEDY / "series.toml", 'language = "en-GB"\n', "")
    done = feedgen(folder, "explain", COMEDY, "--at", AT)

    assert done.returncode == 1
    assert "There is no feed: series 'wait-what-and-why' names no language" in told(done)
    assert "It would be in the feed, but the feed can not be made." in told(done)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["explain", SERIAL, "The Keepers Log"], "did you mean"),
        (["explain", SERIAL, "--tag", "titel"], "did you mean 'title'?"),
        (["explain", "salt-and-signals"], "did you mean 'salt-and-signal'?"),
        (["render", "salt-and-signals"], "did you mean 'salt-and-signal'?"),
        (["render", SERIAL, "--variant", "two"], "it has: one"),
        (["render", SERIAL, "--document", "2"], "the feed has 1 document(s), not 2"),
    ],
)
def test_a_slip_is_two_lines_and_no_traceback(project, arguments, word):
    """What happened, and what to do."""
    done = feedgen(project, *arguments)
    said = done.stderr.decode()

    assert done.returncode in (2, 4)
    assert done.stdout == b""
    assert word in said
    assert said.startswith("error: ")
    assert "Traceback" not in said


def test_render_prints_the_very_bytes_that_are_on_air(project):
    """And writes nothing."""
    before = feeds(project)
    done = feedgen(project, "render", SERIAL, "--at", AT)

    assert done.returncode == 0, done.stderr
    assert done.stdout == before[f"{SERIAL}.xml"][0]
    assert feeds(project) == before


def test_render_a_further_feed_and_a_time_to_come(project):
    """Any feed as it will be at any moment."""
    one = feedgen(project, "render", SERIAL, "--variant", "one", "--at", AT)
    later = feedgen(project, "render", SERIAL, "--at", "2099-01-02T00:00:00Z")

    assert one.stdout == (project / "feeds" / f"{SERIAL}.one.xml").read_bytes()
    assert b"The Last Lamp" in later.stdout
    assert b"The Last Lamp" not in one.stdout


def test_render_remembers_nothing(project):
    """A look into the future gives no number away and changes no feed of today."""
    feedgen(project, "render", SERIAL, "--at", "2099-01-02T00:00:00Z")
    outcome = publish(project, SERIAL)[SERIAL]

    assert {each.result for each in outcome.feeds} == {"unchanged"}
