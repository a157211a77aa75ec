"""The fast code generator writes exactly what Jinja's own would."""

import importlib.util
import inspect
import sys
import types

import markupsafe
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, StrictUndefined, UndefinedError, compiler, pass_context
from jinja2.compiler import CodeGenerator
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from feedgen.feed import templating
from feedgen.feed.templating import Sandbox
from tests.factories import make_feed, make_item


class Text(str):
    """A string of another class."""


class Shouting(str):
    """A string that looks like another one."""

    def __str__(self):
        return f"<{super().__str__()}!>"


class Safe:
    """Brings its own markup."""

    def __html__(self):
        return "<safe/>"


class SafeText(str):
    """A string that brings its own markup."""

    def __html__(self):
        return f"<b>{len(self)}</b>"


class Subclass(Markup):
    """Markup of another class."""


HOSTILE = "<a href=\"x\" title='y'>&amp; & ]]></a>"
VALUES = [
    *(HOSTILE, "", "plain", Markup(HOSTILE), Subclass(HOSTILE), Text(HOSTILE), Shouting(HOSTILE)),
    *(Safe(), SafeText(HOSTILE), 0, 7, True, False, None, 1.5, (HOSTILE, Markup("<i>"))),
    *({HOSTILE: Markup("<i>")}, [HOSTILE], range(2), make_item(title=HOSTILE)),
]
SHARED = {
    "macros.xml": "{% macro show(x, y='<') %}<m a='{{ x }}'>{{ y }}"
    "{{ caller() if caller is defined }}{{ varargs }}{{ kwargs }}</m>{% endmacro %}"
    "{% set made = '<' ~ '>' %}",
    "part.xml": "<part>{{ x }}{{ '<' }}</part>",
    "base.xml": "<base>{% block inner %}{{ x }}{% endblock %}{{ self.inner() }}</base>",
}
TEMPLATES = [
    "{{ x }}",
    "{{ x }}{{ x }} {{ '<&>' }} {{ '<' | safe }} {{ 1 }} {{ 1.5 }} {{ true }} {{ none }}",
    "{{ x ~ '<' }}{{ '<' ~ x }}{{ ('<' | safe) ~ x }}{{ x ~ ('<' | safe) ~ x }}",
    "{{ 'a' + '<' }}{{ ('<' | safe) + '<' }}{{ '<' + ('<' | safe) }}{{ ('<' | safe) * 2 }}",
    "{{ x | e }}{{ x | e | e }}{{ x | forceescape }}{{ x | safe }}{{ x | string }}{{ x | upper }}",
    "{{ x | trim }}{{ x | lower | title }}{{ x | default('<') }}{{ nothing | default('<') }}",
    "{{ x | string | replace('a', '<') }}{{ x | string | replace('a', '<' | safe) }}",
    "{{ x | striptags }}{{ x | string | urlencode }}{{ x | string | truncate(5, true, '<') }}",
    "{{ x | string | indent(2, true) }}{{ x | string | wordwrap(5) }}{{ x | string | reverse }}",
    "{{ x | tojson if x is string }}{{ x | pprint if x is string }}",
    "{{ '%s<' | format(x) }}{{ ('%s<' | safe) | format(x) }}{{ '<{}'.format(x) }}",
    "{{ ('<{}>' | safe).format(x) }}{{ '<%s' % x if x is string }}{{ ('<%s' | safe) % (x,) }}",
    "{{ [x, '<', '<' | safe] | join('&') }}{{ [x, '<'] | join('&' | safe) }}{{ [x, 1] | join }}",
    "{{ {'a': x, 'b<': '<', 'c': none} | xmlattr if false else {'a': x, 'c': none} | xmlattr }}",
    "{{ [x, x] | map('string') | list }}{{ [x] | first }}{{ [x, x] | last }}{{ {'k': x} }}",
    "{{ x if x else '<' }}{{ x or '<' }}{{ x and '<' }}{{ not x }}{{ x == x }}{{ x is string }}",
    (
        "{% for each in [x, '<', x | string | safe] %}{{ loop.index }}{{ each }}"
        "{{ loop.previtem | default('<') }}{{ loop.cycle('<', '>' | safe) }}{% else %}{{ x }}"
        "{% endfor %}"
    ),
    "{% for a in [1, [2]] recursive %}{{ x }}{{ loop([3]) if a is iterable }}{% endfor %}",
    "{% for c in x | string %}{{ c }}{% endfor %}{{ (x | string)[0:3] }}",
    "{% set y = x %}{{ y }}{% set z %}<z>{{ x }}</z>{% endset %}{{ z }}{{ z ~ x }}{{ z | upper }}",
    "{% set y | upper %}<y>{{ x }}</y>{% endset %}{{ y }}{% set n = namespace(v=x) %}{{ n.v }}",
    "{% filter upper %}<f>{{ x }}</f>{% endfilter %}{% filter e %}<{{ x }}{% endfilter %}",
    "{% filter replace('<', '[') %}<{{ x }}{% endfilter %}",
    "{% macro m(a, b='<') %}<m>{{ a }}{{ b }}</m>{% endmacro %}{{ m(x) ~ x }}{{ m(m(x)) }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ [m(x), x] | join('<') }}{{ {'a': m(x)} | xmlattr }}",
    (
        "{% macro m() %}<m>{{ caller(x) }}{{ caller('<') }}</m>{% endmacro %}"
        "{% call(v) m() %}<c>{{ v }}{{ x }}</c>{% endcall %}"
    ),
    (
        "{% import 'macros.xml' as macros %}{{ macros.show(x) }}{{ macros.made }}"
        "{{ macros.show(x, x, x, k=x) if x is string else '' }}"
        "{% call macros.show(x) %}{{ x }}{% endcall %}"
    ),
    "{% from 'macros.xml' import show, made as m %}{{ show(x, '<' | safe) }}{{ m }}{{ m | safe }}",
    "{% include 'part.xml' %}{% include ['absent.xml', 'part.xml'] %}",
    "{% set html %}{% include 'part.xml' %}{% endset %}{{ html }}",
    "{% extends 'base.xml' %}{% block inner %}<i>{{ super() }}{{ x }}</i>{% endblock %}",
    (
        "{% autoescape false %}{{ x }}{{ '<' ~ x }}{% macro m() %}{{ x }}{% endmacro %}{{ m() }}"
        "{% endautoescape %}{{ x }}"
    ),
    (
        "{% autoescape flag %}{{ x }}{{ '<' ~ x }}{% set y %}{{ x }}{% endset %}{{ y }}"
        "{% macro m() %}{{ x }}{% endmacro %}{{ m() }}{% endautoescape %}{{ x }}"
    ),
    "{% with y = x %}{{ y }}{% set out = x %}{{ out }}{% endwith %}",
    "{{ item.title }}{{ item.title ~ x }}{{ item.title | upper }}{{ item['title'] }}{{ item }}",
    "{{ item.absent is defined }}{{ item.absent | default('<') }}{{ item.class is defined }}",
    "{{ feed.item_list[0].title }}{{ feed.notes.description }}{{ feed.image.url }}",
    "{% for each in feed.item_list %}{{ each.title }}{{ each.guid }}{{ each.season }}{% endfor %}",
    "{{ x.absent is defined }}{{ x.upper() if x is string }}{{ x.title }}",
    "{{ nothing }}",
    "{{ item.absent }}",
    "{{ item.__class__ }}",
    "{{ item.replace }}",
    "{{ x.__html__ is defined }}{{ x.format.__globals__ }}",
    "{{ nothing.absent }}",
]


