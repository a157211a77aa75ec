"""The credential of an account: read from the environment or a file, shown to nobody."""

from __future__ import annotations

import logging
import os
import re
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feedgen.errors import Mistake, Mistakes, UsageProblem
from feedgen.schema import Reader, TomlSource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ID_VARIABLE = "FEEDGEN_ART19_CREDENTIAL"
SECRET_VARIABLE = "FEEDGEN_ART19_TOKEN"  # noqa: S105 - the name of a variable

_log = logging.getLogger(__name__)
# What may stand between the quotes of `token="…"` without being escaped (RFC 9110 section 5.6.4);
# anything else is a slip of copy and paste, a line break above all.
_QUOTABLE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential id and its secret; the secret is in no `repr`."""

    id: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _QUOTABLE.fullmatch(self.id) or not _QUOTABLE.fullmatch(self.secret):
            raise UsageProblem(
                "the credential or its token is empty or holds a character that can not be sent",
                hint="copy both again, without quotes, blanks and line breaks",
            )

    def header(self) -> str:
        """Return the value of `Authorization` (published description, "General Notes")."""
        return f'Token token="{self.secret}", credential="{self.id}"'

    @classmethod
    def find(cls, file: Path | None = None) -> Credential:
        """Return the credential of the environment, else that of `file`.

        Raises `UsageProblem` if neither has one, `Mistakes` if the file is not what it should be.
        """
        if file is not None and not any(map(os.environ.get, (ID_VARIABLE, SECRET_VARIABLE))):
            return cls.from_file(file)
        return cls.from_environment()

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Credential:
        """Return the credential in `FEEDGEN_ART19_CREDENTIAL` and `FEEDGEN_ART19_TOKEN`."""
        found = os.environ if environ is None else environ
        values = {name: found.get(name, "").strip() for name in (ID_VARIABLE, SECRET_VARIABLE)}
        absent = [name for name, value in values.items() if not value]
        if absent:
            raise UsageProblem(
                f"no credential for the Content API: {' and '.join(absent)} not set",
                hint=f"set {ID_VARIABLE} and {SECRET_VARIABLE}, or name a credential file",
            )
        return cls(values[ID_VARIABLE], values[SECRET_VARIABLE])

    @classmethod
    def from_file(cls, path: Path) -> Credential:
        """Return the credential of a TOML file with the keys `credential` and `token`.

        Logs a warning if people other than its owner can read the file.
        """
        found = _read(path)
        if isinstance(found, _CredentialFile):
            _warn_if_readable(path)
            return cls(found.credential, found.token)
        # Raised here and not where they were found: the frames there hold the text of the file.
        raise Mistakes(found, hint='it holds two keys: credential = "…" and token = "…"')


@dataclass(frozen=True, slots=True, kw_only=True)
class _CredentialFile:
    credential: str
    token: str = field(repr=False)


def _read(path: Path) -> _CredentialFile | tuple[Mistake, ...]:
    try:
        source = TomlSource.read(path)
        reader = Reader(source)
        found = reader.read(_CredentialFile, source.data)
        return found or tuple(reader.mistakes)
    except Mistakes as mistakes:
        return mistakes.mistakes


def _warn_if_readable(path: Path) -> None:
    mode = path.stat().st_mode
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        _log.warning(
            "credential.readable file=%s mode=%s: others than its owner can read it; chmod 600",
            path,
            oct(stat.S_IMODE(mode)),
        )
