"""The pages as anybody sees them, over a real port."""

import pytest
from lxml import html

from feedgen.outcome import Outcome
from feedgen.state import State
from tests.projects import COMEDY, GERMAN, NOW, SERIAL
from tests.web.serving import ELSEWHERE, HTML, page, words


def private_name(project):
    with State(project / ".feedgen" / "state.sqlite3") as state:
        (name,) = {
            version.identity.name
            for version in state.history.last()
            if version.key.endswith("#supporters")
        }
        return name


def test_the_overview_shows_every_show_and_what_needs_a_person_first(house):
    """Failed before held before all others, each with its state, its reason and its cover."""
    with house.client() as client:
        tree = page(client, "/")
    shows = tree.xpath("//ul[@class='shows']/li")
    titles = [show.xpath(".//h2")[0].text_content() for show in shows]
    badges = [show.xpath(".//*[contains(@class,'badge')]")[0].text_content() for show in shows]

    assert titles == ['Wait, "What" & Why?', "Salt & Signal", "Zwischen Zaun & Himmel"]
    assert badges == ["failed", "held", "unchanged"]
    assert "language" in words(shows[0])
    assert "difference" in words(shows[1])
    assert all(show.xpath(".//img[@class='cover']/@src") for show in shows)
    assert "1 difference waits for a decision" in words(tree)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=zaun", [GERMAN]),
        ("?q=WAIT+what", [COMEDY]),
        ("?result=held", [SERIAL]),
        ("?result=held&q=zaun", []),
        ("?result=nonsense&page=-3&q=", [COMEDY, SERIAL, GERMAN]),
        ("?page=99999999999999999999", [COMEDY, SERIAL, GERMAN]),
    ],
)
def test_the_overview_is_searched_by_its_address(house, query, found):
    """Words and results in the query choose the shows; what makes no sense is left out."""
    with house.client() as client:
        tree = page(client, f"/{query}")
    hrefs = tree.xpath("//ul[@class='shows']//h2/a/@href")

    assert [href.rpartition("/")[2] for href in hrefs] == found


def test_a_show_is_read_from_the_feed_on_air(house):
    """Its episodes, players, notes, chapters and transcripts are those of the feed, not newer."""
    with house.client() as client:
        tree = page(client, f"/shows/{SERIAL}")
        titles = [each.text_content() for each in tree.xpath("//ul[@class='episodes']/li//h3")]
        players = tree.xpath("//audio/@src")
        played = client.get(players[0], headers={"Range": "bytes=0-9"})

    assert "Fog & Horns" in titles
    assert "Bonus: The Soup, Cooked" in titles
    assert len(titles) == len(players) == 7
    assert (played.status_code, len(played.content)) == (206, 10)
    assert "Low tide" in words(tree)
    assert tree.xpath("//a[contains(@href,'1-1.vtt')]")
    assert tree.xpath("//ul[@class='people']//img/@src")[0].startswith("/media/images/")


def test_what_is_held_and_left_out_is_told_with_its_reason(house):
    """The page says why a difference waits, what it is, what is left out and what changed last."""
    with house.client() as client:
        told = words(page(client, f"/shows/{SERIAL}"))
        failed = words(page(client, f"/shows/{COMEDY}"))

    assert "Held for a decision" in told
    assert "guid-vanished" in told or "gone" in told
    assert "“The Last Lamp”" in told or "The Last Lamp" in told
    assert "It comes out at 2099-01-01" in told
    assert "What changed with version 2" in told
    assert "Fog & Horns" in told
    assert "Why it failed" in failed
    assert "Untitled (do not publish)" in failed or "xx-nonsense" in failed


def test_somebody_from_elsewhere_sees_what_the_feed_says_and_no_more(house):
    """Through a proxy, or by another name, there is nothing of what goes on inside."""
    with house.client() as client:
        for headers in (ELSEWHERE, {"Host": "rebound.example.com"}, {"Via": "1.1 proxy"}):
            overview = words(page(client, "/", headers=headers))
            show = words(page(client, f"/shows/{SERIAL}", headers=headers))
            refused = [
                client.get(path, headers=headers).status_code
                for path in (
                    f"/shows/{SERIAL}/history",
                    f"/shows/{SERIAL}/history/1",
                    f"/shows/{SERIAL}/artwork",
                    "/receipts",
                    "/hooks",
                    "/metrics",
                )
            ]
            assert "Salt & Signal" in overview
            assert "Fog & Horns" in show
            for inside in ("The Last Lamp", "guid-vanished", "xx-nonsense", "Untitled"):
                assert inside not in overview + show
            assert refused == [401] * 6


def test_who_is_refused_is_led_to_the_login_and_back(house):
    """The page that says so has a button, and from a form that came too late one comes back."""
    with house.client() as client:
        refused = client.get(f"/shows/{SERIAL}/history?x=1", headers={**ELSEWHERE, **HTML})
        late = client.post(f"/shows/{SERIAL}/approve", data={"digest": "0"}, headers=HTML)
        nothing = client.get("/nothing", headers=HTML)

    def buttons(answer):
        return html.fromstring(answer.text).xpath("//main//a[@class='button']/@href")

    assert (refused.status_code, late.status_code) == (401, 401)
    assert buttons(refused) == [f"/login?next=/shows/{SERIAL}/history%3Fx%3D1"]
    assert buttons(late) == [f"/login?next=/shows/{SERIAL}"]
    assert buttons(nothing) == []