def plain(loader):
    """Jinja's own sandbox, set up as ours."""
    return ImmutableSandboxedEnvironment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


LOADER = DictLoader(SHARED | {f"{number}": text for number, text in enumerate(TEMPLATES)})
OURS, JINJAS = Sandbox(LOADER), plain(LOADER)
FEED = make_feed(make_item(title=HOSTILE), title=HOSTILE)
ITEM = FEED.item_list[0]


def written(environment, name, x):
    """Return what comes out, or in which way nothing does."""
    try:
        return environment.get_template(name).render(x=x, item=ITEM, feed=FEED, flag=x is None)
    except (UndefinedError, SecurityError, TypeError, ValueError, AttributeError) as error:
        return type(error), str(error)


@pytest.mark.parametrize("number", range(len(TEMPLATES)), ids=lambda number: TEMPLATES[number])
def test_a_template_writes_what_jinja_writes(number):
    """Every kind of value through every kind of expression: the same text or the same error."""
    for value in VALUES:
        assert written(OURS, f"{number}", value) == written(JINJAS, f"{number}", value)


@given(st.text(), st.sampled_from(range(len(TEMPLATES))), st.sampled_from([str, Markup, Text]))
def test_any_text_is_written_as_jinja_writes_it(text, number, kind):
    """Whatever the text, marked as markup or not."""
    value = kind(text)

    assert written(OURS, f"{number}", value) == written(JINJAS, f"{number}", value)


