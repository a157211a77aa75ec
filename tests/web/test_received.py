"""What waits and what is received, on the pages; the list of hooks."""

import time

from lxml import html

from tests.projects import COMEDY, GERMAN, SERIAL
from tests.web.serving import ELSEWHERE, HTML, SECRET, STANDARD, page, words


def test_the_receipts_tell_what_waits_and_why(looking):
    """What runs, what is queued and what is tried again, with a link where there is a show."""
    with looking.client() as client:
        tree = page(client, "/receipts")
    waiting = [words(each) for each in tree.xpath("//section[h2='Waiting']//li")]
    told = "".join(waiting)

    assert "This server does not publish" in words(tree)
    assert "Zwischen Zaun & Himmel: publishing now" in waiting[0]
    assert "Salt & Signal: waits to be published, reported just now" in told
    assert "who-is-this: waits to be published" in told
    assert 'Wait, "What" & Why?: failed 1 time' in told
    assert tree.xpath(f"//section[h2='Waiting']//a[@href='/shows/{SERIAL}']")
    assert not tree.xpath("//a[contains(@href, 'who-is-this')]")


def test_the_pages_of_a_show_tell_what_it_waits_for(looking):
    """On its own page and in the overview, and only to who may see what goes on inside."""
    paths = {GERMAN: "publishing now", COMEDY: "tried again", SERIAL: "waits to be published"}
    with looking.client() as client:
        overview = words(page(client, "/"))
        for slug, said in paths.items():
            assert said in words(page(client, f"/shows/{slug}"))
            assert said in overview
            for path in ("/", f"/shows/{slug}"):
                assert said not in words(page(client, path, headers=ELSEWHERE))


def test_a_show_that_changes_by_itself_says_when(working):
    """The next release stands on its page and among the receipts, in words and to the second."""
    with working.client() as client:
        show = words(page(client, f"/shows/{SERIAL}"))
        tree = page(client, "/receipts")
        outside = words(page(client, f"/shows/{SERIAL}", headers=ELSEWHERE))
    listed = words(tree.xpath("//section[h2='Changing by themselves']")[0])

    assert "changes by itself in " in show
    assert "2099-01-01 06:00:00 UTC" in show
    assert "2099-01-01 06:00:00 UTC Salt & Signal" in listed
    assert "2099" not in outside


def test_a_hook_that_fails_says_when_it_is_tried_again(working):
    """From the call on its receipt, its show and the list of receipts say so."""
    with working.client() as client:
        answer = client.post(
            "/hooks/cms?wait=20",
            json={"post_meta": {"feedgen_series": COMEDY}},
            headers={"X-Feedgen-Token": SECRET},
        )
        assert answer.json()["series"][0]["outcome"]["result"] == "failed"
        until = time.monotonic() + 5
        while "tried again in" not in (told := words(page(client, "/receipts"))):
            assert time.monotonic() < until, told
        receipt = words(page(client, f"/receipts/{answer.json()['receipt']}.html"))

    assert "cms" in told
    assert "exit code 4" in told
    assert 'Wait, "What" & Why? failed' in told
    assert "tried again" in receipt


def test_the_hooks_are_listed_with_all_but_their_secrets(working):
    """Address, kind, signature, limits, expressions, and why one of them refuses everything."""
    with working.client() as client:
        text = client.get("/hooks").text
        refused = client.get("/hooks", headers={**ELSEWHERE, **HTML})
    tree = html.fromstring(text)
    told = {each.xpath("string(h2)"): words(each) for each in tree.xpath("//section")}

    assert f"{working.origin}/hooks/cms" in told["cms"]
    assert "wordpress" in told["cms"]
    assert "X-Feedgen-Token" in told["cms"]
    assert "CMS_SECRET" in told["cms"]
    assert "feedgen_series" in told["cms"]
    assert "webhook-signature" in told["standard"]
    assert "only.here" in told["standard"]
    assert "refuses every request" in told["broken"]
    assert "SECRET_THAT_IS_NOT_SET" in told["broken"]
    assert SECRET not in text
    assert STANDARD not in text
    assert STANDARD.removeprefix("whsec_") not in text
    assert refused.status_code == 401


def test_without_hooks_the_page_says_how_to_make_one(house):
    """The first table to write, for who begins."""
    with house.client() as client:
        told = words(page(client, "/hooks"))

    assert "There is no hook yet" in told
    assert "[hooks.cms]" in told
    assert "secret_env" in told
