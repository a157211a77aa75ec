"""The state of all series for Prometheus, as a file of its node exporter's textfile collector.

Source: Prometheus, "Exposition formats", text format 0.0.4. Alert on
`time() - feedgen_run_last_success_timestamp_seconds > 93600` for a night that did not happen, and
on `time() - feedgen_series_last_success_timestamp_seconds > 172800` for a feed that is stale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from feedgen.standing import LastRun, Standing

Sample = tuple[dict[str, str], float]
_RESULTS = ("published", "unchanged", "held", "failed")


def metrics(
    standings: Sequence[Standing], last: LastRun | None, *, waiting: int = 0, given_up: int = 0
) -> bytes:
    """Return all metrics; `waiting` and `given_up` count notifications in the outbox."""
    series: list[str] = []
    series += _family(
        "feedgen_series_last_success_timestamp_seconds",
        "When the feed on air last was what the catalogue says.",
        (
            ({"series": each.slug}, each.success_at.timestamp())
            for each in standings
            if each.success_at is not None
        ),
    )
    series += _family(
        "feedgen_series_result",
        "What the last run did with the series: 1 for its result, 0 for all others.",
        (
            ({"series": each.slug, "result": result}, float(each.result == result))
            for each in standings
            for result in _RESULTS
        ),
    )
    series += _family(
        "feedgen_series_failures",
        "Failures in a row.",
        (({"series": each.slug}, float(each.failures)) for each in standings),
    )
    lines = series + _family(
        "feedgen_series_results",
        "Series by the result of their last run.",
        (
            ({"result": result}, float(sum(1 for each in standings if each.result == result)))
            for result in _RESULTS
        ),
    )
    lines += _family(
        "feedgen_notifications",
        "Notifications in the outbox.",
        [({"state": "waiting"}, float(waiting)), ({"state": "given_up"}, float(given_up))],
    )
    if last is not None:
        lines += _run(last)
    return ("\n".join(lines) + "\n").encode()


def _run(last: LastRun) -> list[str]:
    found = _family(
        "feedgen_run_last_timestamp_seconds",
        "When the last run ended, however it did.",
        [({}, last.ended_at.timestamp())],
    )
    if last.whole_at is not None:
        found += _family(
            "feedgen_run_last_success_timestamp_seconds",
            "When a run over all series last did its work.",
            [({}, last.whole_at.timestamp())],
        )
    found += _family(
        "feedgen_run_duration_seconds", "How long the last run took.", [({}, last.seconds)]
    )
    return found + _family(
        "feedgen_run_exit_code", "What the last run ended with.", [({}, float(last.exit_code))]
    )


def _family(name: str, said: str, samples: Iterable[Sample]) -> list[str]:
    head = [f"# HELP {name} {said}", f"# TYPE {name} gauge"]
    return head + [_sample(name, labels, value) for labels, value in samples]


def _sample(name: str, labels: dict[str, str], value: float) -> str:
    named = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    number = f"{value:.3f}".rstrip("0").rstrip(".")
    return f"{name}{{{named}}} {number}" if named else f"{name} {number}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
