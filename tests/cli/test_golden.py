"""`feedgen golden`: what it prints, what it writes, how it ends."""

import json
import tomllib

import pytest
from click.testing import CliRunner

from feedgen import cli, golden
from feedgen.shipped import shipped
from tests.projects import COMEDY, GERMAN, SERIAL, edit, feeds, make_project, publish

GOLDEN = '[golden]\nfolder = "golden_feeds"\n\n[publish]'
ADDITION = "{% macro item(item, feed) %}      <category>extra</category>\n{% endmacro %}\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project whose own golden folder is named, but not there yet."""
    monkeypatch.delenv("CI", raising=False)
    folder = make_project(tmp_path / "project")
    edit(folder / "feedgen.toml", "[publish]", GOLDEN)
    return folder


def feedgen(folder, *arguments):
    """Run the command line in this process; return its exit code, stdout and stderr."""
    runner = CliRunner()
    with runner.isolation() as (out, err, _):
        with pytest.raises(SystemExit) as left:
            cli.main([*arguments, "--project", str(folder)])
        return left.value.code, out.getvalue().decode(), err.getvalue().decode()


def own_template(folder, name, text):
    path = folder / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if "[templates]" not in (folder / "feedgen.toml").read_text():
        edit(folder / "feedgen.toml", "[publish]", '[templates]\nfolder = "templates"\n[publish]')
    return path


def test_accept_starts_the_folder(project):
    """The cases that come with feedgen are copied into it, and are called that."""
    code, out, _ = feedgen(project, "golden", "accept", "crop", "only-itunes")

    assert code == 0
    assert out.splitlines() == ["copied     crop", "copied     only-itunes"]
    assert sorted(p.name for p in (project / "golden_feeds").iterdir()) == ["crop", "only-itunes"]
    assert feedgen(project, "golden", "accept", "crop")[1] == "unchanged  crop\n"
    assert feedgen(project, "golden", "verify")[0] == 0


def test_accept_copies_every_case_that_is_lacking(project):
    """One that is there is kept as it is; one that differs is called accepted."""
    own_template(project, "rss/additions.xml", ADDITION)
    code, out, _ = feedgen(project, "golden", "accept")
    words = {line.split()[0] for line in out.splitlines()}

    assert code == 0
    assert len(out.splitlines()) == len(golden.cases(shipped("golden_feeds")))
    assert words == {"accepted", "copied"}  # a refusal stays a refusal
    assert b"extra" in (project / "golden_feeds" / "crop" / "feed.xml").read_bytes()


def test_publish_before_accept_says_what_to_run(project):
    """Without cases nothing is judged, and nothing published."""
    code, _, err = feedgen(project, "publish")

    assert code == 2
    assert f"error: there are no golden cases in {project / 'golden_feeds'}" in err
    assert "hint: 'feedgen golden accept' copies those" in err
    assert not (project / "feeds").exists()
    (project / "golden_feeds").mkdir()
    assert feedgen(project, "publish")[0] == 2
    assert not (project / "feeds").exists()


def test_a_file_in_place_of_the_folder_is_exit_2(project):
    """With the line of feedgen.toml."""
    (project / "golden_feeds").write_text("")
    code, _, err = feedgen(project, "golden", "accept")

    assert code == 2
    assert "feedgen.toml" in err
    assert "golden.folder" in err


@pytest.mark.parametrize("command", ["accept", "verify"])
def test_an_unknown_case_of_a_folder_that_lacks_all_is_exit_2(project, command):
    """Two lines, and no folder left behind."""
    code, _, err = feedgen(project, "golden", command, "nonsense")

    assert code == 2
    assert "no golden cases" in err
    assert not (project / "golden_feeds").exists()


@pytest.mark.parametrize(
    "arguments", [("golden", "verify"), ("golden", "accept"), ("publish",), ("publish", "--json")]
)
def test_a_broken_template_is_told_once_with_its_line(project, arguments):
    """Exit 2, whatever came across it, and no word of golden feeds."""
    feedgen(project, "golden", "accept", "crop", "only-itunes")
    path = own_template(
        project, "rss/item.xml", "{% macro item(item) %}\n{{ item.class }}{% endmacro %}"
    )
    code, out, err = feedgen(project, *arguments)

    assert code == 2
    assert out == ""
    assert err.splitlines()[0].startswith(f"error: {path}:2: ")
    assert err.count("item.xml") == 1
    assert not (project / "feeds").exists()


@pytest.mark.parametrize("arguments", [("golden", "verify"), ("golden", "accept"), ("publish",)])
def test_a_template_in_the_wrong_place_is_told_with_the_right_one(project, arguments):
    """It would be ignored, and the shipped one used without a word."""
    path = own_template(project, "item.xml", "{% macro item(item) %}<item/>{% endmacro %}")
    code, _, err = feedgen(project, *arguments)

    assert code == 2
    assert f"error: the template {path} is not used" in err
    assert f"hint: it belongs at {path.parent / 'rss' / 'item.xml'}" in err


