"""What an answer of the API means: a document, a refusal, or an outage that may pass.

Status and content type are looked at before the body: a proxy answers HTML with 200, and 401, 403,
404, 406 and 429 have no documented body at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from feedgen.art19 import jsonapi
from feedgen.errors import ApiProblem

if TYPE_CHECKING:
    from datetime import datetime

    from feedgen.art19.jsonapi import ApiError, Document

SHORTEST_WAIT, LONGEST_WAIT = 1.0, 60.0


class PassingProblem(ApiProblem):
    """An outage: 5xx, a reset, a page of a proxy, a body cut short. Asking again may help."""


class BadRequest(ApiProblem):
    """400, 414 or 431: the API can not do with this request, whoever asks."""

    def __init__(
        self, message: str, *, status: int, url: str, errors: tuple[ApiError, ...]
    ) -> None:
        hint = "this is a mistake in feedgen or a change of the API: please report it"
        super().__init__(message, status=status, url=url, hint=hint)
        self.errors = errors


class FailsOver(ApiProblem):
    """5xx whose errors name the ids: the API is there, but fails over some of what was asked."""


class NotGiven(ApiProblem):
    """403 or 404: not there, or not for this credential; the two are treated alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, whole: `url` is what was asked, without credentials."""

    status: int
    url: str
    content_type: str = ""
    retry_after: str = ""
    location: str = ""
    body: bytes = b""


def document(answer: Answer, *, many: bool) -> Document:
    """Return the JSON:API document of `answer`, or raise what the answer means instead.

    `many` is whether a collection was asked for; a document of the other shape is no answer.
    """
    status, url = answer.status, answer.url
    if status != 200:
        raise problem(answer)
    media_type = answer.content_type.split(";")[0].strip().lower()
    if media_type != jsonapi.MEDIA_TYPE:
        what = "a web page" if media_type == "text/html" else media_type or "no content type"
        raise PassingProblem(
            f"the Content API answered 200 with {what} in place of JSON:API",
            status=status,
            url=url,
            hint="a proxy or a maintenance page may stand in between; check the API's address",
        )
    try:
        found = jsonapi.parse(answer.body)
        if found.many is many:
            return found
        reason = f"with {'a list' if found.many else 'no list'} of resources"
    except jsonapi.UnreadableDocument as error:
        reason = error.message
    raise PassingProblem(
        f"the Content API answered 200, but {reason}",
        status=status,
        url=url,
        hint="the body may have been cut short; try again",
    )


def retry_after(value: str, now: datetime) -> float | None:
    """Return the seconds a 429 asks to wait, 1 to 60; `None` if it does not say.

    Seconds or a date (RFC 9110 section 10.2.3); the API documents whole seconds under 60.
    """
    text = value.strip()
    if not text:
        return None
    if text.isdecimal() and text.isascii():
        seconds = float(text[:6])
    else:
        try:
            seconds = (parsedate_to_datetime(text) - now).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(seconds, SHORTEST_WAIT), LONGEST_WAIT)


def problem(answer: Answer) -> ApiProblem:
    """Return what an answer other than 200 means."""
    status, url = answer.status, answer.url
    if status in (400, 414, 431):
        errors = _errors(answer)
        said = f": {errors[0]}" if errors else ""
        message = f"the Content API refused a request ({status}){said}"
        return BadRequest(message, status=status, url=url, errors=errors)
    if status == 401:
        return ApiProblem(
            "the Content API does not accept the credential (401)",
            status=status,
            url=url,
            hint="check FEEDGEN_ART19_CREDENTIAL and FEEDGEN_ART19_TOKEN or the credential file",
        )
    if status == 403:
        return NotGiven(
            "the credential may not read this (403)",
            status=status,
            url=url,
            hint="ask the owner of the account which series the credential may read",
        )
    if status == 404:
        return NotGiven(
            "the Content API has nothing there (404)",
            status=status,
            url=url,
            hint="check the address of the API and the id",
        )
    if status == 406:
        return ApiProblem(
            "the Content API can not answer in JSON:API (406)",
            status=status,
            url=url,
            hint="the address may be that of another service; check it in the configuration",
        )
    if status == 429:
        return ApiProblem(
            "the Content API says again and again that it is asked too often (429)",
            status=status,
            url=url,
            hint="something else uses the same credential; try later or ask for a higher limit",
        )
    if status >= 500:
        about = [each for each in _errors(answer) if "ids" in each.parameter]
        if about:
            said = about[0].detail or about[0].title or f"the API failed ({status})"
            return FailsOver(
                said, status=status, url=url, hint="what is on air stays; try again later"
            )
        return PassingProblem(
            f"the Content API failed ({status})",
            status=status,
            url=url,
            hint="what is on air stays; try again later",
        )
    return ApiProblem(
        f"the Content API answered with status {status}, which it does not document",
        status=status,
        url=url,
        hint="check the address of the API in the configuration",
    )


def _errors(answer: Answer) -> tuple[ApiError, ...]:
    if answer.content_type.split(";")[0].strip().lower() != jsonapi.MEDIA_TYPE:
        return ()
    try:
        return jsonapi.parse(answer.body).errors
    except jsonapi.UnreadableDocument:
        return ()