def test_what_a_feed_says_is_marked_with_its_language(house):
    """Title, titles of episodes and notes say the language, and find their own direction."""
    with house.client() as client:
        tree = page(client, f"/shows/{GERMAN}")

    assert tree.get("lang") == "en"
    for place in ("//h1/bdi", "//ul[@class='episodes']//h3/bdi", "//div[@class='notes']"):
        found = tree.xpath(place)
        assert found
        assert {each.get("lang") for each in found} == {"de"}
    assert {each.get("dir") for each in tree.xpath("//div[@class='notes']")} == {"auto"}


def test_where_feeds_are_kept_is_not_told_to_everybody(own):
    """A feed that can not be read is said to be so; the place and the reason are for inside."""
    feed = own.project / "feeds" / f"{SERIAL}.xml"
    feed.unlink()
    feed.mkdir()
    with own.client() as client:
        inside = words(page(client, f"/shows/{SERIAL}"))
        outside = words(page(client, f"/shows/{SERIAL}", headers=ELSEWHERE))

    assert str(feed) in inside
    assert str(own.project) not in outside
    assert "The feed can not be read at the moment." in outside


def test_what_is_searched_for_is_printed_as_one_line(house):
    """Control characters in an address do not come back in the page."""
    with house.client() as client:
        answer = client.get("/?q=salt%00%1b%5B2J%0Asignal")

    assert 'value="salt [2J signal"' in answer.text
    assert "\0" not in answer.text
    assert "\x1b" not in answer.text


def test_the_address_of_a_private_feed_is_only_for_who_is_logged_in(house):
    """Nobody else finds it on any page, not even on this machine; who is logged in does."""
    name = private_name(house.project)
    paths = [
        "/",
        f"/shows/{SERIAL}",
        f"/shows/{SERIAL}/history",
        f"/shows/{SERIAL}/artwork",
        f"/shows/{SERIAL}/history/1?feed=%23supporters",
    ]
    with house.client() as client, house.logged_in() as session:
        for path in paths:
            assert name not in client.get(path, headers=HTML).text
        hidden = client.get(paths[-1]).status_code
        seen = session.get(f"/shows/{SERIAL}/history").text
        page_of_it = session.get(paths[-1]).status_code
        feed = client.get(f"/{name}")

    assert hidden == 404
    assert "supporters" in seen
    assert page_of_it == 200
    assert feed.status_code == 200


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_private_feed_is_kept_and_listed_by_nobody_on_the_way(house, coding):
    """Its address is its key: no shared cache keeps it, no search engine names it."""
    path = f"/{private_name(house.project)}"
    with house.client(headers={"Accept-Encoding": coding}) as client:
        private = [client.get(path), client.head(path)]
        public = client.get(f"/{SERIAL}.xml").headers
        private.append(client.get(path, headers={"If-None-Match": private[0].headers["etag"]}))

    assert [answer.status_code for answer in private] == [200, 200, 304]
    for answer in private:
        assert answer.headers["cache-control"] == "private, max-age=300"
        assert answer.headers["x-robots-tag"] == "noindex"
    assert public["cache-control"] == "public, max-age=300"
    assert "x-robots-tag" not in public


def test_a_failure_does_not_tell_where_a_private_feed_lies(own):
    """The reason of a failed show stands on its pages without the address in it."""
    name = private_name(own.project)
    reason = f"can not write {own.project}/feeds/{name}: disk full"
    failed = Outcome(slug=SERIAL, result="failed", reason=reason, hint=f"look at {name}")
    with State(own.project / ".feedgen" / "state.sqlite3") as state:
        state.standings.record(failed, at=NOW)
    with own.client() as client:
        pages = [client.get(path).text for path in ("/", f"/shows/{SERIAL}", "/metrics")]

    assert "disk full" in pages[0]
    assert "disk full" in pages[1]
    for page_ in pages:
        assert name.rpartition("/")[2] not in page_


def test_every_style_of_the_artwork_is_shown_with_the_choice(house):
    """Nine styles, the one on the feed marked, each with its picture."""
    with house.client() as client:
        tree = page(client, f"/shows/{GERMAN}/artwork")
        first = tree.xpath("(//ul[@class='styles'])[1]/li")
        taken = tree.xpath("(//ul[@class='styles'])[1]/li[@class='taken']//h3/text()")
        pictures = [src for each in first for src in each.xpath(".//img/@src")]
        loaded = [client.get(src).headers["content-type"] for src in pictures]

    assert len(first) == 9
    assert taken == ["square-3000"]
    assert len(loaded) == 9
    assert set(loaded) == {"image/jpeg"}
    assert "first choice" in words(tree)


