"""Logging in, approving and putting back: over a real port, with a browser's headers."""

import asyncio
import re
import threading
import time
from datetime import timedelta

import httpx
import pytest
from lxml import html

from feedgen.state import State, only_series
from feedgen.web.sessions import LIFETIME, Sessions, TooManyAttempts, WrongToken
from tests.projects import NOW, SERIAL, publish
from tests.web.serving import HTML, LOGIN

SHOW = f"/shows/{SERIAL}"


def forms(client, path):
    """Return the fields of the forms of a page that change something, by where they are sent."""
    tree = html.fromstring(client.get(path).text)
    return {
        form.get("action"): {
            field.get("name"): field.get("value") or "" for field in form.xpath(".//input[@name]")
        }
        for form in tree.xpath("//form[@method='post']")
    }


def state(project):
    return State(project / ".feedgen" / "state.sqlite3")


def own_feed(opened):
    """Return the newest version of the show's own feed."""
    return next(
        version
        for version in opened.history.last()
        if version.identity.slug == SERIAL and version.key == version.identity.series_id
    )


def test_the_right_token_begins_a_session_and_leads_back(house):
    """The cookie is for the server alone, and the page one came from is shown again."""
    with house.client() as client:
        answer = client.post("/login", data={"token": LOGIN, "name": " Ada  L. ", "next": SHOW})
        cookie = answer.headers["set-cookie"]
        shown = client.get(SHOW).text

    assert (answer.status_code, answer.headers["location"]) == (303, SHOW)
    for part in ("HttpOnly", "SameSite=strict", "Path=/"):
        assert part in cookie
    assert LOGIN not in cookie
    assert "Ada L." in shown


def test_a_name_is_one_line_of_what_can_be_seen(own):
    """Nobody writes control characters into the log or the history by their name."""
    with own.client() as client:
        client.post("/login", data={"token": LOGIN, "name": "A\x1b[2J\x00d\u202ea\nweb.login x"})
        shown = client.get("/").text

    assert "A [2J d a web.login x" in shown
    assert not any(c in "".join(own.said) for c in "\x1b\0\u202e")


@pytest.mark.parametrize(
    "after",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x", "\n//x"],
)
def test_nobody_is_led_elsewhere_by_logging_in(house, after):
    """What is not a path of this server is the overview."""
    with house.client() as client:
        answer = client.post("/login", data={"token": LOGIN, "next": after})

    assert answer.headers["location"] == "/"


def test_a_wrong_token_begins_nothing(own):
    """403 and the form again, without a cookie."""
    with own.client() as client:
        for token in ("", "wrong", LOGIN[:-1], f"{LOGIN}x", "ü\u0000", "x" * 4000):
            answer = client.post("/login", data={"token": token})

            assert answer.status_code == 403
            assert "set-cookie" not in answer.headers
            assert "That is not the login token" in answer.text


def test_guessing_is_slowed_down(own):
    """After ten attempts in a minute there is a pause, for the right token too."""
    with own.client() as client:
        said = [client.post("/login", data={"token": f"guess {i}"}) for i in range(10)]
        refused = client.post("/login", data={"token": LOGIN})

    assert {answer.status_code for answer in said} == {403}
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) < 60


def test_logging_out_ends_the_session(house):
    """The cookie is worth nothing afterwards, not even to who kept it."""
    kept = house.log_in()
    with house.client(cookies={"feedgen-session": kept}) as client:
        fields = forms(client, "/")["/logout"]
        answer = client.post("/logout", data=fields)
    with house.client(cookies={"feedgen-session": kept}) as later:
        text = later.get("/").text

    assert answer.status_code == 303
    assert "Log out" not in text


