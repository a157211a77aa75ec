"""Golden feeds: what must come out does, and nobody changes that unseen."""

import shutil

import pytest

from feedgen import config, golden, night
from feedgen.errors import Refused, UsageProblem
from feedgen.feed.render import Renderer, TemplateProblem
from feedgen.night import GoldensBroken
from feedgen.shipped import shipped

CASES = golden.cases(shipped("golden_feeds"))


@pytest.fixture(scope="module")
def renderer():
    return Renderer()


@pytest.fixture
def case(tmp_path):
    """A copy of one case that may be edited."""
    return shutil.copytree(
        shipped("golden_feeds") / "only-itunes", tmp_path / "goldens" / "only-itunes"
    )


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_a_golden_feed_comes_out_as_it_must(path, renderer):
    """Documents and settings of the case give exactly its feed, or exactly its refusal."""
    verdict = golden.verify_case(path, renderer)

    assert [change.sentence for change in verdict.differences] == []
    assert verdict.problem == ""


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_a_golden_feed_is_what_would_be_written_today(path, renderer):
    """Not only the meaning, every byte is what accepting it again would write."""
    produced = golden.produce(path, golden.case_file(path), renderer)

    assert (path / produced.kind).read_bytes() == produced.data


def test_there_are_enough_cases_and_each_says_what_it_shows():
    """A case is named for one thing and says in a sentence what that is."""
    shows = [golden.case_file(path).shows for path in CASES]

    assert len(CASES) >= 8
    assert len(set(shows)) == len(shows)
    assert all(len(sentence) > 20 for sentence in shows)


def test_a_difference_names_item_element_old_and_new(case, renderer):
    """An edited title in what goes in is told as the change a listener would see."""
    path = case / "api" / "episodes.json"
    path.write_text(path.read_text().replace('"title": "Tide 1"', '"title": "Tide One"'))
    verdict = golden.verify_case(case, renderer)
    sentences = " ".join(change.sentence for change in verdict.differences)

    assert not verdict.passed
    assert "Tide 1" in sentences
    assert "Tide One" in sentences


def test_accepting_takes_the_difference_over(case, renderer, monkeypatch):
    """After accept the case passes; a second accept changes nothing."""
    monkeypatch.delenv("CI", raising=False)
    path = case / "api" / "episodes.json"
    path.write_text(path.read_text().replace('"title": "Tide 1"', '"title": "Tide One"'))

    assert golden.accept(case, renderer) is True
    assert golden.verify_case(case, renderer).passed
    assert golden.accept(case, renderer) is False


def test_accepting_is_refused_where_ci_is_set(case, renderer, monkeypatch):
    """A machine never changes what must come out."""
    monkeypatch.setenv("CI", "true")
    before = (case / "feed.xml").read_bytes()
    with pytest.raises(Refused, match="CI"):
        golden.accept(case, renderer)

    assert (case / "feed.xml").read_bytes() == before


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("case.toml", "shows = 1\n", "case.toml: now: is missing"),
        ("api/series.json", "<html>", "can not be rendered"),
        ("api/series.json", '{"data": []}', "can not be rendered"),
        ("api/series.json", "<html>", "series.json: the answer is no JSON"),
        ("feed.xml", "<rss><channel>", "its feed.xml is broken, it is not well-formed XML"),
        ("feed.xml", "", "its feed.xml is broken"),
        ("feed.xml", "\x00", "its feed.xml is broken"),
    ],
)
def test_a_broken_case_is_a_verdict_and_no_traceback(case, renderer, file, text, told):
    """What can not be read fails the case and says why."""
    (case / file).write_text(text)
    verdict = golden.verify_case(case, renderer)

    assert not verdict.passed
    assert told in verdict.problem


def test_a_case_without_a_feed_says_how_to_get_one(case, renderer):
    """A new case has nothing to compare with until somebody accepts it."""
    (case / "feed.xml").unlink()

    assert "golden accept only-itunes" in golden.verify_case(case, renderer).problem


def test_a_feed_where_a_refusal_must_come_out_is_a_difference(case, renderer):
    """A case may demand that a series is refused."""
    (case / "feed.xml").rename(case / "problem.txt")

    assert golden.verify_case(case, renderer).problem == (
        "the series must be refused, a feed came out"
    )


@pytest.mark.parametrize("name", ["api/extra.json", "feed.xml", "case.toml"])
def test_a_folder_in_place_of_a_file_is_a_verdict(case, renderer, name, monkeypatch):
    """Verifying says so, accepting refuses; neither ends in a traceback."""
    monkeypatch.delenv("CI", raising=False)
    (case / name).unlink(missing_ok=True)
    (case / name).mkdir()
    verdict = golden.verify_case(case, renderer)

    assert not verdict.passed
    assert str(case / name) in verdict.problem
    with pytest.raises(UsageProblem) as caught:
        golden.accept(case, renderer)
    assert str(case / name) in caught.value.message
    assert caught.value.exit_code == 2