def test_the_history_tells_versions_and_what_was_held(house):
    """Two versions of the feed, the newest on air, and the difference that waits."""
    with house.client() as client:
        tree = page(client, f"/shows/{SERIAL}/history")
        version = words(page(client, f"/shows/{SERIAL}/history/1"))
        missing = client.get(f"/shows/{SERIAL}/history/77").status_code
    numbers = tree.xpath("(//table)[1]//tbody//th")

    assert [n.text_content().split()[0] for n in numbers] == ["2", "1"]
    assert "Log in to see the private feeds" in words(tree)
    assert "What putting it back would change" in version
    assert "Fog Over the Estuary" in version
    assert missing == 404


@pytest.mark.parametrize(
    "path",
    ["/shows/nobody", "/shows/nobody/history", "/nothing", "/assets/nothing.css", "/login/x"],
)
def test_what_is_not_there_is_said_in_the_readers_own_way(house, path):
    """A browser gets a page, a program a line; both 404."""
    with house.client() as client:
        for_people = client.get(path, headers=HTML)
        for_programs = client.get(path, headers={"Accept": "*/*"})

    assert (for_people.status_code, for_programs.status_code) == (404, 404)
    assert html.fromstring(for_people.text).xpath("//h1")
    assert for_programs.headers["content-type"].startswith("text/plain")


def test_pages_allow_no_script_and_load_nothing_from_elsewhere(house):
    """The policy names this server and https pictures; there is no script on any page."""
    with house.client() as client:
        for path in ("/", f"/shows/{SERIAL}", "/login", "/nothing"):
            answer = client.get(path, headers=HTML)
            tree = html.fromstring(answer.text)
            policy = answer.headers["content-security-policy"]

            assert "default-src 'none'" in policy
            assert "script-src" not in policy
            assert "frame-ancestors 'none'" in policy
            assert not tree.xpath("//script | //@onclick | //@style | //style")
            own = tree.xpath("//link/@href | //img/@src | //audio/@src")
            assert all(address.startswith("/") for address in own)
            assert answer.headers["referrer-policy"] == "same-origin"
            assert answer.headers["x-content-type-options"] == "nosniff"


def test_pages_are_compressed_unless_they_hold_a_secret(house):
    """gzip for who asks; a page with the token of a session is sent as it is and not stored."""
    with house.client() as client, house.logged_in() as session:
        public, refused = (
            client.get("/", headers={"Accept-Encoding": coding}).headers
            for coding in ("gzip", "gzip;q=0, identity")
        )
        secret = session.get("/").headers

    assert public["content-encoding"] == "gzip"
    assert "content-encoding" not in refused
    assert "content-encoding" not in secret
    assert "accept-encoding" in public["vary"]
    assert secret["cache-control"] == "no-store"


def test_a_show_that_was_never_on_air_has_a_page(own):
    """A show whose first run fails is listed and says why, without a feed."""
    with State(own.project / ".feedgen" / "state.sqlite3") as state:
        state._db.execute(
            "insert into standings values ('new', 'New', '', 'failed', 'It has no cover.',"
            " '2026-11-01T00:00:00+00:00', null, 1, '2026-11-01T00:00:00+00:00', null)"
        )
    with own.client() as client:
        overview = words(page(client, "/"))
        show = words(page(client, "/shows/new"))

    assert "never on air" in overview
    assert "It has no cover." in show
    assert "Nothing has been on air yet." in show


@pytest.mark.parametrize(
    "path", ["/", f"/shows/{SERIAL}", "/healthz", "/login", "/assets/style.css"]
)
def test_head_is_answered_like_get_without_a_body(house, path):
    """The headers are those of GET."""
    with house.client() as client:
        get, head = client.get(path), client.head(path)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == get.headers["content-type"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/", "GET, HEAD"),
        ("BREW", f"/shows/{SERIAL}", "GET, HEAD"),
        ("POST", "/healthz", "GET, HEAD"),
        ("GET", "/logout", "POST"),
        ("PUT", f"/shows/{SERIAL}/approve", "POST"),
        ("DELETE", f"/{SERIAL}.xml", "GET, HEAD, OPTIONS"),
    ],
)
def test_other_methods_are_refused_with_those_that_are_taken(house, method, path, allowed):
    """405 with Allow, whatever the method is called."""
    with house.client() as client:
        answer = client.request(method, path)

    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed


def test_the_content_api_answers_beside_the_pages(house):
    """The same paths as at ART19, at the root, with its own credential and its own errors."""
    headers = {"Accept": "application/vnd.api+json"}
    signed = {**headers, "Authorization": 'Token token="secret-of-the-api", credential="tests"'}
    with house.client() as client:
        listed = client.get("/series?page[number]=1&page[size]=50", headers=signed)
        refused = client.get("/series", headers=headers)
        unknown = client.get("/episodes/nonsense", headers=signed)

    assert {each["attributes"]["slug"] for each in listed.json()["data"]} >= {SERIAL, GERMAN}
    assert refused.status_code == 401
    assert refused.headers["content-type"] == "application/vnd.api+json"
    assert unknown.status_code == 404
