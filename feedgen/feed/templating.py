"""Jinja as feeds use it: sandboxed, escaping everything, strict about names, and fast.

A feed of 1,000 items escapes some 20,000 values and reads twice as many fields. Jinja does both
through calls that cost more than the work itself, so its code generator is told to write two
things differently: plain text is escaped without making an object for it; and a field of one of
the feed's own classes is read directly. Everything else goes through the sandbox. Where Jinja
lacks the places this hooks into, it writes all of its code itself.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import markupsafe
from jinja2 import FileSystemLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from feedgen import model, settings
from feedgen.feed import model as feed_model
from feedgen.feed import tags

if TYPE_CHECKING:
    from jinja2 import BaseLoader, Environment


def _fields() -> Iterator[tuple[str, type]]:
    """Yield the public fields of what a template is given: frozen dataclasses, no methods."""
    for module in (model, settings, feed_model, tags):
        for _, each in inspect.getmembers(module, inspect.isclass):
            if dataclasses.is_dataclass(each):
                yield from ((name.name, each) for name in dataclasses.fields(each))


def _ours() -> dict[str, frozenset[type]]:
    found: dict[str, set[type]] = defaultdict(set)
    for name, each in _fields():
        if not name.startswith("_"):
            found[name].add(each)
    return {name: frozenset(classes) for name, classes in found.items()}


# By name of a field, the classes that have it. No keyword of Python can be among the names, nor
# can a name that Python and Jinja would read differently.
_OURS: Mapping[str, frozenset[type]] = _ours()
_HOOKS = ("_output_child_pre", "_output_child_post", "visit_Getattr")


class _Generator(CodeGenerator):
    """Writes the Python code of a template; see the module for what it does differently."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ANN401 - Jinja's private class
        if _left_to_jinja(frame, finalize):
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("(environment.escape_text(l_out) if type(l_out := (")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ANN401 - Jinja's private class
        if _left_to_jinja(frame, finalize):
            super()._output_child_post(node, frame, finalize)
        else:
            self.write(")) is str else environment.escape_other(l_out))")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        if not isinstance(node.node, nodes.Name) or node.attr not in _OURS:
            super().visit_Getattr(node, frame)
            return
        self.write("(")
        self.visit(node.node, frame)
        self.write(f".{node.attr} if type(")
        self.visit(node.node, frame)
        self.write(f") in environment.ours[{node.attr!r}] else ")
        super().visit_Getattr(node, frame)
        self.write(")")


# Code by everything that decides what it is; a process that lives long may see templates edited.
_CODE: dict[tuple[str, str | None, str | None, bool], Any] = {}
_MOST_CODE = 200


def _left_to_jinja(frame: Frame, finalize: Any) -> bool:  # noqa: ANN401 - Jinja's private class
    """Whether Jinja must write this output: escaping is not certain, or `finalize` is called."""
    certain = frame.eval_ctx.autoescape and not frame.eval_ctx.volatile
    return not certain or finalize.src is not None


class TemplateFolder(FileSystemLoader):
    """Loads templates from one folder; what can not be read is an error of that template."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, encoding="utf-8-sig")

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """Return source, file and freshness; raise TemplateSyntaxError if it is no UTF-8 text."""
        try:
            return super().get_source(environment, template)
        except TemplateNotFound:  # an OSError too
            raise
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            problem = "the file is not UTF-8"
        except OSError as error:
            line, problem = 0, f"can not be read: {error.strerror or error}"
        path = str(Path(self.searchpath[0]) / template)
        raise TemplateSyntaxError(problem, line, template, path)


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of the feed templates; what it looks up comes from `loader`."""

    code_generator_class = (
        _Generator if all(hasattr(CodeGenerator, hook) for hook in _HOOKS) else CodeGenerator
    )
    ours = _OURS
    # markupsafe 3 escapes in C and wraps the result in Python; the wrapping is what costs.
    # markupsafe 2 does both in C.
    escape_text = staticmethod(getattr(markupsafe, "_escape_inner", escape))

    def __init__(
        self, loader: BaseLoader, *, finalize: Callable[..., object] | None = None
    ) -> None:
        super().__init__(
            loader=loader,
            finalize=finalize,
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )

    @staticmethod
    def escape_other(value: object) -> str:
        """Return what is no plain text as output: markup as it is, everything else escaped."""
        kind = type(value)
        if kind is int:
            return str(value)
        return value if kind is Markup else escape(value)  # type: ignore[return-value] # is checked

    def compile(
        self,
        source: str | nodes.Template,
        name: str | None = None,
        filename: str | None = None,
        raw: bool = False,
        defer_init: bool = False,
    ) -> Any:  # noqa: ANN401 - as Jinja has it: code, or with `raw` its source
        """Return `source` as code; whatever keeps it from that is a TemplateSyntaxError.

        Jinja lets through what Python says of the code it wrote: an argument named twice, blocks
        or brackets nested too deeply, a number with too many digits. What was compiled once is
        kept for as long as the process lives: the gate before a run and the run use the same.
        """
        if raw or self.finalize is not None or not isinstance(source, str):
            return self._compiled(source, name, filename, raw, defer_init)
        key = (source, name, filename, defer_init)
        if key not in _CODE:
            if len(_CODE) >= _MOST_CODE:
                _CODE.clear()
            _CODE[key] = self._compiled(source, name, filename, raw, defer_init)
        return _CODE[key]

    def _compiled(
        self,
        source: str | nodes.Template,
        name: str | None,
        filename: str | None,
        raw: bool,
        defer_init: bool,
    ) -> Any:  # noqa: ANN401 - as Jinja has it
        compiled: Any = super().compile  # two overloads for `raw`
        try:
            return compiled(source, name, filename, raw, defer_init)
        except TemplateSyntaxError:
            raise
        except SyntaxError as error:
            written = compiled(source, name, filename, True, defer_init)
            line = _line(written, error.lineno or 0)
            problem = re.sub(r"'l_\d+_(\w+)'", r"'\1'", error.msg)  # Jinja's name for a name
        except Exception as error:
            line, problem = 0, f"{type(error).__name__}: {error}"
        raise TemplateSyntaxError(f"can not be compiled: {problem}", line, name, filename)


def _line(written: str, line: int) -> int:
    """Return the line of the template that line `line` of the code `written` for it came from."""
    pairs = re.findall(r"(\d+)=(\d+)", written.rpartition("debug_info = ")[2])
    known = [int(of_template) for of_template, of_code in pairs if int(of_code) <= line]
    return known[-1] if known else 0