def test_a_bug_met_by_a_case_is_a_verdict(case):
    """The other cases are still verified."""
    verdict = golden.verify_case(case, None)

    assert "feedgen has a bug: AttributeError" in verdict.problem


@pytest.mark.parametrize("folder", ["feed.xml", "problem.txt"])
def test_what_can_not_be_written_is_told(case, renderer, folder, monkeypatch):
    """A folder stands where a file must be written or deleted; nothing is left half-written."""
    monkeypatch.delenv("CI", raising=False)
    (case / folder).unlink(missing_ok=True)
    (case / folder / "kept").mkdir(parents=True)
    with pytest.raises(UsageProblem, match="can not"):
        golden.accept(case, renderer)

    assert (case / folder / "kept").is_dir()
    assert not list(case.glob(".*"))


def test_a_feed_is_replaced_whole_or_not_at_all(case, renderer, monkeypatch):
    """While it is written the old one stays, and a reader who has it open reads on."""
    monkeypatch.delenv("CI", raising=False)
    before = (case / "feed.xml").read_bytes()
    (case / "feed.xml").write_bytes(b"<rss/>")
    with (case / "feed.xml").open("rb") as reader:
        assert golden.accept(case, renderer) is True

        assert reader.read() == b"<rss/>"
    assert (case / "feed.xml").read_bytes() == before


@pytest.mark.parametrize("name", [None, "cas.toml", "CASE.toml", "case.toml.txt"])
def test_a_folder_without_a_case_file_is_a_broken_case(case, renderer, name):
    """A slip in the name of a file takes no case away."""
    (case / "case.toml").rename(case / name) if name else (case / "case.toml").unlink()
    (verdict,) = golden.verify(case.parent, renderer)

    assert f"{case}: holds no case.toml" in verdict.problem
    assert (f", only {name!r}" in verdict.problem) is (name is not None)
    with pytest.raises(GoldensBroken, match="nothing was published") as caught:
        night.gate(projected(case.parent), renderer)
    assert caught.value.details == (f"only-itunes: {verdict.problem}",)


def test_files_and_hidden_folders_beside_the_cases_are_none(case):
    """A contract, notes, and what other programs leave behind."""
    (case.parent / "contract.toml").write_text("")
    (case.parent / "README.md").write_text("")
    (case.parent / ".git").mkdir()

    assert golden.cases(case.parent) == (case,)
    assert golden.cases(case.parent / "absent") == ()
    with pytest.raises(UsageProblem, match="can not read"):
        golden.cases(case.parent / "README.md")


def projected(goldens):
    """Return the configuration of a project with golden feeds of its own."""
    (goldens.parent / "feedgen.toml").write_text(
        '[catalogue]\nfolder = "shows"\n[publish]\nfolder = "feeds"\n'
        f'url = "https://podcasts.example.com"\n[golden]\nfolder = "{goldens.name}"\n'
    )
    return config.load(goldens.parent)


@pytest.mark.parametrize("made", [True, False])
def test_a_gate_without_cases_does_not_open(tmp_path, renderer, made):
    """An empty folder, and one that is not there yet, judge nothing and so let nothing out."""
    goldens = tmp_path / "goldens"
    if made:
        (goldens / ".git").mkdir(parents=True)
    with pytest.raises(UsageProblem, match="no golden cases") as caught:
        night.gate(projected(goldens), renderer)

    assert str(goldens) in caught.value.message
    assert "golden accept" in caught.value.hint
    assert caught.value.exit_code == 2


def test_a_broken_template_is_told_as_itself(tmp_path, case, monkeypatch):
    """Once, with file and line: not as twenty feeds that differ."""
    monkeypatch.delenv("CI", raising=False)
    mine = tmp_path / "mine" / "rss"
    mine.mkdir(parents=True)
    (mine / "item.xml").write_text("{% macro item(item) %}\n{{ item.titel }}{% endmacro %}")
    broken = Renderer([mine])
    for attempt in (
        lambda: night.gate(None, broken),
        lambda: golden.verify_case(case, broken),
        lambda: golden.accept(case, broken),
    ):
        with pytest.raises(TemplateProblem, match="titel") as caught:
            attempt()
        assert (caught.value.file, caught.value.line) == (str(mine / "item.xml"), 2)


def test_a_broken_feed_is_told_to_who_reads_them_all(case):
    """What all golden feeds have in common can not be told from one that is broken."""
    assert len(list(golden.feeds(case.parent))) == 1
    (case / "feed.xml").write_text("<rss>")
    with pytest.raises(UsageProblem, match="is broken") as caught:
        list(golden.feeds(case.parent))

    assert str(case / "feed.xml") in caught.value.message
