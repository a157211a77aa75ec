"""Where a credential comes from, and that it is shown to nobody."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from feedgen.art19.credential import Credential
from feedgen.errors import Mistakes, UsageProblem


def test_the_environment_gives_a_credential(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both variables together are a credential, and they win over a file."""
    monkeypatch.setenv("FEEDGEN_ART19_CREDENTIAL", "id-1")
    monkeypatch.setenv("FEEDGEN_ART19_TOKEN", "secret-1")

    assert Credential.from_environment() == Credential("id-1", "secret-1")
    assert Credential.find(Path("/nonexistent/credential.toml")) == Credential("id-1", "secret-1")


def test_half_a_credential_is_named() -> None:
    """The message names the variable that is not set and never the value of the other."""
    with pytest.raises(UsageProblem) as caught:
        Credential.from_environment({"FEEDGEN_ART19_TOKEN": "secret-1"})

    assert "FEEDGEN_ART19_CREDENTIAL not set" in caught.value.message
    assert "secret-1" not in caught.value.message + caught.value.hint


def test_a_private_file_gives_a_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A file only its owner can read is used without a word."""
    for name in ("FEEDGEN_ART19_CREDENTIAL", "FEEDGEN_ART19_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "credential.toml"
    file.write_text('credential = "id-2"\ntoken = "secret-2"\n')
    file.chmod(0o600)

    assert Credential.find(file) == Credential("id-2", "secret-2")
    assert caplog.records == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_others_can_read_is_warned_about(
    mode: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A credential group or world can read still works, with a warning that names the file."""
    file = tmp_path / "credential.toml"
    file.write_text('credential = "id-2"\ntoken = "secret-2"\n')
    file.chmod(mode)

    assert Credential.from_file(file).id == "id-2"
    [record] = caplog.records
    assert str(file) in record.message
    assert "secret-2" not in record.message


@pytest.mark.parametrize(
    "text",
    [
        'credential = "id"\ntoken = "secret-3\n',
        'credential = "id"\n',
        'token = "secret-3"\n',
        'credential = "id"\ntoken = "secret-3"\nscope = "secret-3"\n',
        'credential = "id"\ntoken = ["secret-3"]\n',
        "",
    ],
)
def test_a_faulty_file_is_explained_without_its_content(text: str, tmp_path: Path) -> None:
    """Mistakes name the file; no message and no traceback holds what stands in it."""
    file = tmp_path / "credential.toml"
    file.write_text(text)
    file.chmod(0o600)

    with pytest.raises(Mistakes) as caught:
        Credential.from_file(file)

    captured = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    frames = [frame for frame in captured.stack if "/tests/" not in frame.filename]
    shown = caught.value.message + caught.value.hint + str([frame.locals for frame in frames])
    assert str(file) in caught.value.message
    assert "secret-3" not in shown
    assert captured.__context__ is None
