"""Reports for machines: JSON, SARIF 2.1.0, JUnit XML, GitHub workflow commands."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lxml import etree

from feedgen import __version__
from feedgen.check.report import SEVERITIES
from feedgen.xmltext import strip_illegal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feedgen.check.report import Finding, Report
    from feedgen.check.rule import Rule

# SARIF 2.1.0 section 3.27.10; GitHub workflow commands.
_SARIF_LEVELS = {"error": "error", "warn": "warning", "info": "note"}
_GITHUB_LEVELS = {"error": "error", "warn": "warning", "info": "notice"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_URI = "/:?#[]@!$&'()*+,;=%"
_SURROGATES = re.compile("[\ud800-\udfff]")


def as_json(reports: Sequence[tuple[str, Report]], rules: Sequence[Rule]) -> str:
    """Return one document: for each feed its counts and findings."""
    del rules
    feeds = [
        {
            "feed": name,
            "profile": report.profile,
            "counts": {severity: report.total(severity) for severity in SEVERITIES},
            "findings": [_finding(finding, report) for finding in report.findings],
        }
        for name, report in reports
    ]
    return _dumped({"feeds": feeds})


def _finding(finding: Finding, report: Report) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "line": finding.line or None,
        "item": {"guid": finding.item_guid, "title": finding.item_title}
        if finding.item_guid or finding.item_title
        else None,
        "value": finding.value,
        "of": report.counts.get((finding.rule, finding.severity), 1),
    }


def as_sarif(reports: Sequence[tuple[str, Report]], rules: Sequence[Rule]) -> str:
    """Return a SARIF 2.1.0 log with one run; code scanning of GitHub and editors read it."""
    used = {finding.rule for _, report in reports for finding in report.findings}
    described = [rule for rule in rules if rule.id in used]
    index = {rule.id: number for number, rule in enumerate(described)}
    driver = {
        "name": "feedgen",
        "version": __version__,
        "rules": [
            {
                "id": rule.id,
                "shortDescription": {"text": rule.title},
                "fullDescription": {"text": rule.why},
                "help": {"text": rule.page},
                "defaultConfiguration": {"level": _SARIF_LEVELS[rule.severity]},
            }
            for rule in described
        ],
    }
    results = [
        {
            "ruleId": finding.rule,
            "ruleIndex": index[finding.rule],
            "level": _SARIF_LEVELS[finding.severity],
            "message": {"text": _message(finding)},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": quote(name, safe=_URI)},
                        "region": {"startLine": max(1, finding.line)},
                    }
                }
            ],
        }
        for name, report in reports
        for finding in report.findings
    ]
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
    return _dumped(log)


def as_junit(reports: Sequence[tuple[str, Report]], rules: Sequence[Rule]) -> str:
    """Return JUnit XML: a suite a feed, a case a rule asked, failed where it found errors."""
    root = etree.Element("testsuites", name="feedgen check")
    for name, report in reports:
        by_rule: dict[str, list[Finding]] = {}
        for finding in report.findings:
            by_rule.setdefault(finding.rule, []).append(finding)
        failed = {finding.rule for finding in report.errors}
        suite = etree.SubElement(
            root,
            "testsuite",
            name=_xml(name),
            tests=str(len(rules)),
            failures=str(len(failed)),
            errors="0",
        )
        for rule in rules:
            case = etree.SubElement(suite, "testcase", classname=rule.id, name=rule.title)
            found = by_rule.get(rule.id, [])
            text = "\n".join(f"line {one.line}: {_message(one)}" for one in found)
            if rule.id in failed:
                failure = etree.SubElement(case, "failure", message=_xml(found[0].message))
                failure.text = _xml(text)
            elif found:
                etree.SubElement(case, "system-out").text = _xml(text)
    written: bytes = etree.tostring(
        root, encoding="utf-8", xml_declaration=True, pretty_print=True
    )
    return written.decode("utf-8").rstrip("\n")


def as_github(reports: Sequence[tuple[str, Report]], rules: Sequence[Rule]) -> str:
    """Return workflow commands; GitHub shows them at their lines in a pull request."""
    titles = {rule.id: f"{rule.id} {rule.title}" for rule in rules}
    return "\n".join(
        f"::{_GITHUB_LEVELS[finding.severity]} file={_property(name)},line={max(1, finding.line)}"
        f",title={_property(titles.get(finding.rule, finding.rule))}"
        f"::{_data(_message(finding))}"
        for name, report in reports
        for finding in report.findings
    )


def _message(finding: Finding) -> str:
    item = finding.item_title or finding.item_guid
    where = f"“{item}”: " if item else ""
    value = f" [{finding.value}]" if finding.value and finding.value not in finding.message else ""
    return f"{where}{finding.message}{value}"


def _dumped(document: object) -> str:
    # A lone surrogate can come out of no feed, but out of a file's name.
    return _SURROGATES.sub("\ufffd", json.dumps(document, indent=2, ensure_ascii=False))


def _xml(text: str) -> str:
    return strip_illegal(text)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
