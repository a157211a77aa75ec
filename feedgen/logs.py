"""What feedgen says of its steps while it works: lines for people, or JSON for programs.

Code logs `log.info("onair.published series=%s name=%s", slug, name)`: an event, then its fields,
then perhaps `: ` and a sentence. Read by a person that is a line; as JSON every field is a key of
its own, with the value it was logged with. Standard `logging` throughout, so that any handler of
an application that imports feedgen works as well.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING, Literal

from feedgen.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

Style = Literal["text", "json"]
LEVELS = ("debug", "info", "warning", "error")

_HANDLER = "feedgen"
_EVENT = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+(?=[ :]|$)")
# A placeholder of the % operator, and the key before it if there is one; %% is none.
_PLACE = re.compile(r"%%|(?:\b(\w+)=)?%[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]")


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, event, logger, message, and every field.

    A line that follows no event, such as one of a library, has its logger's name for the event.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return `record` as JSON without a line break."""
        import json  # `feedgen --help` loads this module and needs none
        from datetime import UTC, datetime

        text = str(record.msg)
        event = _EVENT.match(text)
        moment = datetime.fromtimestamp(record.created, UTC)
        told: dict[str, object] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": event[0] if event else record.name,
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields = dict(_fields(text, record.args)) if event else {}
        # What `extra=` of the logging call added; libraries tell their fields so.
        fields |= {key: value for key, value in vars(record).items() if key not in _USUAL}
        told = {key: told[key] for key in _FIRST} | fields | told
        if record.exc_info and record.exc_info[0] is not None:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)


_FIRST = ("time", "level", "event")
_USUAL = {*vars(logging.makeLogRecord({})), "message", "asctime"}


def set_up(
    *,
    level: int,
    style: Style = "text",
    file: Path | None = None,
    untold: Collection[str] = (),
) -> None:
    """Send the log to stderr, or to `file`; raise UsageProblem if it can not be written to.

    A file is appended to, and opened anew when it was moved away (logrotate). Lines for people
    leave out the events `untold`, which they read in other words.
    """
    if file is None:
        handler: logging.Handler = logging.StreamHandler(sys.stderr)
    else:
        from logging.handlers import WatchedFileHandler

        try:
            handler = WatchedFileHandler(file, encoding="utf-8")
        except OSError as error:
            raise UsageProblem(
                f"can not write the log {file}: {error.strerror or error}",
                hint="name a file in a folder that exists and can be written to",
            ) from error
    handler.name = _HANDLER
    handler.setFormatter(JsonLines() if style == "json" else _plain(dated=file is not None))
    if style == "text":
        handler.addFilter(lambda record: str(record.msg).partition(" ")[0] not in untold)
    root = logging.getLogger()
    for earlier in [each for each in root.handlers if each.name == _HANDLER]:
        root.removeHandler(earlier)
        earlier.close()
    root.addHandler(handler)
    root.setLevel(level)


def handled_by() -> Literal["nothing", "text", "json", "file"]:
    """Return where `set_up` has sent the log: to stderr as text or JSON, or to a file."""
    for handler in logging.getLogger().handlers:
        if handler.name == _HANDLER:
            if isinstance(handler, logging.FileHandler):
                return "file"
            return "json" if isinstance(handler.formatter, JsonLines) else "text"
    return "nothing"


def on_stderr() -> logging.Handler | None:
    """Return the handler that `set_up` has made for stderr, `None` if the log goes to a file."""
    ours = (each for each in logging.getLogger().handlers if each.name == _HANDLER)
    return next((each for each in ours if not isinstance(each, logging.FileHandler)), None)


def _plain(*, dated: bool) -> logging.Formatter:
    import time

    made = logging.Formatter(
        f"{'%(asctime)sZ ' if dated else ''}%(levelname)s %(name)s %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%S",
    )
    made.converter = time.gmtime
    return made


def _fields(text: str, values: object) -> Iterator[tuple[str, object]]:
    """Yield the fields of a line that was logged as `text` with `values`."""
    left = iter(values if isinstance(values, tuple) else ())
    for place in _PLACE.finditer(text):
        if place[0] == "%%":
            continue
        value = next(left, None)
        if place[1]:
            plain = value is None or isinstance(value, (str, int, float, bool))
            yield place[1], value if plain else str(value)