def test_an_approval_lets_exactly_what_was_shown_on_air(own):
    """Approved by name on the page, published by the next run, told in the history."""
    with own.logged_in() as client:
        fields = forms(client, SHOW)[f"{SHOW}/approve"]
        answer = client.post(f"{SHOW}/approve", data=fields)
        shown = client.get(SHOW).text
        told = publish(own.project, SERIAL, now=NOW + timedelta(days=3))[SERIAL]
        listed = html.fromstring(client.get(SHOW).text).xpath("//ul[@class='episodes']//h3")
        history = client.get(f"{SHOW}/history").text

    assert (answer.status_code, answer.headers["location"]) == (303, SHOW)
    assert "by Ada" in shown
    # The further feeds lack the episode too, and each has a decision of its own.
    assert told.feeds[0].result == "published"
    assert "Bonus: The Soup, Cooked" not in [each.text_content() for each in listed]
    assert "approved difference" in history
    with state(own.project) as opened:
        (deed,) = opened.deeds.of(own_feed(opened).key)
    assert (deed.what, deed.by, deed.detail) == ("approved", "Ada", fields["digest"])


def test_an_approval_is_given_once(own):
    """Who presses twice, or after somebody else, changes nothing: the first word stands."""
    with own.logged_in() as client:
        fields = forms(client, SHOW)[f"{SHOW}/approve"]
        answers = [client.post(f"{SHOW}/approve", data=fields).status_code for _ in range(2)]
    with state(own.project) as opened:
        deeds = opened.deeds.of(own_feed(opened).key)

    assert answers == [303, 303]
    assert [(deed.what, deed.by) for deed in deeds] == [("approved", "Ada")]


def test_another_difference_than_the_one_shown_is_not_approved(own):
    """A digest that is not the one that waits is refused, and nothing is approved."""
    with own.logged_in() as client:
        fields = forms(client, SHOW)[f"{SHOW}/approve"]
        answers = [
            client.post(f"{SHOW}/approve", data={**fields, "digest": digest}, headers=HTML)
            for digest in ("0" * 64, fields["digest"][:12], "")
        ]

    assert [answer.status_code for answer in answers] == [409, 400, 400]
    with state(own.project) as opened:
        assert all(each.approved_at is None for each in opened.approvals.all_waiting())


def test_a_version_is_put_back_byte_for_byte(own):
    """The feed is the old one at once, stays through the next run, and it is told who did it."""
    with state(own.project) as opened:
        first = opened.history.data(opened.history.version(own_feed(opened).key, "1"))
    with own.logged_in() as client:
        fields = forms(client, f"{SHOW}/history/1")[f"{SHOW}/rollback"]
        answer = client.post(f"{SHOW}/rollback", data=fields)
        on_air = client.get(f"/{SERIAL}.xml").content
        history = client.get(f"{SHOW}/history").text
        again = client.post(f"{SHOW}/rollback", data=fields)
    told = publish(own.project, SERIAL, now=NOW + timedelta(days=3))[SERIAL]

    assert (answer.status_code, answer.headers["location"]) == (303, f"{SHOW}/history")
    assert on_air == first
    assert "put back by hand" in history
    assert "by Ada" in history
    assert again.status_code == 409
    assert told.result == "held"
    assert (own.project / "feeds" / f"{SERIAL}.xml").read_bytes() == first