def test_the_templates_compared_do_write_something():
    """Most of them escape, and none fails for all values, but those that must."""
    failing = [
        text
        for number, text in enumerate(TEMPLATES)
        if all(isinstance(written(JINJAS, f"{number}", value), tuple) for value in VALUES)
    ]
    escaping = sum("&lt;" in written(JINJAS, f"{n}", HOSTILE) for n in range(len(TEMPLATES)))

    assert len(failing) == 6
    assert failing == TEMPLATES[-6:]
    assert escaping > 30


def test_a_page_of_pieces_is_what_jinja_renders():
    """Streamed output too is the same, piece by piece joined."""
    for number in range(len(TEMPLATES) - 6):
        ours, jinjas = (
            "".join(
                each.get_template(f"{number}").generate(x=HOSTILE, item=ITEM, feed=FEED, flag=True)
            )
            for each in (OURS, JINJAS)
        )
        assert ours == jinjas


def changed_jinja(monkeypatch, replaced):
    """Load the module anew over a Jinja whose private names are others."""
    source = inspect.getsource(compiler)
    for name in replaced:
        assert name in source
        source = source.replace(name, f"other{name}")
    other = types.ModuleType("jinja2.compiler")
    other.__package__ = "jinja2"
    exec(compile(source, "other", "exec"), other.__dict__)
    monkeypatch.setitem(sys.modules, "jinja2.compiler", other)
    spec = importlib.util.spec_from_file_location("anew", templating.__file__)
    anew = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(anew)
    return other, anew.Sandbox


@pytest.mark.parametrize(
    "replaced",
    [
        ("_output_child_pre",),
        ("_output_child_post",),
        ("_output_child_pre", "_output_child_post"),
    ],
    ids=" ".join,
)
def test_without_the_hooks_jinja_escapes_by_itself(monkeypatch, replaced):
    """In a Jinja that calls them by another name, its own generator writes all of the code."""
    other, sandbox = changed_jinja(monkeypatch, replaced)
    environment = sandbox(LOADER)

    assert environment.code_generator_class is other.CodeGenerator
    for number in range(len(TEMPLATES)):
        for value in (HOSTILE, Markup(HOSTILE), Text(HOSTILE), Safe()):
            name = f"{number}"
            assert written(environment, name, value) == written(JINJAS, name, value)


def test_with_the_hooks_the_fast_generator_is_used():
    """Else the comparison above would prove nothing."""
    assert OURS.code_generator_class is not CodeGenerator
    assert "escape_text" in OURS.compile("{{ x }}", raw=True)
    assert "environment.ours['title']" in OURS.compile("{{ item.title }}", raw=True)
    assert "environment.ours" not in OURS.compile("{{ item.class }}", raw=True)


def test_without_the_fast_escape_of_markupsafe_the_public_one_is_used(monkeypatch):
    """It escapes the same, with an object for every value."""
    other = types.ModuleType("markupsafe")
    other.Markup, other.escape = markupsafe.Markup, markupsafe.escape
    monkeypatch.setitem(sys.modules, "markupsafe", other)
    spec = importlib.util.spec_from_file_location("anew", templating.__file__)
    anew = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(anew)
    environment = anew.Sandbox(LOADER)

    assert environment.escape_text is markupsafe.escape
    for number in range(len(TEMPLATES)):
        assert written(environment, f"{number}", HOSTILE) == written(JINJAS, f"{number}", HOSTILE)


def test_finalize_is_called_for_every_value():
    """Also for constants, if it takes the context; the text of the template itself is left out."""
    seen = []

    @pass_context
    def look(_context, value):
        seen.append(value)
        return value

    environment = Sandbox(LOADER, finalize=look)
    for number in range(len(TEMPLATES)):
        assert written(environment, f"{number}", HOSTILE) == written(JINJAS, f"{number}", HOSTILE)
    seen.clear()
    environment.from_string("text{{ 'constant' }}{{ x }}").render(x="value")

    assert seen == ["constant", "value"]
