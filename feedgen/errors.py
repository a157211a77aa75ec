"""What can go wrong, said twice: one line what happened, one line what to do.

    FeedgenError
    ├── UsageProblem            exit 2: usage or configuration, nothing was attempted
    │   ├── Mistakes            every mistake of the files that were read, at once
    │   ├── UnknownSeries
    │   └── MissingExtra
    ├── Refused                 exit 1: the answer is no (check, golden or diff found something)
    ├── OutsideProblem          exit 3: the world outside failed, a retry may help
    │   ├── ApiProblem          the Content API answered something unusable
    │   └── TargetProblem       the place feeds are published to failed
    ├── SeriesProblem           exit 4: this series can not be built; the others go on
    └── Bug                     exit 70: feedgen itself is at fault

Library code raises these and never prints or exits; `feedgen.cli` catches them in one place.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class FeedgenError(Exception):
    """The base of everything feedgen raises on purpose.

    `message` says what happened, `hint` what to do about it; each is one line.
    """

    exit_code = 3

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message

    @property
    def details(self) -> tuple[str, ...]:
        """More lines on what happened, one for each thing; most errors have none."""
        return ()


class UsageProblem(FeedgenError):
    """The command line or a file of settings asks for something impossible."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One mistake in one file; `line` counts from 1, 0 means "the file as a whole"."""

    file: str
    line: int
    field: str
    problem: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return (
            f"{place}: {self.field}: {self.problem}" if self.field else f"{place}: {self.problem}"
        )


class Mistakes(UsageProblem):
    """Every mistake found in the files that were read, so that one round of editing is enough."""

    def __init__(self, mistakes: Sequence[Mistake], *, hint: str = "") -> None:
        self.mistakes = tuple(mistakes)
        files = len({mistake.file for mistake in self.mistakes})
        count = len(self.mistakes)
        head = f"{count} mistakes in {files} file(s), the first: " if count > 1 else ""
        super().__init__(
            f"{head}{self.mistakes[0]}",
            hint=hint or "correct the lines named and run the command again",
        )

    @property
    def details(self) -> tuple[str, ...]:
        """Every mistake with its place, if there is more than one."""
        return tuple(map(str, self.mistakes)) if len(self.mistakes) > 1 else ()


class UnknownSeries(UsageProblem):
    """No series of that slug or id."""

    def __init__(self, asked: str, known: Iterable[str]) -> None:
        names = sorted(known)
        super().__init__(f"no series {asked!r} in the catalogue", hint=did_you_mean(asked, names))
        self.asked = asked


class MissingExtra(UsageProblem):
    """A command needs a package that the core install leaves out."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what} needs the extra {extra!r}, which is not installed",
            hint=f"pip install 'podcast-feedgen[{extra}]'",
        )
        self.extra = extra


class Refused(FeedgenError):
    """The answer is no."""

    exit_code = 1


class OutsideProblem(FeedgenError):
    """The network, the API, a disk or a server failed."""

    exit_code = 3


class ApiProblem(OutsideProblem):
    """The Content API did not give a usable answer.

    `status` is the HTTP status, 0 if no answer arrived; `url` is without credentials.
    """

    def __init__(self, message: str, *, status: int = 0, url: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.url = url


class TargetProblem(OutsideProblem):
    """A feed or a file beside it could not be written or read back."""


class Bug(FeedgenError):
    """feedgen itself is at fault."""

    exit_code = 70

    def __init__(self, error: Exception) -> None:
        super().__init__(
            f"feedgen has a bug: {type(error).__name__}: {error}",
            hint="run it again with FEEDGEN_DEBUG=1 and report what it prints",
        )


class SeriesProblem(FeedgenError):
    """One series can not be built; what is on air stays, the other series go on."""

    exit_code = 4


def did_you_mean(asked: str, known: Sequence[str]) -> str:
    """Return a hint that names the closest known word, else the words there are."""
    close = difflib.get_close_matches(asked, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    if not known:
        return "there is none yet"
    shown = ", ".join(known[:8]) + (", …" if len(known) > 8 else "")
    return f"there are: {shown}"
