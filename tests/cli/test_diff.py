"""`feedgen diff` as it is typed."""

import json

import pytest
from click.testing import CliRunner, Result

import feedgen.cli
from tests.check.host import serving
from tests.check.show import FEED

CHANGED = FEED.replace(b">Cast Off<", b">Cast Away<").replace(b"ferry-0000-0002", b"ferry-2")


def typed(*arguments: str, stdin: bytes = b"") -> Result:
    """Return what the command answers."""
    return CliRunner().invoke(feedgen.cli.program, ["diff", *arguments], input=stdin)


@pytest.fixture
def feeds(tmp_path):
    """The same feed before and after."""
    (tmp_path / "old.xml").write_bytes(FEED)
    (tmp_path / "new.xml").write_bytes(CHANGED)
    return tmp_path


def test_equal_feeds_leave_with_0(feeds):
    """No difference: nothing on stdout, a word on stderr."""
    result = typed(str(feeds / "old.xml"), "-", stdin=FEED.replace(b"<item>", b"\n<item>"))

    assert (result.exit_code, result.stdout) == (0, "")
    assert "no difference" in result.stderr


def test_changes_are_told_in_sentences(feeds):
    """Each change is a line, with what apps do about it; different feeds leave with 1."""
    result = typed(str(feeds / "old.xml"), str(feeds / "new.xml"))

    assert result.exit_code == 1
    assert "“Cast Away”: the title changed from “Cast Off” to “Cast Away”" in result.stdout
    assert "→ apps take it for a new episode" in result.stdout
    assert "2 changes" in result.stderr


def test_json_holds_every_change(feeds):
    """JSON has kind, guid, element, old and new of each change."""
    result = typed("--json", str(feeds / "old.xml"), str(feeds / "new.xml"))
    changes = json.loads(result.stdout)["changes"]

    assert {(change["kind"], change["element"]) for change in changes} == {
        ("guid", "guid"),
        ("changed", "title"),
    }
    assert {change["where"] for change in changes} == {"item"}


def test_spellings_count_only_when_asked(feeds):
    """Another zone for the same instant, or another build date, is a difference with --exact."""
    raw = FEED.replace(b"+0000</pub", b"-0000</pub").replace(b"by hand", b"by foot")

    assert typed(str(feeds / "old.xml"), "-", stdin=raw).exit_code == 0
    assert typed("--exact", str(feeds / "old.xml"), "-", stdin=raw).exit_code == 1
    ignored = ("--ignore", "pubDate", "--ignore", "generator")
    assert typed("--exact", *ignored, str(feeds / "old.xml"), "-", stdin=raw).exit_code == 0


def test_a_feed_on_air_is_compared_with_a_file(feeds):
    """Either side may be a URL: what a host serves today against what is to come."""
    with serving() as host:
        host.files["/feed"] = ("application/rss+xml", FEED)
        same = typed(f"{host.url}/feed", str(feeds / "old.xml"))
        other = typed(f"{host.url}/feed", str(feeds / "new.xml"))

    assert (same.exit_code, other.exit_code) == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["diff", "-", "-"], 2), (["diff", "none.xml", "none.xml"], 2), (["diff", "one"], 2)],
)
def test_what_can_not_be_compared_leaves_with_2(arguments, code, capsys):
    """Nothing is compared, and stderr says why."""
    with pytest.raises(SystemExit) as caught:
        feedgen.cli.main(arguments)

    assert caught.value.code == code
    assert "rror: " in capsys.readouterr().err


def test_many_changes_alike_are_told_as_one(feeds):
    """A move to another host changes every address; five are shown, the others counted."""
    item = FEED[FEED.rindex(b"    <item>") : FEED.index(b"  </channel>")]
    many = b"".join(item.replace(b"ferry-0000-0001", b"f-%d" % n) for n in range(20))
    old = FEED.replace(b"  </channel>", many + b"  </channel>")
    (feeds / "long.xml").write_bytes(old)
    moved = old.replace(b"//audio.ferry.example", b"//media.example")
    short = typed(str(feeds / "long.xml"), "-", stdin=moved).stdout
    long = typed("--all", str(feeds / "long.xml"), "-", stdin=moved).stdout

    assert short.count("the audio URL changed") == 5
    assert f"… and {long.count('the audio URL changed') - 5} more: enclosure@url changed" in short
    assert long.count("the audio URL changed") > 20
    assert "--all shows them" not in long


def test_the_summary_says_what_listeners_get_again(feeds):
    """It is the first thing whoever plans a move wants to know."""
    result = typed(str(feeds / "old.xml"), str(feeds / "new.xml"))

    assert "2 changes; listeners get 1 episode again: another guid" in result.stderr
