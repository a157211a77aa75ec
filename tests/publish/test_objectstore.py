"""An object store as a target, against a real S3 server over HTTP."""

from __future__ import annotations

import threading
from datetime import timedelta

import httpx
import pytest

pytest.importorskip("obstore")
pytest.importorskip("ministack")

from feedgen.errors import TargetProblem, UsageProblem
from feedgen.publish.objectstore import ObjectStore
from tests.publish.storeserver import KEYS, proxy_to, s3_server

NAME = "show.xml"


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The address of an S3 server that all tests share."""
    with s3_server(tmp_path_factory.mktemp("s3")) as address:
        yield address


@pytest.fixture
def proxy(server):
    """A proxy before the server that does what a test tells it."""
    with proxy_to(server) as made:
        yield made


@pytest.fixture
def folder(request):
    """A folder of the bucket that no other test uses."""
    return f"s3://feeds/{request.node.name.replace('[', '-').strip(']')}"


def open_at(folder: str, address: str) -> ObjectStore:
    """Return a target with little patience."""
    return ObjectStore.open(folder, endpoint=address, patience=timedelta(seconds=1), **KEYS)


def test_what_is_written_is_read_back(server, folder):
    """A new object, and one that replaces it."""
    target = open_at(folder, server)
    assert target.read(NAME) is None
    assert target.size(NAME) is None

    target.write(NAME, b"one")
    assert target.read(NAME) == b"one"
    target.write(NAME, b"three")
    assert target.size(NAME) == 5
    assert open_at(folder, server).read(NAME) == b"three"
    assert target.place(NAME) == f"{folder}/{NAME}"


@pytest.mark.parametrize(
    ("name", "kind", "cache"),
    [
        ("show.xml", "application/rss+xml; charset=utf-8", "public, max-age=300"),
        ("feeds/show", "application/rss+xml; charset=utf-8", "public, max-age=300"),
        ("private/k3y.xml", "application/rss+xml; charset=utf-8", "private, max-age=300"),
        ("media/images/a.jpg", "image/jpeg", "public, max-age=31536000, immutable"),
    ],
)
def test_files_are_served_with_their_headers(server, name, kind, cache):
    """A reader gets the type of the feed and how long it may keep it."""
    open_at("s3://feeds/headers", server).write(name, b"data")
    answer = httpx.get(f"{server}/feeds/headers/{name}")

    assert answer.content == b"data"
    assert answer.headers["content-type"] == kind
    assert answer.headers["cache-control"] == cache


def test_a_second_writer_does_not_undo_the_first(server, folder):
    """Who read before the other wrote is told so, and the other's feed stays."""
    first, second = open_at(folder, server), open_at(folder, server)
    first.write(NAME, b"old")
    first.read(NAME)
    second.read(NAME)
    first.write(NAME, b"from the first")
    with pytest.raises(TargetProblem, match="somebody else"):
        second.write(NAME, b"from the second, of older data")

    assert second.read(NAME) == b"from the first"
    second.write(NAME, b"looked at it anew")
    assert first.read(NAME) == b"looked at it anew"


def test_two_first_publications_do_not_both_win(server, folder):
    """If-None-Match decides who creates an object."""
    first, second = open_at(folder, server), open_at(folder, server)
    assert first.read(NAME) is second.read(NAME) is None
    first.write(NAME, b"first")
    with pytest.raises(TargetProblem, match="somebody else"):
        second.write(NAME, b"second")

    assert second.read(NAME) == b"first"


def test_races_have_one_winner_each(server, folder):
    """Of many writers that read the same version, exactly one replaces it, round after round."""
    targets = [open_at(folder, server) for _ in range(4)]
    targets[0].write(NAME, b"start")
    for target in targets:
        assert target.conditions == "heeded"
    for round_ in range(8):
        for target in targets:
            target.read(NAME)
        won: list[int] = []

        def write(number: int, round_: int = round_, won: list[int] = won) -> None:
            try:
                targets[number].write(NAME, f"{round_}-{number}".encode())
            except TargetProblem:
                return
            won.append(number)

        threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(won) == 1
        assert targets[0].read(NAME) == f"{round_}-{won[0]}".encode()


@pytest.mark.parametrize("mode", ["503", "drop"])
def test_a_failing_store_leaves_the_old_feed(server, proxy, folder, mode):
    """503 and lost connections are told as such; the old bytes stay on air."""
    target = open_at(folder, proxy.address)
    target.write(NAME, b"old")
    target.read(NAME)
    proxy.mode = mode
    with pytest.raises(TargetProblem, match="can not write") as caught:
        target.write(NAME, b"new")
    assert "what was on air stays" in caught.value.hint
    assert "\n" not in caught.value.message
    with pytest.raises(TargetProblem, match="can not read"):
        target.read(NAME)

    assert open_at(folder, server).read(NAME) == b"old"


