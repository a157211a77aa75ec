"""`[hooks.<name>]` of `feedgen.toml`: who may say that a show changed, and how it is said.

    [hooks.cms]
    kind = "ghost"                  # the ready mapping and signature of a CMS
    secret_env = "CMS_HOOK_SECRET"  # where the secret is; or secret_file = "…"
    series = "data.shows[].slug"    # a JMESPath expression, in place of the ready one

The secret itself never stands in the file. A file of secrets may hold several, one a line, while
one replaces another.
"""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from feedgen.errors import UsageProblem

Kind = Literal["generic", "wordpress", "ghost", "contentful", "sanity", "strapi", "drupal"]
Scheme = Literal["standard-webhooks", "github", "token", "ghost", "contentful", "sanity"]

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
# How each CMS signs what it sends, unless the settings say otherwise.
SCHEMES: dict[Kind, Scheme] = {
    "generic": "standard-webhooks",
    "wordpress": "token",
    "ghost": "ghost",
    "contentful": "contentful",
    "sanity": "sanity",
    "strapi": "token",
    "drupal": "github",
}
# Shorter ones can be guessed from one signed request by trying.
_SHORTEST_SECRET = 16
# Seconds an API may take to show a change, unless the settings say otherwise.
PATIENCE = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HookSettings:
    """One hook.

    `series`, `changed`, `document` and `only` are JMESPath expressions over the payload: the slugs
    or ids of series, when they changed, the id of what changed in the CMS, and whether the payload
    is to be heeded at all; blank means those of the kind. `unknown` says what a name that is no
    series does. `tolerance` is in seconds, for signatures with a time-stamp; `patience` is how
    many seconds the API may take to show the change; `body_limit` in bytes; `per_minute` the most
    requests.
    """

    kind: Kind = "generic"
    secret_env: str = ""
    secret_file: str = ""
    signature: Scheme | None = None
    header: str = ""
    series: str = ""
    changed: str = ""
    document: str = ""
    only: str = ""
    unknown: Literal["refuse", "skip"] | None = None
    tolerance: Annotated[int, msgspec.Meta(ge=1, le=86_400)] = 300
    body_limit: Annotated[int, msgspec.Meta(ge=1_000, le=50_000_000)] = 1_000_000
    patience: Annotated[float, msgspec.Meta(ge=0, le=600)] = PATIENCE
    per_minute: Annotated[int, msgspec.Meta(ge=1)] = 3_000

    @property
    def scheme(self) -> Scheme:
        """Return how its requests are signed."""
        return self.signature or SCHEMES[self.kind]

    def problems(self) -> Iterable[tuple[str, str]]:
        """Yield what is wrong, by field."""
        if bool(self.secret_env) == bool(self.secret_file):
            yield "", "expected one of secret_env and secret_file: no hook works without a secret"
        if self.header and not re.fullmatch(r"[A-Za-z0-9-]+", self.header):
            yield "header", "expected the name of an HTTP header"
        if self.header and self.scheme != "token":
            yield "header", 'is only for signature = "token"; the others have their own'
        for field in ("series", "changed", "document", "only"):
            if problem := _expression_problem(getattr(self, field)):
                yield field, problem

    def secrets(self, root: Path) -> tuple[str, ...]:
        """Return the secrets, the file relative to `root`; raises UsageProblem without any."""
        if self.secret_env:
            place, text = self.secret_env, os.environ.get(self.secret_env, "")
        else:
            place = self.secret_file
            try:
                text = (root / self.secret_file).read_text(encoding="utf-8-sig")
            except (OSError, UnicodeDecodeError) as error:
                raise UsageProblem(
                    f"the secret of a hook can not be read from {place}",
                    hint="write it into that file, readable for feedgen alone",
                ) from error
        found = tuple(text.split())
        if not found or min(map(len, found)) < _SHORTEST_SECRET:
            raise UsageProblem(
                f"{place} holds no secret of at least {_SHORTEST_SECRET} characters for a hook",
                hint="python -c 'import secrets; print(secrets.token_urlsafe(32))' makes one",
            )
        return found


def name_problems(names: Iterable[str]) -> Iterable[str]:
    """Yield what is wrong with names of hooks: they stand in addresses."""
    for name in names:
        if not NAME.fullmatch(name):
            yield f"{name!r} is no name of a hook: letters, digits, '-' and '_'"


def _expression_problem(expression: str) -> str:
    """Return what is wrong with an expression, as far as it can be told here."""
    # Without the extra nobody can use a hook either, and other commands need no expressions.
    if not expression or importlib.util.find_spec("jmespath") is None:
        return ""
    from feedgen.hooks.mapping import problem_of

    return problem_of(expression)
