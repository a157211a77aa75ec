"""The log: lines for people, one JSON object a line for programs."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedgen import logs
from feedgen.errors import UsageProblem


def line(text, *values, exc_info=None, level=logging.INFO) -> dict[str, object]:
    """Return what a call of `log.log(level, text, *values)` becomes."""
    record = logging.LogRecord(
        "feedgen.onair", level, __file__, 1, text, values or None, exc_info=exc_info
    )
    written = logs.JsonLines().format(record)
    assert "\n" not in written
    return json.loads(written)


@pytest.fixture
def handled():
    """The handlers of the process as they were, after the test."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield root
    for handler in root.handlers:
        if handler not in before:
            handler.close()
    root.handlers[:], root.level = before, level


def test_every_field_is_a_key_of_its_own():
    """Event, fields with the values they were logged with, and the sentence people read."""
    told = line("api.answer status=%s bytes=%d url=%s", 200, 12, "https://e.com/a b?c=%20")

    assert told["event"] == "api.answer"
    assert (told["status"], told["bytes"], told["url"]) == (200, 12, "https://e.com/a b?c=%20")
    assert told["level"] == "info"
    assert told["logger"] == "feedgen.onair"
    assert told["message"] == "api.answer status=200 bytes=12 url=https://e.com/a b?c=%20"
    moment = datetime.fromisoformat(str(told["time"]))
    assert abs((datetime.now(UTC) - moment).total_seconds()) < 60


def test_the_keys_a_reader_looks_for_come_first():
    """Time, level and event begin every line."""
    assert [*line("a.b one=%s", 1)][:3] == ["time", "level", "event"]


def test_a_sentence_after_the_fields_is_no_field():
    """What follows the colon may hold placeholders and percent signs of its own."""
    told = line("a.b file=%s: 100%% of %s, mode=%s", Path("x"), "it", None)

    assert (told["file"], told["mode"]) == ("x", None)
    assert told["message"] == "a.b file=x: 100% of it, mode=None"


def test_a_line_of_a_library_has_its_logger_for_the_event():
    """What follows no event is told as it is."""
    told = line("%s; again in %.1f s", "a time-out", 2.0)

    assert told["event"] == "feedgen.onair"
    assert told["message"] == "a time-out; again in 2.0 s"


def test_a_field_can_not_stand_in_for_what_every_line_has():
    """A field called level or time changes neither."""
    told = line("a.b level=%s time=%s event=%s", "x", "y", "z")

    assert told["level"] == "info"
    assert told["event"] == "a.b"
    assert told["time"] != "y"


def test_a_trace_is_one_line_as_well():
    """The exception of a bug is a field."""
    try:
        raise ValueError("first\nsecond")
    except ValueError as error:
        told = line("run.bug series=%s", "daily", exc_info=(type(error), error, None))

    assert "ValueError: first\nsecond" in str(told["exception"])


def test_fields_of_libraries_are_fields_too():
    """What was given as `extra` of the logging call."""
    record = logging.makeLogRecord({"name": "stamina", "msg": "stamina.retry", "stamina.wait": 2})

    assert json.loads(logs.JsonLines().format(record))["stamina.wait"] == 2


@given(
    values=st.lists(
        st.one_of(st.text(), st.integers(), st.floats(allow_nan=False), st.none(), st.booleans()),
        max_size=6,
    )
)
def test_whatever_is_logged_is_one_object_a_line(values):
    """No value breaks the line or changes another field."""
    text = "a.b " + " ".join(f"k{n}=%s" for n in range(len(values)))
    told = line(text, *values)

    assert [told[f"k{n}"] for n in range(len(values))] == values


def test_a_log_file_is_appended_to_and_dated(tmp_path, handled):
    """Lines for people with the time in UTC, after those of earlier runs."""
    path = tmp_path / "feedgen.log"
    path.write_text("before\n")
    logs.set_up(level=logging.INFO, file=path)
    logging.getLogger("feedgen.x").info("a.b series=%s", "daily")

    before, written = path.read_text().splitlines()
    assert before == "before"
    date, _, rest = written.partition(" ")
    assert rest == "INFO feedgen.x a.b series=daily"
    assert abs((datetime.now(UTC) - datetime.fromisoformat(date)).total_seconds()) < 60
    assert logs.handled_by() == "file"


def test_a_log_file_that_was_moved_away_is_made_anew(tmp_path, handled):
    """What logrotate does costs no line."""
    path = tmp_path / "feedgen.log"
    logs.set_up(level=logging.INFO, style="json", file=path)
    logging.getLogger("feedgen.x").info("a.b")
    path.rename(tmp_path / "feedgen.log.1")
    logging.getLogger("feedgen.x").info("c.d")

    assert json.loads(path.read_text())["event"] == "c.d"


def test_a_log_that_can_not_be_written_is_a_mistake_of_usage(tmp_path, handled):
    """The folder does not exist: said in a sentence, before anything is done."""
    with pytest.raises(UsageProblem, match="can not write the log") as caught:
        logs.set_up(level=logging.INFO, file=tmp_path / "no" / "feedgen.log")

    assert caught.value.hint


def test_setting_up_again_replaces_and_does_not_add(tmp_path, handled):
    """Each line is written once."""
    for name in ("one", "two"):
        logs.set_up(level=logging.INFO, file=tmp_path / name)
    logging.getLogger("feedgen.x").info("a.b")

    assert (tmp_path / "one").read_text() == ""
    assert (tmp_path / "two").read_text().count("a.b") == 1
