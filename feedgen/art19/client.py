"""The Content API: what can be asked of it, and how its batches and pages are put together.

    async with ContentApi("https://…", Credential.find()) as api:
        batch = await api.by_ids("images", ids)

All 22 operations: a collection and a single resource of ten kinds, and the two siblings of an
episode. What is asked is built in `operations`, how it is sent is `connection`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeVar

from feedgen.art19 import operations
from feedgen.art19.answers import BadRequest, FailsOver, NotGiven
from feedgen.art19.connection import Connection
from feedgen.art19.credential import Credential
from feedgen.art19.jsonapi import Document, Failure, Identifier, Resource
from feedgen.art19.operations import MOST_IDS, Target
from feedgen.errors import ApiProblem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Sequence
    from types import TracebackType

    import httpx

    from feedgen.art19.pacer import Pacer

__all__ = ["Batch", "ContentApi", "Credential", "Listing"]

_MOST_PAGES = 10_000


T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What a request by ids brought: `missing` ids are unknown, hidden or refused one by one."""

    resources: tuple[Resource, ...] = ()
    missing: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Every page of a collection, each resource once.

    `steady` is false if the collection still changed while it was read a second time.
    """

    resources: tuple[Resource, ...] = ()
    failures: tuple[Failure, ...] = ()
    steady: bool = True


class ContentApi:
    """The Content API at `base_url`, as one credential sees it.

    `transport` reaches an API in process (`httpx.ASGITransport`); `pacer` defaults to one that
    learns the limit of the credential, or in process to one that does not wait. `attempts` bounds
    how often a call that met an outage is made, `deadline` the seconds one answer may take.
    """

    def __init__(
        self,
        base_url: str,
        credential: Credential,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        pacer: Pacer | None = None,
        attempts: int = 5,
        deadline: float = 90.0,
    ) -> None:
        self._connection = Connection(
            base_url,
            credential,
            transport=transport,
            pacer=pacer,
            attempts=attempts,
            deadline=deadline,
        )
        self.base_url = self._connection.base_url
        self._most_ids = MOST_IDS
        self._episodes_want_a_page = False

    def __repr__(self) -> str:
        return f"<ContentApi {self.base_url}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections and keep what the pacer has learned."""
        await self._connection.aclose()

    @property
    def pacer(self) -> Pacer:
        """The gate all requests of this client pass."""
        return self._connection.pacer

    @property
    def requests(self) -> int:
        """How many requests were sent, refused and repeated ones among them."""
        return self._connection.requests

    @property
    def batch_size(self) -> int:
        """The most ids one request takes; less than 100 once the API found a URL too long."""
        return self._most_ids

    async def one(self, collection: str, resource_id: str) -> Resource | None:
        """Return a single resource, `None` if the API does not give it (403 or 404)."""
        return await self._single(operations.one(collection, resource_id))

    async def sibling(self, episode_id: str, side: str, *, rss: bool = False) -> Resource | None:
        """Return the episode released right after (`next`) or before (`previous`), if any."""
        return await self._single(operations.sibling(episode_id, side, rss=rss))

    async def by_ids(self, collection: str, ids: Iterable[str]) -> Batch:
        """Return the resources of `ids`, however many; the API may leave some out.

        Each id is asked for once, in requests of at most 100. A request the API refuses is halved
        until the ids it stumbles over are found; they count as missing, and those it says to
        have failed over as failures. Ids that are no UUIDs are never sent and count as missing.
        """
        wanted = sorted(set(ids))
        odd = [each for each in wanted if not operations.is_id(each)]
        wanted = [each for each in wanted if operations.is_id(each)]
        found: list[Resource] = []
        failures: list[Failure] = []
        while wanted:
            head, wanted = wanted[: self._most_ids], wanted[self._most_ids :]
            for document in await self._halving(collection, head, _Halving()):
                found += document.resources
                failures += document.failures
        asked = set(ids)
        kept = {each.id: each for each in found if each.type == collection and each.id in asked}
        return Batch(
            resources=tuple(kept.values()),
            missing=tuple(sorted(asked - kept.keys() | set(odd))),
            failures=tuple(failures),
        )

    async def pages(self, collection: str, **filters: str) -> AsyncIterator[Document]:
        """Yield the pages of a collection, following `links.next` until there is none.

        Absent and null both mean "no more", an empty page ends too, and so does a 404 after the
        first page. Raises `ApiProblem` if the pages lead in a circle.
        """
        target = operations.listing(collection, filters)
        asked: set[Target] = set()
        for number in range(1, _MOST_PAGES):
            asked.add(target)
            try:
                document = await self._connection.ask(target)
            except NotGiven as problem:
                if number > 1 and problem.status == 404:
                    return
                raise
            yield document
            size = len(document.resources) + len(document.failures)
            link = document.links.get("next")
            if not size or (link is None and (document.has_links or size < operations.PAGE_SIZE)):
                return
            target = (
                operations.listing(collection, filters, number=number + 1)
                if link is None
                else operations.following(self.base_url, target, link)
            )
            if target in asked:
                break
        raise ApiProblem(
            "the pages of the Content API lead in a circle",
            status=200,
            url=self._connection.url(target),
            hint="try again later; if it stays so, report it to whoever runs the API",
        )

    async def listing(self, collection: str, **filters: str) -> Listing:
        """Return a whole collection, each resource once; see `scan`."""
        found, failures, steady = await self.scan(collection, lambda each: each, **filters)
        return Listing(resources=tuple(found.values()), failures=failures, steady=steady)

    async def scan(
        self, collection: str, take: Callable[[Resource], T], **filters: str
    ) -> tuple[dict[str, T], tuple[Failure, ...], bool]:
        """Return what `take` makes of each resource by id, what failed, and whether it is steady.

        A live collection can shift between two pages. The first page is asked for again at the
        end, and if it has changed, or an id came twice, everything is read once more. One that
        changes then too is not steady: what either reading brought is returned.
        """
        before: dict[str, T] = {}
        failures: tuple[Failure, ...] = ()
        for _ in range(2):
            found, failures, steady = await self._read_through(collection, take, filters)
            if steady:
                return found, failures, True
            before |= found
        return before, failures, False

    async def _read_through(
        self, collection: str, take: Callable[[Resource], T], filters: dict[str, str]
    ) -> tuple[dict[str, T], tuple[Failure, ...], bool]:
        found: dict[str, T] = {}
        failures: list[Failure] = []
        first: list[str] = []
        pages, doubled = 0, False
        async for document in self.pages(collection, **filters):
            pages += 1
            ids = [each.id for each in document.resources]
            first = first if pages > 1 else ids
            doubled |= len(set(ids)) < len(ids) or not found.keys().isdisjoint(ids)
            for each in document.resources:
                if each.type == collection:
                    found[each.id] = take(each)
            failures += document.failures
        if pages < 2 or doubled:
            return found, tuple(failures), not doubled
        again = await self._connection.ask(operations.listing(collection, filters))
        return found, tuple(failures), [each.id for each in again.resources] == first

    async def _single(self, target: Target) -> Resource | None:
        try:
            document = await self._connection.ask(target)
        except NotGiven:
            return None
        if not document.resources:
            reason = document.failures[0].reason if document.failures else "it is empty"
            raise ApiProblem(
                f"the Content API gave a resource that can not be read: {reason}",
                status=200,
                url=self._connection.url(target),
                hint="try again later",
            )
        return document.resources[0]

    async def _halving(
        self, collection: str, ids: Sequence[str], state: _Halving
    ) -> list[Document]:
        """Return the documents for `ids`, asking for ever smaller parts of what is refused."""
        try:
            document = await self._ask_for(collection, ids)
        except FailsOver as problem:
            if len(ids) == 1:
                key = Identifier(collection, ids[0])
                failure = Failure(index=0, key=key, reason=problem.message)
                return [Document(many=True, failures=(failure,))]
        except (BadRequest, NotGiven) as problem:
            if isinstance(problem, BadRequest) and _is_about_something_else(problem):
                raise
            if len(ids) == 1:
                state.refused += 1
                # One bad id is the id's fault; nothing but bad ids is somebody else's.
                patience = 8 if problem.status == 404 else 1
                if state.refused > patience and not state.succeeded:
                    raise
                return []
            if problem.status in (414, 431):
                self._most_ids = max(1, min(self._most_ids, (len(ids) + 1) // 2))
        else:
            state.succeeded = True
            return [document]
        middle = (len(ids) + 1) // 2
        first = await self._halving(collection, ids[:middle], state)
        return first + await self._halving(collection, ids[middle:], state)

    async def _ask_for(self, collection: str, ids: Sequence[str]) -> Document:
        """Ask by ids; the schema wants pages with episodes and the prose forbids them."""
        page = collection == "episodes" and self._episodes_want_a_page
        target = operations.by_ids(collection, ids, with_page=page)
        try:
            return await self._connection.ask(target)
        except BadRequest as problem:
            if collection != "episodes" or page or problem.status != 400:
                raise
            refused = problem
        try:
            document = await self._connection.ask(
                operations.by_ids(collection, ids, with_page=True)
            )
        except BadRequest:
            raise refused from None
        self._episodes_want_a_page = True
        return document


@dataclass(slots=True)
class _Halving:
    """What is known while a refused batch is taken apart."""

    refused: int = 0
    succeeded: bool = False


def _is_about_something_else(problem: BadRequest) -> bool:
    """Tell whether a 400 names a parameter other than the ids; halving would not help."""
    named = {error.parameter for error in problem.errors if error.parameter}
    return bool(named) and not any("ids" in name for name in named)
