"""What an examination finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feedgen.errors import FeedgenError

Level = Literal["ok", "warn", "fail"]
# What keeps a run from beginning is told before what it would meet on its way.
_GRAVEST = (70, 2, 1, 3, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One thing that was looked at.

    `sentence` says what was found, `hint` what to do about it (blank if nothing is), `details`
    are more lines; `exit_code` is what a run would end with because of it, 0 unless it fails.
    """

    subject: str
    level: Level
    sentence: str
    hint: str = ""
    details: tuple[str, ...] = ()
    exit_code: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the diagnosis as plain data, the shape `--json` prints."""
        return {
            "subject": self.subject,
            "level": self.level,
            "sentence": self.sentence,
            "hint": self.hint,
            "details": list(self.details),
        }


def ok(subject: str, sentence: str) -> Diagnosis:
    """Return that all is well with `subject`."""
    return Diagnosis(subject=subject, level="ok", sentence=sentence)


def warn(subject: str, sentence: str, hint: str, details: Iterable[str] = ()) -> Diagnosis:
    """Return that a run would go through, but that somebody should look at `subject`."""
    return Diagnosis(
        subject=subject, level="warn", sentence=sentence, hint=hint, details=tuple(details)
    )


def fail(
    subject: str, sentence: str, hint: str, *, exit_code: int, details: Iterable[str] = ()
) -> Diagnosis:
    """Return that a run would fail over `subject`, and with which exit code."""
    return Diagnosis(
        subject=subject,
        level="fail",
        sentence=sentence,
        hint=hint,
        details=tuple(details),
        exit_code=exit_code,
    )


def failed(subject: str, error: FeedgenError) -> Diagnosis:
    """Return that a run would fail with `error`."""
    return fail(
        subject,
        error.message,
        error.hint,
        exit_code=error.exit_code,
        details=error.details,
    )


def exit_code(found: Iterable[Diagnosis]) -> int:
    """Return 0 if nothing fails, else what a run would end with now."""
    codes = {each.exit_code for each in found}
    return next((code for code in _GRAVEST if code in codes), 0)
