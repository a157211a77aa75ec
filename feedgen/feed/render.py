"""A feed turned into bytes: the only user of Jinja.

Templates are looked up in the user's folders first, then among the shipped ones, which a user's
template may extend as `shipped/…`. They run in a sandbox, escape by themselves and fail on a
name that does not exist. Items are rendered and encoded one by one, so a feed of any length
needs no more memory than its longest item.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import (
    ChoiceLoader,
    PrefixLoader,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    pass_context,
)
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

from feedgen.errors import UsageProblem
from feedgen.feed import dates
from feedgen.feed.lookup import refuse_unused
from feedgen.feed.templating import Sandbox, TemplateFolder
from feedgen.feed.vocabulary import LICENSES
from feedgen.shipped import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from feedgen.feed.model import Feed, Notes

_FOLDERS = {"modern": "", "art19-compat": "art19-compat/"}
_SMALL = 256  # characters; smaller pieces are put together before they are handed out


class TemplateProblem(UsageProblem):
    """A template is broken; `file` and `line` (from 1, 0 if unknown) say where."""

    def __init__(self, file: str, line: int, problem: str) -> None:
        place = f"{file}:{line}" if line else file
        super().__init__(
            f"{place}: {problem}", hint="correct the template, or delete it to use the shipped one"
        )
        self.file = file
        self.line = line


class Renderer:
    """Renders feeds with the templates of `folders`, then the shipped ones.

    Raises UsageProblem if a template in `folders` lies where it would never be looked up.
    """

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        own = shipped("templates") / "rss"
        self._folders = tuple(str(folder) for folder in (*folders, own))
        loaders = [TemplateFolder(folder) for folder in (*folders, own)]
        self._loader = ChoiceLoader([*loaders, PrefixLoader({"shipped": TemplateFolder(own)})])
        self._environment = Sandbox(self._loader)
        self._environment.filters.update(_FILTERS)
        refuse_unused(folders, self._environment)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where templates are looked up, the shipped ones last."""
        return tuple(Path(folder) for folder in self._folders)

    def render(self, feed: Feed) -> bytes:
        """Return `feed` as one XML document; raise `TemplateProblem` if a template is broken."""
        return b"".join(self.stream(feed))

    def stream(self, feed: Feed) -> Iterator[bytes]:
        """Yield the pieces of the document, none much longer than its longest item.

        Raise `TemplateProblem` if a template is broken.
        """
        try:
            yield from self._pieces(feed, self._environment)
        except TemplateProblem:
            raise
        except UnicodeEncodeError as error:
            raise self._half_character(feed, error) from error
        except Exception as error:
            broken = self._broken(error)
            if broken is None:
                raise
            raise broken from error

    @staticmethod
    def _pieces(feed: Feed, environment: Sandbox) -> Iterator[bytes]:
        folder = _FOLDERS[feed.profile]
        template = environment.get_template(f"{folder}item.xml")
        item = getattr(template.make_module({"feed": feed}), "item", None)
        if not isinstance(item, Macro) or not (item.arguments or item.catch_varargs):
            file = template.filename or "item.xml"
            raise TemplateProblem(file, 0, "defines no macro 'item' that takes an item")
        skeleton = environment.get_template(f"{folder}feed.xml")
        pieces: list[str] = []
        for piece in skeleton.generate(feed=feed, items=map(item, feed.item_list)):
            if len(piece) < _SMALL:
                pieces.append(piece)
                continue
            yield "".join(pieces).encode()
            yield piece.encode()
            pieces.clear()
        yield "".join(pieces).encode()

    def _half_character(self, feed: Feed, error: UnicodeEncodeError) -> TemplateProblem:
        """Return where a template writes what no UTF-8 document can hold.

        The text of a feed has been cleaned of it. The document is rendered once more, every value
        looked at as it is written.
        """
        looking = Sandbox(self._loader, finalize=_encodable)
        looking.filters.update(_FILTERS)
        try:
            for _ in self._pieces(feed, looking):
                pass
        except Exception as found:
            return self._broken(found) or _unplaced(error)
        return _unplaced(error)

    def _broken(self, error: Exception) -> TemplateProblem | None:
        """Return what is wrong with which template, `None` if `error` came from elsewhere."""
        if isinstance(error, TemplateSyntaxError):
            file = error.filename or error.name or ""
            return TemplateProblem(file, error.lineno, _one_line(error.message or "syntax"))
        place = self._place(error)
        if place is None and not isinstance(error, TemplateError):
            return None
        text = _one_line(str(error))
        if isinstance(error, TemplateNotFound):
            text = f"there is no template {error.name!r}"
        elif not isinstance(error, TemplateError):
            text = f"{type(error).__name__}: {text}".removesuffix(": ")
        return TemplateProblem(*(place or ("templates", 0)), text)

    def _place(self, error: Exception) -> tuple[str, int] | None:
        """Return file and line of the template that `error` came out of, innermost first."""
        found = None
        trace = error.__traceback__
        while trace is not None:
            frame = trace.tb_frame
            if frame.f_code.co_filename.startswith(self._folders):
                # Jinja has put its own lines in place, unless a template failed while imported
                compiled = frame.f_globals.get("__jinja_template__")
                line = trace.tb_lineno
                line = compiled.get_corresponding_lineno(line) if compiled else line
                found = (frame.f_code.co_filename, line)
            trace = trace.tb_next
        return found


@pass_context
def _encodable(_context: Context, value: object) -> object:
    """Return `value`, which is written as it is; raise if it holds half a character.

    Takes the context so that Jinja calls it for constants too when they are written.
    """
    try:
        str(value).encode()
    except UnicodeEncodeError as error:
        raise _NotEncodable(_half(error)) from None
    return value


class _NotEncodable(TemplateError):
    """A template writes what no UTF-8 document can hold."""


def _half(error: UnicodeEncodeError) -> str:
    half = ord(error.object[error.start])
    return f"writes U+{half:04X}, half of a surrogate pair, which no feed can hold"


def _unplaced(error: UnicodeEncodeError) -> TemplateProblem:
    return TemplateProblem("templates", 0, _half(error))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def cdata(text: str) -> Markup:
    """Return `text` as a CDATA section; the only thing that can not stand in it is split."""
    return Markup(  # noqa: S704 - in a CDATA section nothing but its end is markup
        "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
    )


def notes(shown: Notes) -> Markup:
    """Return show notes as the content of a description: markup as CDATA, plain text escaped."""
    return cdata(shown.description) if shown.is_html else escape(shown.description)


def truth(value: bool | None) -> str | None:
    """Return `true` or `false`; nothing for nothing."""
    return None if value is None else "true" if value else "false"


def yes_no(value: bool) -> str:
    """Return `yes` or `no`, as ART19 writes it."""
    return "yes" if value else "no"


def _iso8601(instant: datetime | None) -> str | None:
    return None if instant is None else dates.iso8601(instant)


def _decimal(number: float | None) -> str | None:
    return None if number is None else dates.decimal(number)


def _licence(identifier: str) -> str:
    lower = identifier.lower()
    return lower if lower in LICENSES else identifier


_FILTERS = {
    "cdata": cdata,
    "clock": dates.clock,
    "decimal": _decimal,
    "iso8601": _iso8601,
    "licence": _licence,
    "normal_play_time": dates.normal_play_time,
    "notes": notes,
    "rfc2822": dates.rfc2822,
    "truth": truth,
    "yes_no": yes_no,
}