def test_verify_tells_a_broken_case_and_goes_on(project):
    """Each case has its verdict, and the exit code says that one is broken."""
    feedgen(project, "golden", "accept", "crop", "only-itunes")
    cases = project / "golden_feeds"
    (cases / "crop" / "case.toml").rename(cases / "crop" / "cas.toml")
    (cases / "only-itunes" / "api" / "x.json").mkdir()
    code, out, _ = feedgen(project, "golden", "verify", "--json")
    problems = {each["case"]: each["problem"] for each in json.loads(out)}

    assert code == 1
    assert "holds no case.toml, only 'cas.toml'" in problems["crop"]
    assert "x.json: Is a directory" in problems["only-itunes"]


def test_contract_of_no_cases_and_of_a_broken_feed_is_exit_2(project):
    """What all have in common can not be told."""
    assert feedgen(project, "golden", "contract")[0] == 2
    feedgen(project, "golden", "accept", "crop")
    assert feedgen(project, "golden", "contract")[0] == 0
    (project / "golden_feeds" / "crop" / "feed.xml").write_text("<rss>")
    code, out, err = feedgen(project, "golden", "contract", "--write")

    assert (code, out) == (2, "")
    assert "crop" in err


def test_add_names_the_folder_only_when_there_is_a_case(project):
    """A folder without cases would keep every feed from being published."""
    edit(project / "feedgen.toml", GOLDEN, "[publish]")
    before = (project / "feedgen.toml").read_text()
    assert feedgen(project, "golden", "add", "mine", "--from", "nobody")[0] == 2
    assert (project / "feedgen.toml").read_text() == before
    assert not (project / "golden_feeds").exists()
    code, out, err = feedgen(project, "golden", "add", "mine", "--from", COMEDY)

    assert code == 0, err
    assert "case.toml" in out
    settings = tomllib.loads((project / "feedgen.toml").read_text())
    assert settings["golden"] == {"folder": "golden_feeds"}
    assert feedgen(project, "golden", "verify")[0] == 0
    assert {outcome.result for outcome in publish(project).values()} == {"published"}


def test_a_case_of_one_show_judges_the_templates_of_all(project):
    """From taking a show down to a broken template: the night does not begin."""
    edit(project / "feedgen.toml", GOLDEN, "[publish]")
    assert feedgen(project, "golden", "add", "mine", "--from", COMEDY)[0] == 0
    assert feedgen(project, "publish")[0] == 0
    feedgen(project, "templates", "eject", str(project / "templates"))
    edit(project / "feedgen.toml", "[publish]", '[templates]\nfolder = "templates"\n\n[publish]')
    assert feedgen(project, "golden", "verify")[0] == 0
    edit(
        project / "templates" / "rss" / "item.xml",
        "<itunes:duration>{{ item.duration }}</itunes:duration>",
        "",
    )
    before = feeds(project)
    code, _, err = feedgen(project, "publish")

    assert code == 1
    assert "do not come out as they must: mine; nothing was published" in err
    assert "the duration was removed" in err
    assert feeds(project) == before


def test_the_contract_catches_what_no_case_can(project):
    """A template that drops an element of one show alone, which has no case."""
    edit(project / "feedgen.toml", GOLDEN, "[publish]")
    feedgen(project, "golden", "add", "mine", "--from", COMEDY)
    assert feedgen(project, "publish")[0] == 0
    code, out, _ = feedgen(project, "golden", "contract", "--write")
    derived = tomllib.loads(out)
    assert code == 0
    assert {"podcast:locked", "itunes:image@href"} <= set(derived["channel"])
    assert feedgen(project, "publish")[0] == 0

    feedgen(project, "templates", "eject", str(project / "templates"))
    edit(project / "feedgen.toml", "[publish]", '[templates]\nfolder = "templates"\n\n[publish]')
    template = project / "templates" / "rss" / "channel.xml"
    text = template.read_text()
    at, end = text.index("<podcast:locked"), text.index("</podcast:locked>") + 17
    template.write_text(
        f"{text[:at]}{{% if feed.language[:2] != 'de' %}}{text[at:end]}{{% endif %}}{text[end:]}"
    )
    code, out, _ = feedgen(project, "publish")
    (failed,) = [line for line in out.splitlines() if line.startswith("failed")]

    assert code == 4
    assert GERMAN in failed
    assert "lacks what every feed must contain: podcast:locked" in failed


def test_a_contract_asks_of_a_show_nothing_it_never_had(project):
    """Derived from the case of one show, it leaves out what the others do without."""
    feedgen(project, "golden", "add", "mine", "--from", SERIAL)
    assert feedgen(project, "publish")[0] == 0
    derived = tomllib.loads(feedgen(project, "golden", "contract")[1])

    assert b"<podcast:funding" in (project / "golden_feeds" / "mine" / "feed.xml").read_bytes()
    assert "podcast:funding" not in derived["channel"]


def test_a_document_a_feed_does_not_have_is_a_slip_in_the_case(project):
    """It is the case that is wrong, not the series."""
    feedgen(project, "golden", "accept", "paged-second-page")
    edit(
        project / "golden_feeds" / "paged-second-page" / "case.toml",
        "document = 2",
        "document = 9",
    )
    code, _, err = feedgen(project, "golden", "accept", "paged-second-page")

    assert code == 2
    assert "document = 9, but the feed has" in err
