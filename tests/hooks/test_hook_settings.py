"""`[hooks.<name>]`: what it takes, what it refuses, and where its secret comes from."""

import pytest

from feedgen import config
from feedgen.errors import Mistakes, UsageProblem
from feedgen.hooks.settings import HookSettings
from tests.projects import make_project


def load(folder, text):
    """Return the configuration of a project with these hooks."""
    make_project(folder)
    with (folder / "feedgen.toml").open("a", encoding="utf-8") as file:
        file.write(text)
    return config.load(folder)


def test_a_hook_needs_little_more_than_its_kind_and_where_its_secret_is(tmp_path):
    """The signature and the mapping follow from the kind."""
    found = load(tmp_path, '[hooks.cms]\nkind = "ghost"\nsecret_env = "X"\n').hooks["cms"]
    assert (found.scheme, found.tolerance, found.body_limit) == ("ghost", 300, 1_000_000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[hooks.cms]\nkind = "ghost"\n', "no hook works without a secret"),
        ('[hooks.cms]\nsecret_env = "X"\nsecret_file = "y"\n', "expected one of"),
        ('[hooks.cms]\nsecret = "hunter2"\n', "unknown key"),
        ('[hooks.cms]\nsecret_env = "X"\nkind = "joomla"\n', "hooks.cms.kind"),
        ('[hooks.cms]\nsecret_env = "X"\nseries = "a.["\n', "JMESPath"),
        ('[hooks.cms]\nsecret_env = "X"\nchanged = "newest(items)"\n', "none: newest()"),
        ('[hooks.cms]\nsecret_env = "X"\nheader = "X-Mine"\n', "header"),
        ('[hooks."../etc"]\nsecret_env = "X"\n', "no name of a hook"),
        ('[hooks.cms]\nsecret_env = "X"\ntolerance = 0\n', "hooks.cms.tolerance"),
    ],
)
def test_a_mistake_is_said_with_its_place(tmp_path, text, said):
    """What can not work is refused before anything listens."""
    with pytest.raises(Mistakes) as caught:
        load(tmp_path, text)
    assert any(said in str(each) for each in caught.value.mistakes)


def test_a_secret_comes_from_the_environment_or_from_a_file(tmp_path, monkeypatch):
    """A file may hold several, for the time in which one replaces another."""
    monkeypatch.setenv("A_HOOK_SECRET", "a-secret-that-is-long-enough")
    assert HookSettings(secret_env="A_HOOK_SECRET").secrets(tmp_path) == (
        "a-secret-that-is-long-enough",
    )
    (tmp_path / "secret").write_text("the-new-one-of-them-all\nthe-old-one-of-them-all\n")
    assert len(HookSettings(secret_file="secret").secrets(tmp_path)) == 2


@pytest.mark.parametrize("text", ["", "   \n", "too-short", "long-enough-for-this but-short"])
def test_a_secret_that_is_none_is_refused(tmp_path, text):
    """An empty, a short or an absent secret is as good as no secret, and never shown."""
    (tmp_path / "secret").write_text(text)
    for name in ("secret", "absent"):
        with pytest.raises(UsageProblem) as caught:
            HookSettings(secret_file=name).secrets(tmp_path)
        assert not text.split() or text.split()[0] not in str(caught.value)
