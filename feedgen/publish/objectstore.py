"""An object store as the place feeds go on air: S3 and what speaks like it, GCS, Azure.

    target = ObjectStore.open("s3://bucket/feeds", endpoint="https://s3.example.com")

Credentials come from where the store's own tools look for them (AWS_ACCESS_KEY_ID and so on).
A put replaces an object whole. That nobody else wrote in between is a condition on the put
(RFC 9110 §13.1, If-Match and If-None-Match), and whether the server heeds conditions is tried out
before the first write: some ignore them, some want the ETag without its quotes.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, cast
from urllib.parse import urlsplit

from feedgen.config import STORES
from feedgen.errors import MissingExtra, TargetProblem, UsageProblem
from feedgen.publish.headers import cache_control, content_type

try:
    import obstore
    from obstore import exceptions
    from obstore.store import from_url
except ImportError as error:
    raise MissingExtra("publishing to an object store", "s3") from error

if TYPE_CHECKING:
    from obstore import PutMode, UpdateVersion
    from obstore.store import ClientConfig, RetryConfig, S3Config
    from obstore.store import ObjectStore as Store

log = logging.getLogger(__name__)

Conditions = Literal["heeded", "bare-etag", "ignored"]
_TIMEOUT = timedelta(seconds=30)
_PATIENCE = timedelta(seconds=20)
_WAS_ABSENT: UpdateVersion = {}
_ABSENT = (exceptions.NotFoundError, FileNotFoundError)
# What a server answers to a condition that does not hold: 412, 409, or 404 to If-Match.
_REFUSED = (exceptions.PreconditionError, exceptions.AlreadyExistsError, *_ABSENT)
_DENIED = (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError, PermissionError)
# The server is there and means what it says.
_ANSWERS = (*_REFUSED, *_DENIED)


class ObjectStore:
    """A bucket, or a folder in one, whose objects are replaced whole.

    It remembers what it has read: a write replaces that version and no other. While the store is
    away `hasty`, which does not try anything again, is asked in the place of `store`: one feed
    waits for it and not a thousand.
    """

    def __init__(self, store: Store, *, url: str, hasty: Store | None = None) -> None:
        self.url = url.rstrip("/")
        self._patient, self._hasty = store, hasty or store
        self._away = False
        self._seen: dict[str, UpdateVersion] = {}
        self._conditions: Conditions | None = None

    @classmethod
    def open(
        cls,
        url: str,
        *,
        endpoint: str = "",
        region: str = "",
        patience: timedelta = _PATIENCE,
        **options: str,
    ) -> ObjectStore:
        """Return the target at `url`; nothing is asked of the server yet.

        `patience` is how long a request is tried again after 5xx answers and lost connections;
        `options` go to the store as they are. Raises UsageProblem for a URL of no store.
        """
        scheme = urlsplit(url).scheme
        if scheme not in STORES:
            raise UsageProblem(
                f"{url!r} is not the URL of an object store",
                hint="use s3://bucket/folder, gs://bucket/folder or az://container/folder",
            )
        config: dict[str, Any] = dict(options)
        if scheme == "s3":
            config |= {"conditional_put": "etag"}
            config |= {"endpoint": endpoint} if endpoint else {}
            config |= {"region": region} if region else {}
        try:
            client: ClientConfig = {
                "allow_http": endpoint.startswith("http://"),
                "timeout": _TIMEOUT,
                "connect_timeout": timedelta(seconds=5),
            }
            patient: RetryConfig = {"max_retries": 5, "retry_timeout": patience}
            hasty: RetryConfig = {"max_retries": 0, "retry_timeout": patience}
            store, once = (
                from_url(
                    url,
                    config=cast("S3Config", config),
                    client_options=client,
                    retry_config=retries,
                )
                for retries in (patient, hasty)
            )
        except (exceptions.BaseError, ValueError) as error:
            raise UsageProblem(
                f"the object store {url} can not be used: {_said(error)}",
                hint="look at the URL, the endpoint and the region",
            ) from error
        return cls(store, url=url, hasty=once)

    @property
    def _store(self) -> Store:
        return self._hasty if self._away else self._patient

    @property
    def conditions(self) -> Conditions:
        """Whether the server heeds conditions; tried out once with an object of its own."""
        if self._conditions is None:
            with self._problems("write", ".feedgen-probe"):
                self._conditions = self._tried_out()
            log.info("target.conditions url=%s conditions=%s", self.url, self._conditions)
            if self._conditions == "ignored":
                log.warning("target.no_conditions url=%s", self.url)
        return self._conditions

    def place(self, name: str) -> str:
        """Return the URL of `name` in the store, for people."""
        return f"{self.url}/{name}"

    def read(self, name: str) -> bytes | None:
        """Return what is on air under `name`, `None` if there is nothing; raises TargetProblem."""
        with self._problems("read", name):
            try:
                found = obstore.get(self._store, _safe(name))
                data = bytes(found.bytes())
            except _ABSENT:
                self._seen[name] = _WAS_ABSENT
                return None
            self._seen[name] = _version(dict(found.meta))
            return data

    def size(self, name: str) -> int | None:
        """Return the size in bytes of what is on air under `name`, `None` if nothing is."""
        with self._problems("read", name):
            try:
                found = obstore.head(self._store, _safe(name))
            except _ABSENT:
                self._seen[name] = _WAS_ABSENT
                return None
            self._seen[name] = _version(dict(found))
            return int(found["size"])

    def write(self, name: str, data: bytes) -> None:
        """Replace `name` by `data`, whole, and read it back; raises TargetProblem.

        What is replaced is what was last read under that name, or what lies there now if it never
        was. If somebody else wrote since, what they wrote stays.
        """
        _safe(name)
        if name not in self._seen:
            self.size(name)
        seen = self._seen[name]
        conditions = self.conditions
        with self._problems("write", name):
            try:
                if conditions == "ignored":
                    self._must_be(name, seen)
                    self._put(name, data, "overwrite")
                else:
                    self._put(name, data, _mode(seen, bare=conditions == "bare-etag"))
            except _REFUSED as error:
                # A retry inside the library meets its own first attempt whose answer was lost.
                if self.read(name) != data:
                    raise self._taken(name) from error
        if self.read(name) != data:
            raise TargetProblem(
                f"{self.place(name)} does not hold what was written to it",
                hint="another run may have written at the same time; run the command again",
            )

    def _put(self, name: str, data: bytes, mode: PutMode) -> UpdateVersion:
        done = obstore.put(
            self._store,
            name,
            data,
            mode=mode,
            use_multipart=False,
            attributes={"Content-Type": content_type(name), "Cache-Control": cache_control(name)},
        )
        return _version(dict(done))

    def _must_be(self, name: str, seen: UpdateVersion) -> None:
        """Raise if `name` is not what was read: as near as a store without conditions comes."""
        self.size(name)
        if self._seen[name] != seen:
            raise self._taken(name)

    def _tried_out(self) -> Conditions:
        """Return what the server makes of conditions, by an object nobody else knows of."""
        name = f".feedgen-probe-{secrets.token_hex(8)}.txt"
        try:
            first = self._put(name, b"1", "create")
            if not self._refuses(name, "create"):
                return "ignored"
            second = self._put(name, b"2", "overwrite")
            for bare in (False, True):
                if self._refuses(name, _mode(second, bare=bare)):
                    continue
                # It took the right one; it must refuse the one that is no longer there.
                return _heeded(bare) if self._refuses(name, _mode(first, bare=bare)) else "ignored"
            return "ignored"
        except exceptions.NotSupportedError:
            return "ignored"
        finally:
            with contextlib.suppress(exceptions.BaseError, OSError):
                obstore.delete(self._store, name)

    def _refuses(self, name: str, mode: PutMode) -> bool:
        try:
            self._put(name, b"3", mode)
        except _REFUSED:
            return True
        return False

    def _taken(self, name: str) -> TargetProblem:
        return TargetProblem(
            f"{self.place(name)} was changed by somebody else since it was read",
            hint="what they wrote stays; run the command again to look at it anew",
        )

    @contextlib.contextmanager
    def _problems(self, verb: str, name: str) -> Iterator[None]:
        """Turn what the store raises into a TargetProblem."""
        try:
            yield
        except (exceptions.BaseError, OSError, ValueError) as error:
            self._away = not isinstance(error, _ANSWERS)
            raise self._problem(verb, name, error) from error
        self._away = False

    def _problem(self, verb: str, name: str, error: Exception) -> TargetProblem:
        hint = (
            "the credential may not do this; look at the policy of the bucket"
            if isinstance(error, _DENIED)
            else "look at the store and run the command again; what was on air stays"
        )
        return TargetProblem(f"can not {verb} {self.place(name)}: {_said(error)}", hint=hint)


def _heeded(bare: bool) -> Conditions:
    return "bare-etag" if bare else "heeded"


def _mode(seen: UpdateVersion, *, bare: bool) -> PutMode:
    if not seen:
        return "create"
    tag = seen.get("e_tag")
    return {**seen, "e_tag": tag.strip('"')} if bare and tag else seen


def _version(meta: dict[str, Any]) -> UpdateVersion:
    """Return by what the store knows this version; S3 and Azure use the ETag, GCS the version."""
    found = {key: meta[key] for key in ("e_tag", "version") if meta.get(key)}
    return cast("UpdateVersion", found)


def _safe(name: str) -> str:
    if name.startswith("/") or ".." in name.split("/") or not name:
        raise TargetProblem(
            f"{name!r} lies outside the target folder",
            hint="use a relative path without '..' for the feed",
        )
    return name


def _said(error: Exception) -> str:
    """Return what the library says in one line, without its debugging details."""
    text = str(error).partition("Debug source:")[0].partition("Error performing")
    return " ".join((text[0] if len(text[0]) > 20 else "".join(text)).split()).rstrip(": ")[:300]
