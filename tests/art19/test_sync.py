"""Reading an account night after night: few requests, whole series, nothing lost."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feedgen.art19 import sync
from feedgen.art19.decode import IncompleteSeries
from feedgen.art19.store import SnapshotStore
from feedgen.errors import ApiProblem, SeriesProblem, UnknownSeries
from tests.art19 import virtual_time
from tests.art19.account import (
    JSON_API,
    PAST,
    Account,
    Limiter,
    api_for,
    episode,
    image,
    link,
    links,
    resource,
    show,
    stamp,
    uid,
)
from tests.bench.bench_sync import LargeAccount, nights

NIGHT = datetime(2026, 3, 1, 2, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SnapshotStore]:
    with SnapshotStore(tmp_path / "snapshot.sqlite3") as opened:
        yield opened


def read(
    account: Account, store: SnapshotStore | None, night: int = 0, **options: Any
) -> dict[str, sync.SeriesRead]:
    """Return the readings of one night by slug; the log of requests starts anew."""
    account.requests.clear()
    at = NIGHT + night * DAY

    async def main() -> dict[str, sync.SeriesRead]:
        async with api_for(account) as api:
            refs = await sync.list_series(api, store=store, now=at)
            found = sync.read(api, refs, store=store, now=at, **options)
            return {each.ref.slug: each async for each in found}

    made: dict[str, sync.SeriesRead] = virtual_time.run(main())
    return made


def asked(account: Account) -> Counter[str]:
    """Return how many requests were made per collection."""
    return Counter(target.split("?")[0].strip("/") for target, _ in account.requests)


def whole(reading: sync.SeriesRead) -> Any:
    assert reading.problem is None
    assert reading.series is not None
    return reading.series


def episodes(reading: sync.SeriesRead) -> set[str]:
    return {each.id for each in whole(reading).episodes}


def test_a_cold_run_asks_once_per_hundred(store: SnapshotStore) -> None:
    """Every kind costs one request per hundred resources, and the listing counts as the series."""
    account = Account()
    for number in range(30):
        show(account, f"show-{number}", episodes=10, credits=2)
    counts = Counter(kind for kind, _ in account.resources)

    found = read(account, store)

    assert len(found) == 30
    assert {each.problem for each in found.values()} == {None}
    assert asked(account) == {kind: -(-count // 100) for kind, count in counts.items()}


def test_a_run_without_a_store_reads_the_same(store: SnapshotStore) -> None:
    """With or without a snapshot the same series come out, with what they were decoded from."""
    account = Account()
    show(account, episodes=4, credits=2)

    with_store, without = read(account, store)["show"], read(account, None)["show"]

    assert whole(with_store) == whole(without)
    assert with_store.resources == without.resources
    assert len(with_store.resources) == len(account.resources)


def test_a_night_without_changes_asks_only_for_what_may_have_changed(store: SnapshotStore) -> None:
    """People, credits, classifications and assets are not asked for again."""
    account = Account()
    show(account, episodes=4)
    before = whole(read(account, store)["show"])

    after = whole(read(account, store, night=1)["show"])

    assert after == before
    assert asked(account) == dict.fromkeys(
        ("series", "episodes", "seasons", "networks", "images"), 1
    )


def test_after_a_week_everything_is_asked_for(store: SnapshotStore) -> None:
    """A person renamed is seen within a week, and then not asked for again the next night."""
    account = Account()
    show(account)
    read(account, store)
    person = account.resources["people", uid("show", "person", 0)]
    person["attributes"]["first_name"] = "Grace"

    names = [
        whole(read(account, store, night=night)["show"]).credits[0].person.first_name
        for night in (1, 6, 7, 8)
    ]

    assert names == ["Ada", "Ada", "Grace", "Grace"]
    assert "people" not in asked(account)


def test_a_hook_asks_for_everything_of_its_series(store: SnapshotStore) -> None:
    """A run of kind hook sees a renamed person at once."""
    account = Account()
    show(account)
    read(account, store)
    account.resources["people", uid("show", "person", 0)]["attributes"]["first_name"] = "Grace"

    found = read(account, store, night=1, kind="hook")["show"]

    assert whole(found).credits[0].person.first_name == "Grace"


def test_a_hook_never_goes_on_with_what_an_earlier_one_read(store: SnapshotStore) -> None:
    """After a hook that broke off, the next one asks for everything anew."""
    account = Account()
    show(account)

    def crash(path: Any, _query: Any, _number: int) -> None:
        if path == ["media_assets"]:
            raise RuntimeError("pulled the plug")

    account.fault = crash
    with pytest.raises(RuntimeError, match="pulled the plug"):
        read(account, store, kind="hook")
    account.fault = None
    account.resources["series", uid("show")]["attributes"]["title"] = "Renamed"
    account.resources["episodes", uid("show", "episode", 0)]["attributes"]["title"] = "Edited"

    series = whole(read(account, store, kind="hook")["show"])

    assert series.title == "Renamed"
    assert "Edited" in {each.title for each in series.episodes}


def test_a_large_account_costs_what_it_must() -> None:
    """The benchmark runs: two nights at the fewest requests, under a limit nobody told."""
    large = LargeAccount(30)

    cold, warm = nights(large, Limiter(300), 2)

    assert (cold.read, warm.read) == (30, 30)
    assert cold.requests <= 1.05 * large.fewest()
    nightly = ("series", "episodes", "seasons", "networks", "images")
    assert warm.requests == large.fewest(*nightly)
    assert (cold.refusals, warm.refusals) == (0, 0)


def test_an_edited_title_is_seen_the_same_night(store: SnapshotStore) -> None:
    """An edit shows although neither the series nor its relations moved."""
    account = Account()
    show(account)
    read(account, store)
    account.resources["episodes", uid("show", "episode", 0)]["attributes"]["title"] = "New title"

    titles = {each.title for each in whole(read(account, store, night=1)["show"]).episodes}

    assert "New title" in titles


def test_assets_are_asked_for_when_their_image_changed(store: SnapshotStore) -> None:
    """A recropped image brings its assets, an unchanged one does not."""
    account = Account()
    for name in ("one", "two"):
        show(account, name)
    read(account, store)
    account.resources["images", uid("two", "image")]["attributes"]["crop_data"] = {"left": 1}
    asset = account.resources["media_assets", uid("two", "asset", "itunes")]
    asset["attributes"]["cdn_url"] = "https://cdn.example.com/new.jpeg"

    found = read(account, store, night=1)

    request = next(target for target, _ in account.requests if "media_assets" in target)
    assert request.count("ids%5B%5D") == 3
    assert {each.url for each in whole(found["two"]).cover.assets} > {
        "https://cdn.example.com/new.jpeg"
    }


def test_new_and_vanished_episodes(store: SnapshotStore) -> None:
    """A new episode is read at once; one that vanishes goes only when a second run agrees."""
    account = Account()
    series_id = show(account, episodes=3)
    read(account, store)
    lost, new = uid("show", "episode", 0), uid("new")
    account.resources.pop(("episodes", lost))
    account.add(episode(new, series_id, uid("show", "season"), uid("show", "image"), "N", PAST))
    kept = [uid("show", "episode", 1), uid("show", "episode", 2), new]
    account.resources["series", series_id]["relationships"]["episodes"] = links("episodes", kept)

    first = read(account, store, night=1)["show"]
    second = read(account, store, night=2)["show"]
    third = read(account, store, night=3)["show"]

    assert episodes(first) == {lost, *kept}
    assert ("episode-absent-once", f"episodes/{lost}") in {(n.code, n.where) for n in first.notes}
    assert episodes(second) == episodes(third) == set(kept)
    assert lost not in str(account.requests)


def test_an_unpublished_episode_is_known_as_such_at_once(store: SnapshotStore) -> None:
    """What left the list because it was unpublished is read with its new state the same night."""
    account = Account()
    series_id = show(account, episodes=2)
    read(account, store)
    hidden = uid("show", "episode", 0)
    account.resources["episodes", hidden]["attributes"]["published"] = False
    related = links("episodes", [uid("show", "episode", 1)])
    account.resources["series", series_id]["relationships"]["episodes"] = related

    found = whole(read(account, store, night=1)["show"])

    assert {each.id: each.published for each in found.episodes}[hidden] is False


def test_time_passing_needs_no_answer(store: SnapshotStore) -> None:
    """An episode that waits for its time is in the snapshot before the API lists it."""
    account = Account()
    series_id = show(account, episodes=1)
    waiting = uid("waiting")
    release = NIGHT + timedelta(hours=3)
    season, cover = uid("show", "season"), uid("show", "image")
    account.add(episode(waiting, series_id, season, cover, "Soon", release))

    read(account, store, everything=True)
    offline = next(sync.read_offline(store, sync.stored_series(store)))
    nightly = read(account, store, night=1)["show"]

    assert waiting in episodes(offline)
    assert {each.released_at for each in whole(offline).episodes} >= {release}
    assert waiting in episodes(nightly)


def test_everything_reads_what_is_not_public(store: SnapshotStore) -> None:
    """Unpublished, future and expired episodes are read, those without a media file as such."""
    account = Account()
    series_id = show(account, episodes=1)
    season, cover = uid("show", "season"), uid("show", "image")
    for name in ("draft", "future", "expired", "no media"):
        release = NIGHT + DAY if name == "future" else PAST
        made = account.add(episode(uid(name), series_id, season, cover, name, release))
        made["attributes"]["published"] = name != "draft"
        if name == "expired":
            made["attributes"]["release_end_at"] = stamp(NIGHT - DAY)

    found = read(account, store, everything=True)["show"]

    media = {each.title: each.has_media for each in whole(found).episodes}
    assert media.pop("no media") is False
    assert media == dict.fromkeys(("show 0", "draft", "future", "expired"), True)


def test_an_episode_without_a_media_file_becomes_no_member(store: SnapshotStore) -> None:
    """A night that asks for less, or for nothing, does not take it for a listed one."""
    account = Account()
    series_id = show(account, episodes=1)
    silent = uid("no media")
    account.add(episode(silent, series_id, uid("show", "season"), uid("show", "image"), "x", PAST))

    everything = read(account, store, everything=True)["show"]
    offline = next(sync.read_offline(store, sync.stored_series(store)))
    nightly = read(account, store, night=1)["show"]

    assert silent in episodes(everything)
    assert silent not in episodes(offline) | episodes(nightly)
    assert nightly.notes == ()


def test_a_listed_episode_that_vanishes_keeps_its_media_for_a_night(store: SnapshotStore) -> None:
    """One that was listed before is not taken for one without a media file at the first look."""
    account = Account()
    series_id = show(account, episodes=2)
    lost = uid("show", "episode", 1)
    read(account, store, everything=True)
    listed = account.resources["series", series_id]["relationships"]["episodes"]
    listed["data"] = [each for each in listed["data"] if each["id"] != lost]

    first = read(account, store, night=1, everything=True)["show"]
    second = read(account, store, night=2, everything=True)["show"]

    assert [each.has_media for each in whole(first).episodes if each.id == lost] == [True]
    assert [each.has_media for each in whole(second).episodes if each.id == lost] == [False]


def test_a_missing_episode_makes_its_series_incomplete(store: SnapshotStore) -> None:
    """An id that is listed but not given leaves the feed alone; twice, and it is left out."""
    account = Account()
    for name in ("one", "two"):
        show(account, name, episodes=3)
    before = read(account, store)["one"]
    lost = uid("one", "episode", 1)
    account.resources["episodes", lost]["attributes"]["title"] = "never seen"
    account.hidden.add(lost)

    first = read(account, store, night=1)
    offline = {each.ref.slug: each for each in sync.read_offline(store, sync.stored_series(store))}
    second = read(account, store, night=2)

    assert isinstance(first["one"].problem, IncompleteSeries)
    assert lost in str(first["one"].problem)
    assert first["two"].problem is None
    assert whole(offline["one"]) == whole(before)
    assert episodes(second["one"]) == episodes(before) - {lost}
    assert "not-given" in {note.code for note in second["one"].notes}


def test_a_torn_reading_is_settled(store: SnapshotStore) -> None:
    """An episode deleted between two requests is noticed, and the series is read again."""
    account = Account()
    series_id = show(account, episodes=3)
    lost = uid("show", "episode", 1)

    def delete(path: Any, _query: Any, _number: int) -> None:
        if path == ["episodes"] and ("episodes", lost) in account.resources:
            account.resources.pop(("episodes", lost))
            kept = [uid("show", "episode", 0), uid("show", "episode", 2)]
            account.resources["series", series_id]["relationships"]["episodes"] = links(
                "episodes", kept
            )

    account.fault = delete
    found = read(account, store)["show"]

    assert episodes(found) == {uid("show", "episode", 0), uid("show", "episode", 2)}


def test_a_hidden_original_does_not_stop_a_feed(store: SnapshotStore) -> None:
    """An asset that may not be seen is let go where the best style of its image is there."""
    account = Account()
    show(account)
    account.hidden.add(uid("show", "asset", "original"))

    found = read(account, store)["show"]
    read(account, store, night=1)
    read(account, store, night=2)

    assert {each.style for each in whole(found).cover.assets} == {"itunes", "square-3000"}
    assert "not-given" in {note.code for note in found.notes}
    assert "media_assets" not in asked(account)


def test_a_hidden_asset_that_might_be_the_best_stops_it_once(store: SnapshotStore) -> None:
    """Without a square-3000 beside it a missing asset has to be missing twice."""
    account = Account()
    show(account)
    image(account, "show", ("itunes", "regular"))
    account.hidden.add(uid("show", "asset", "regular"))

    first, second = (read(account, store, night=night)["show"] for night in (0, 1))

    assert isinstance(first.problem, IncompleteSeries)
    assert [each.style for each in whole(second).cover.assets] == ["itunes"]


def test_what_can_not_be_read_is_not_absent(store: SnapshotStore) -> None:
    """A resource that fails to decode for nights on end is never counted as gone."""
    account = Account()
    series_id = show(account, episodes=2)
    bad = uid("show", "episode", 0)
    account.resources["episodes", bad] = {"type": "episodes", "id": bad, "attributes": "oops"}
    account.resources["series", series_id]["attributes"]["title"] = "Changed"

    problems = [read(account, store, night=night)["show"].problem for night in range(4)]

    assert {type(each) for each in problems} == {IncompleteSeries}
    assert all(bad in str(each) for each in problems)


def test_an_illegible_id_blames_nobody_for_good(store: SnapshotStore) -> None:
    """A resource without a legible id makes what is missing beside it failed, not absent."""
    account = Account()
    show(account, episodes=2)
    bad = uid("show", "episode", 0)
    good = account.resources["episodes", bad]
    account.resources["episodes", bad] = {"type": "episodes", "id": 7}

    problems = [read(account, store, night=night)["show"].problem for night in range(3)]
    account.resources["episodes", bad] = good
    healed = read(account, store, night=3)["show"]

    assert {type(each) for each in problems} == {IncompleteSeries}
    assert bad in episodes(healed)


def test_a_doubled_resource_is_one(store: SnapshotStore) -> None:
    """A resource given twice in one answer, or one never asked for, changes nothing."""
    account = Account()
    show(account, episodes=2)
    plain = read(account, None)["show"]

    def double(path: Any, query: Any, _number: int) -> Any:
        ids = {value for key, value in query if key == "ids[]"}
        if path == ["episodes"] and ids:
            some = [account.resources["episodes", each] for each in sorted(ids)]
            stranger = resource("episodes", uid("stranger"), title="Not asked for")
            body = json.dumps({"data": [*some, *some, stranger]}).encode()
            return 200, {"content-type": JSON_API}, body
        return None

    account.fault = double
    found = read(account, store)["show"]

    assert whole(found) == whole(plain)


def test_a_run_that_broke_off_goes_on_where_it_stopped(store: SnapshotStore) -> None:
    """After a crash in the middle nothing that came is asked for again."""
    account = Account()
    show(account, episodes=350, credits=2)
    fewest = sum(-(-count // 100) for count in Counter(k for k, _ in account.resources).values())

    def crash(path: Any, _query: Any, _number: int) -> None:
        if path == ["credits"]:
            raise RuntimeError("pulled the plug")

    account.fault = crash
    with pytest.raises(RuntimeError, match="pulled the plug"):
        read(account, store)
    before = [target for target, _ in account.requests]
    account.fault = None
    found = read(account, store)["show"]
    after = [target for target, _ in account.requests]

    assert whole(found)
    came = [target for target in before[:-1] if "ids" in target]
    assert [target for target in after if target in came] == []
    assert len(came) + len([target for target in after if "ids" in target]) <= fewest + 1


def test_the_api_away_keeps_the_snapshot(store: SnapshotStore) -> None:
    """With the API down the readings name the outage, and offline is as it was, with its age."""
    account = Account()
    for number in range(5):
        show(account, f"show-{number}")
    before = read(account, store)

    def down(path: Any, _query: Any, _number: int) -> Any:
        return (503, {"content-type": "text/html"}, b"") if path != ["series"] else None

    account.fault = down
    night = read(account, store, night=1)
    offline = {each.ref.slug: each for each in sync.read_offline(store, sync.stored_series(store))}

    assert {type(each.problem).__mro__[1] for each in night.values()} == {ApiProblem}
    assert {each.problem.exit_code for each in night.values() if each.problem} == {3}
    assert {slug: whole(each) for slug, each in offline.items()} == {
        slug: whole(each) for slug, each in before.items()
    }
    assert {(each.offline, each.read_at) for each in offline.values()} == {(True, NIGHT)}


def test_an_outage_is_not_asked_through_to_the_end(store: SnapshotStore) -> None:
    """After three batches failed for good the run stops asking."""
    account = Account()
    for number in range(40):
        show(account, f"show-{number}", episodes=50)
    account.fault = lambda path, _q, _n: (
        (503, {"content-type": "text/html"}, b"") if path != ["series"] else None
    )

    found = read(account, store)

    assert all(isinstance(each.problem, ApiProblem) for each in found.values())
    assert len(account.requests) < 60


def test_nothing_to_go_by_offline_is_said(store: SnapshotStore) -> None:
    """A series that was never read has no offline reading."""
    reading = next(sync.read_offline(store, [sync.SeriesRef(id=uid("x"), slug="x")]))

    assert isinstance(reading.problem, SeriesProblem)
    assert reading.offline


def test_many_episodes_are_read_by_their_changes(store: SnapshotStore) -> None:
    """A series of 350 episodes costs one page a night, and an edit on it is seen."""
    account = Account()
    show(account, episodes=350)
    read(account, store)
    edited = account.resources["episodes", uid("show", "episode", 9)]["attributes"]
    edited |= {"title": "Edited", "updated_at": stamp(NIGHT)}
    for number in range(350):
        account.resources["episodes", uid("show", "episode", number)]["attributes"].setdefault(
            "updated_at", stamp(PAST)
        )

    found = read(account, store, night=1)["show"]

    assert "Edited" in {each.title for each in whole(found).episodes}
    assert len(whole(found).episodes) == 350
    assert asked(account)["episodes"] <= 4
    again = read(account, store, night=2)["show"]
    assert whole(again) == whole(found)
    assert asked(account)["episodes"] == 1


@pytest.mark.parametrize("how", ["missing", "without data", "paged"])
def test_a_relation_not_wholly_given_is_read_as_a_list(how: str, store: SnapshotStore) -> None:
    """A series that does not list its episodes, or only some, is read by a listing of its own."""
    account = Account()
    series_id = show(account, episodes=3)
    relations = account.resources["series", series_id]["relationships"]
    related = relations.pop("episodes")
    if how == "without data":
        relations["episodes"] = {"links": {"related": "/x"}}
    if how == "paged":
        relations["episodes"] = {"data": related["data"][:1], "links": {"next": "/x"}}

    found = read(account, store)["show"]

    assert len(episodes(found)) == 3
    assert any("rss=true" in target for target, _ in account.requests)


def test_the_plan_is_what_happens(store: SnapshotStore) -> None:
    """A plan names the requests the next run makes, gives reasons, and changes nothing."""
    account = Account()
    for number in range(3):
        show(account, f"show-{number}", episodes=60)
    read(account, store)

    def plan(night: int) -> Any:
        refs = sync.stored_series(store)
        return virtual_time.run(sync.planned(store, refs, now=NIGHT + night * DAY))

    planned = [plan(1), plan(1)]
    read(account, store, night=1)
    made = sorted(target for target, _ in account.requests if "ids" in target)

    assert planned[0] == planned[1]
    names = sorted(each.target for each in planned[0] if not each.target.startswith("/series"))
    assert names == made
    assert all(each.reason for each in planned[0])
    assert {each.ids for each in planned[0]} == {1, 3, 100, 80}
    assert sum(each.ids for each in plan(8)) == len(account.resources)


def test_series_are_found_by_slug_and_id() -> None:
    """A few slugs are searched for, ids asked for, and an unknown name is a mistake."""
    account = Account()
    first, _ = show(account, "one"), show(account, "one-more")

    async def main(wanted: Any, **options: Any) -> list[str]:
        async with api_for(account) as api:
            return [ref.slug for ref in await sync.list_series(api, wanted, **options)]

    def slugs(*wanted: str, **options: Any) -> Any:
        return virtual_time.run(main(wanted, **options))

    assert slugs() == ["one", "one-more"]
    assert slugs("one") == ["one"]
    assert slugs(first) == ["one"]
    assert slugs("one-more", first) == ["one", "one-more"]
    assert slugs(networks=[uid("network")]) == ["one", "one-more"]
    assert slugs(networks=[uid("other")]) == []
    with pytest.raises(UnknownSeries) as caught:
        slugs("one-mor")
    assert "one-more" in caught.value.hint or "there" in caught.value.hint


def test_a_series_that_can_not_be_read_is_named(caplog: pytest.LogCaptureFixture) -> None:
    """A series spoiled in the list still gets a reading, whose problem names it."""
    account = Account()
    show(account, "good")
    bad, illegible = uid("bad"), uid("illegible")
    broken = {"type": "series", "id": bad, "attributes": {"slug": "bad"}, "relationships": 7}
    nameless = {"type": "series", "id": 7, "attributes": {}}
    good = account.resources["series", uid("good")]

    def spoiled(path: Any, query: Any, _number: int) -> Any:
        if path != ["series"]:
            return None
        ids = {value for key, value in query if key == "ids[]"}
        data = [good, broken, *([] if ids else [nameless])]
        body = json.dumps({"data": data, "links": {}}).encode()
        return 200, {"content-type": JSON_API}, body

    account.fault = spoiled

    async def main() -> dict[str, sync.SeriesRead]:
        async with api_for(account) as api:
            refs = await sync.list_series(api)
            return {each.ref.id: each async for each in sync.read(api, refs)}

    found = virtual_time.run(main())

    assert found.keys() == {uid("good"), bad}
    assert found[uid("good")].problem is None
    assert bad in str(found[bad].problem)
    assert "illegible" in caplog.text
    assert illegible not in found


def test_a_series_that_is_gone_is_named(store: SnapshotStore) -> None:
    """A series the API no longer gives has a problem and keeps its snapshot."""
    account = Account()
    series_id = show(account)
    ref = sync.SeriesRef(id=series_id, slug="show")
    read(account, store)
    account.hidden.add(series_id)

    async def main() -> list[sync.SeriesRead]:
        async with api_for(account) as api:
            found = sync.read(api, [ref], store=store, now=NIGHT + DAY)
            return [each async for each in found]

    [reading] = virtual_time.run(main())

    assert isinstance(reading.problem, IncompleteSeries)
    assert next(sync.read_offline(store, [ref])).problem is None


def test_shared_resources_are_asked_for_once(store: SnapshotStore) -> None:
    """A person, an avatar and a classification that many series share cost one id each."""
    account = Account()
    avatar = image(account, "avatar")
    for number in range(4):
        show(account, f"show-{number}")
        credit = account.resources["credits", uid(f"show-{number}", "credit", 0)]
        credit["relationships"]["person"] = link("people", uid("show-0", "person", 0))
    person = account.resources["people", uid("show-0", "person", 0)]
    person["relationships"]["avatar"] = link("images", avatar)

    found = read(account, store)

    people = next(target for target, _ in account.requests if "people" in target)
    assert people.count("ids%5B%5D") == 1
    persons = {whole(each).credits[0].person for each in found.values()}
    assert len(persons) == 1
    assert len(persons.pop().avatar.assets) == 3