@pytest.mark.parametrize("deed", ["approve", "rollback", "logout"])
def test_nothing_is_written_without_session_token_and_origin(own, deed):
    """No cookie, no token in the form, a wrong one, another site: each of them is refused."""
    path = "/logout" if deed == "logout" else f"{SHOW}/{deed}"
    page = f"{SHOW}/history/1" if deed == "rollback" else SHOW
    with own.logged_in() as client:
        fields = forms(client, page)[path]
        before = (own.project / "feeds" / f"{SERIAL}.xml").read_bytes()

        def post(cookie=True, headers=None, **changed):
            fields_sent = {"more": "x", **fields, **changed}
            data = {k: v for k, v in fields_sent.items() if v is not None}
            jar = {"feedgen-session": own.cookie} if cookie else {}
            with own.client(cookies=jar) as sender:
                return sender.post(path, data=data, headers=headers).status_code

        assert post(cookie=False) == 401
        assert post(csrf=None) == 403
        assert post(csrf="") == 403
        assert post(csrf="x" * 43) == 403
        assert post(csrf="ü") == 403
        assert post(headers={"Origin": "https://evil.example"}) == 403
        assert post(headers={"Origin": "null"}) == 403
        assert post(headers={"Sec-Fetch-Site": "cross-site"}) == 403
        assert post(headers={"Sec-Fetch-Site": "same-site"}) == 403
        assert client.get(path).status_code == 405
        still_in = "Log out" in client.get("/").text
    with state(own.project) as opened:
        assert all(each.approved_at is None for each in opened.approvals.all_waiting())
        assert own_feed(opened).how != "rolled-back"
    assert still_in
    assert (own.project / "feeds" / f"{SERIAL}.xml").read_bytes() == before


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"x" * 9000, "application/x-www-form-urlencoded", 413),
        (b"csrf=%ff%fe", "application/x-www-form-urlencoded", 400),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a=1" for _ in range(100)), "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"--x", "multipart/form-data; boundary=x", 415),
        (b"", "", 415),
    ],
)
def test_forms_that_are_none_are_refused(house, body, kind, status):
    """Too large, not text, too many fields, another type: a clear status and no traceback."""
    with house.logged_in() as client:
        for path in ("/login", f"{SHOW}/approve"):
            answer = client.post(path, content=body, headers={"Content-Type": kind})
            assert answer.status_code == status
            assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "fields",
    [
        {"version": "99", "newest": "2"},
        {"version": "-1"},
        {"version": "1; drop table versions"},
        {"version": "1", "newest": "1"},
        {"version": "1", "feed": "#nobody"},
        {"version": "1", "feed": "x' or 1=1"},
        {},
    ],
)
def test_a_version_that_is_none_is_not_put_back(house, fields):
    """Unknown versions and feeds are refused; what is on air stays."""
    before = (house.project / "feeds" / f"{SERIAL}.xml").read_bytes()
    with house.logged_in() as client:
        csrf = re.search(r'name="csrf" value="([^"]+)"', client.get("/").text)[1]
        answer = client.post(f"{SHOW}/rollback", data={"csrf": csrf, **fields}, headers=HTML)

    assert answer.status_code in (400, 409)
    assert (house.project / "feeds" / f"{SERIAL}.xml").read_bytes() == before


def test_a_decision_waits_for_a_run_that_publishes_the_series(own):
    """While somebody holds the series nothing is put back; then it is."""
    with state(own.project) as opened:
        series_id = own_feed(opened).key
    held, let_go = threading.Event(), threading.Event()

    async def hold():
        async with only_series(own.project / ".feedgen", series_id):
            held.set()
            await asyncio.to_thread(let_go.wait, 20)

    holder = threading.Thread(target=lambda: asyncio.run(hold()))
    holder.start()
    assert held.wait(10)
    with own.logged_in() as client:
        fields = forms(client, f"{SHOW}/history/1")[f"{SHOW}/rollback"]
        answers: list[httpx.Response] = []
        sender = threading.Thread(
            target=lambda: answers.append(client.post(f"{SHOW}/rollback", data=fields))
        )
        sender.start()
        time.sleep(0.5)
        waited = not answers
        let_go.set()
        sender.join(20)
        holder.join(20)

    assert waited
    assert answers[0].status_code == 303


def test_sessions_end_and_are_limited():
    """After twelve hours a session is over; a flood of attempts costs a fixed memory."""
    time_now = [0.0]
    sessions = Sessions(token=LOGIN, clock=lambda: time_now[0])
    cookie = sessions.log_in(LOGIN, name="Ada", client="192.0.2.1")
    assert sessions.of(cookie) is not None
    assert sessions.of(cookie[:-1]) is None
    assert sessions.of("") is None
    assert sessions.of(None) is None
    time_now[0] = LIFETIME + 1
    assert sessions.of(cookie) is None
    refused = 0
    for number in range(1000):
        try:
            sessions.log_in("wrong", name="", client=f"2001:db8::{number:x}")
        except WrongToken:
            pass
        except TooManyAttempts as tried:
            refused += tried.wait > 0
    assert refused == 800
    assert len(sessions._one._windows) <= 1024