def test_a_store_that_is_away_is_waited_for_once(server, proxy, folder):
    """After one request that was tried in vain again and again the next ones are tried once."""
    target = open_at(folder, proxy.address)
    target.write(NAME, b"old")
    proxy.mode = "503"
    asked = []
    for _ in range(3):
        before = len(proxy.requests)
        with pytest.raises(TargetProblem, match="can not read"):
            target.read(NAME)
        asked.append(len(proxy.requests) - before)
    assert asked[0] > 1
    assert asked[1:] == [1, 1]

    proxy.mode = "pass"
    assert target.read(NAME) == b"old"
    proxy.mode, proxy.once = "503", True
    target.write(NAME, b"new")
    assert open_at(folder, server).read(NAME) == b"new"


@pytest.mark.parametrize("mode", ["503", "drop"])
def test_a_passing_failure_is_tried_again(server, proxy, folder, mode):
    """One bad answer is none of anybody's business."""
    target = open_at(folder, proxy.address)
    target.write(NAME, b"old")
    proxy.mode, proxy.once = mode, True
    target.write(NAME, b"new")

    assert open_at(folder, server).read(NAME) == b"new"


def test_a_lost_answer_is_not_taken_for_another_writer(server, proxy, folder):
    """The retry meets its own first attempt: that is a success."""
    target = open_at(folder, proxy.address)
    target.write(NAME, b"old")
    proxy.mode, proxy.once = "drop-answer", True
    target.write(NAME, b"new")

    assert open_at(folder, server).read(NAME) == b"new"


def test_a_store_that_ignores_conditions_is_found_out(proxy, folder):
    """Then what lies there is looked at once more before it is replaced."""
    proxy.mode = "no-conditions"
    first, second = open_at(folder, proxy.address), open_at(folder, proxy.address)
    first.write(NAME, b"old")
    assert first.conditions == "ignored"
    second.read(NAME)
    first.write(NAME, b"from the first")
    with pytest.raises(TargetProblem, match="somebody else"):
        second.write(NAME, b"from the second")

    assert first.read(NAME) == b"from the first"


def test_a_store_that_wants_bare_etags_gets_them(proxy, folder):
    """The form of the ETag is tried out as well."""
    proxy.mode = "bare-etag"
    first, second = open_at(folder, proxy.address), open_at(folder, proxy.address)
    first.write(NAME, b"old")
    assert first.conditions == "bare-etag"
    second.read(NAME)
    first.write(NAME, b"new")
    with pytest.raises(TargetProblem, match="somebody else"):
        second.write(NAME, b"newer")


def test_trying_out_leaves_nothing_behind(server, proxy, folder):
    """The object that conditions are tried out with is removed."""
    open_at(folder, proxy.address).write(NAME, b"old")
    tried = {path for method, path in proxy.requests if method == "PUT" and "probe" in path}
    listing = httpx.get(f"{server}/feeds").text

    assert len(tried) == 1
    assert ".feedgen-probe" not in listing


def test_other_bytes_on_air_are_noticed(proxy, folder):
    """What is read back must be what was written."""
    target = open_at(folder, proxy.address)
    assert target.conditions == "heeded"
    proxy.mode = "other-bytes"
    with pytest.raises(TargetProblem, match="does not hold what was written"):
        target.write(NAME, b"new")


@pytest.mark.parametrize("name", ["../a.xml", "/a.xml", "a/../../b.xml", ""])
def test_no_name_leads_out_of_the_folder(server, folder, name):
    """As with a local folder."""
    with pytest.raises(TargetProblem, match="outside"):
        open_at(folder, server).write(name, b"x")


def test_a_bucket_that_is_not_there_is_a_target_problem(server):
    """A wrong name of the bucket ends in a sentence."""
    with pytest.raises(TargetProblem, match="can not write"):
        open_at("s3://no-such-bucket/x", server).write(NAME, b"x")


def test_a_store_out_of_reach_is_a_target_problem():
    """Nobody listens at that port."""
    with pytest.raises(TargetProblem, match="can not read"):
        open_at("s3://feeds/x", "http://127.0.0.1:9").read(NAME)


@pytest.mark.parametrize("url", ["https://example.com/bucket", "feeds", "ftp://example.com/x"])
def test_other_urls_are_refused(url):
    """Only URLs of object stores are taken."""
    with pytest.raises(UsageProblem, match="not the URL of an object store"):
        ObjectStore.open(url)
