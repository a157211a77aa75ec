"""The golden feeds hold every line of every template: none can go without one of them failing."""

import re

import pytest

from feedgen import golden
from feedgen.errors import UsageProblem
from feedgen.feed.render import Renderer
from feedgen.shipped import shipped

TEMPLATES = shipped("templates") / "rss"
# The richest first: most of what goes is missed by them.
RICH = ["every-element", "two-of-everything", "art19-compat", "publisher-feed"]
CASES = sorted(
    golden.cases(shipped("golden_feeds")),
    key=lambda case: RICH.index(case.name) if case.name in RICH else len(RICH),
)
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.xml"))
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def writes(line):
    """Tell whether a line of a template writes something; a user's additions are not ours."""
    bare = re.sub(r"\{%.*?%\}", "", line).strip()
    return bool(bare) and "additions." not in line


def attributes(text):
    """Yield the text without each of the attributes that are written one by one."""
    for found in re.finditer(r'"[\w-]+": [^,}]+,?', text):
        yield found.group(), text[: found.start()] + text[found.end() :]


def lines(text):
    """Yield the text without each of its lines that write something."""
    every = text.split("\n")
    for at, line in enumerate(every):
        if writes(line):
            yield line.strip(), "\n".join(every[:at] + every[at + 1 :])


def notices(folder):
    """Tell whether a golden feed fails with the templates of `folder`."""
    try:
        renderer = Renderer([folder])
        return any(not golden.verify_case(case, renderer).passed for case in CASES)
    except UsageProblem:
        return True


def missed(name, folder, mutants):
    text = COMMENT.sub("", (TEMPLATES / name).read_text(encoding="utf-8"))
    path = folder / "rss" / name
    path.parent.mkdir(parents=True)
    found = []
    for what, mutant in mutants(text):
        path.write_text(mutant, encoding="utf-8")
        if not notices(folder / "rss"):
            found.append(what)
    return found


def test_the_templates_as_they_are_pass(tmp_path):
    """What is noticed is the line that went, and nothing else."""
    assert not notices(tmp_path / "rss")


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_a_template_can_go(name, tmp_path):
    """Without any one line that writes something, a golden feed fails."""
    assert missed(name, tmp_path, lines) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_attribute_of_a_template_can_go(name, tmp_path):
    """Nor any attribute that is only written where there is a value for it."""
    assert missed(name, tmp_path, attributes) == []
