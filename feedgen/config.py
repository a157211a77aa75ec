"""`feedgen.toml` and the settings beside it, as one frozen `Config`.

    [catalogue]                # a folder on this machine …
    folder = "catalogue"
    enlarge = true             # false leaves out styles larger than the original

    [art19]                    # … or a hosted account, one of the two
    url = "https://art19.com"
    network = "…"              # only the series of this network
    series = ["daily-news"]    # only these
    requests_per_minute = 300  # if the limit of the account is known; else it is learned
    credential_file = "…"      # else FEEDGEN_ART19_CREDENTIAL and FEEDGEN_ART19_TOKEN

    [publish]
    folder = "feeds"           # where the feeds are written
    url = "https://podcasts.example.com"     # where that folder is served
    audio = true               # the audio of a local catalogue beside them
    kept = 30                  # versions of every feed to go back to
                               # folder = "s3://bucket/feeds" is an object store, with
    endpoint = "https://…"     # its address if it is not Amazon's, and
    region = "…"               # its region

    [guard]                    # what is held back for a person; see feedgen.guard.thresholds
    gone_share = 0.1

    [notify]                   # who is told of every feed; see feedgen.notify.message
    webhook = "https://…"

    [hooks.cms]                # a CMS that says what changed; see feedgen.hooks.settings
    kind = "ghost"
    secret_env = "CMS_HOOK_SECRET"

    [report]
    folder = "report"          # a page, metrics and a list of feeds after every run

    [templates]
    folder = "templates"       # looked up before the templates that come with feedgen

    [golden]
    folder = "golden_feeds"    # the cases that judge those templates

    [check]                    # rules by id, or a family by its letter
    ignore = ["A23"]           # not asked; select = [...] asks those alone

    [media]
    allowed_hosts = ["media.internal"]   # may have a private address; all others may not

    [feed]                     # settings of every series; see feedgen.settings
    language = "en"            # what makes a feed its own, such as feed_url, stands elsewhere

Settings of a single series of a hosted account lie in `series/<slug>.toml`; those of a local
show in its own folder of the catalogue, beside the facts they belong to. Relative folders count
from the folder of `feedgen.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from feedgen.errors import Mistake, Mistakes, UsageProblem
from feedgen.guard.thresholds import Thresholds
from feedgen.hooks.settings import HookSettings, name_problems
from feedgen.notify.message import Receivers
from feedgen.schema import Reader, TomlSource
from feedgen.settings import SeriesSettings, Variant, overlay

FILE_NAME = "feedgen.toml"
STORES = ("s3", "gs", "az", "azure", "abfs", "abfss")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalCatalogue:
    """`[catalogue]`: a folder served by the embedded content service.

    Without `enlarge` an image has no style that is larger than its original.
    """

    folder: str
    enlarge: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedAccount:
    """`[art19]`: an account reached over the network."""

    url: str = "https://art19.com"
    network: str = ""
    series: tuple[str, ...] = ()
    requests_per_minute: Annotated[int, msgspec.Meta(ge=1)] | None = None
    credential_file: str = ""

    def problems(self) -> Iterable[tuple[str, str]]:
        """Yield what is wrong, by field."""
        if not _is_url(self.url, schemes=("https", "http")):
            yield "url", "expected an absolute http(s) URL"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishTo:
    """`[publish]`: the folder feeds are written to and the URL it is served under.

    `folder` may be the URL of an object store, `endpoint` and `region` say where it is; `kept` is
    how many versions of every feed stay in the history.
    """

    folder: str
    url: str
    audio: bool = True
    kept: Annotated[int, msgspec.Meta(ge=1)] = 30
    endpoint: str = ""
    region: str = ""

    @property
    def is_store(self) -> bool:
        """Whether the feeds go to an object store and not into a folder of this machine."""
        return "://" in self.folder

    def problems(self) -> Iterable[tuple[str, str]]:
        """Yield what is wrong, by field."""
        if not _is_url(self.url, schemes=("https",)):
            yield "url", "expected the https URL under which the folder is served"
        if not self.folder.strip():
            yield "folder", "is empty; name the folder the feeds are written to"
        scheme = self.folder.partition("://")[0]
        if self.is_store and scheme not in STORES:
            yield "folder", f"expected a folder, or the URL of a store: {', '.join(STORES)}"
        if not self.is_store and (self.endpoint or self.region):
            yield "folder", "endpoint and region are for an object store, s3://bucket/folder"
        if self.endpoint and not _is_url(self.endpoint, schemes=("https", "http")):
            yield "endpoint", "expected an absolute http(s) URL"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFolder:
    """`[templates]`, `[golden]` and `[report]`: a folder of the user's own."""

    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """`[media]`: hosts whose enclosures and pictures may lie at private addresses."""

    allowed_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """`[check]`: which rules feeds are judged by; `--select` and `--ignore` come on top."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFile:
    """The tables of `feedgen.toml`."""

    publish: PublishTo
    catalogue: LocalCatalogue | None = None
    art19: HostedAccount | None = None
    templates: OwnFolder | None = None
    golden: OwnFolder | None = None
    media: Media = field(default_factory=Media)
    check: Rules = field(default_factory=Rules)
    guard: Thresholds = field(default_factory=Thresholds)
    notify: Receivers = field(default_factory=Receivers)
    report: OwnFolder | None = None
    hooks: Mapping[str, HookSettings] = field(default_factory=dict)
    feed: SeriesSettings = field(default_factory=SeriesSettings)

    def problems(self) -> Iterable[tuple[str, str]]:
        """Yield what is wrong, by field."""
        for problem in name_problems(self.hooks):
            yield "hooks", problem
        if (self.catalogue is None) == (self.art19 is None):
            yield "", "expected exactly one of the tables [catalogue] and [art19]"
        if self.catalogue and PurePath(self.publish.folder) == PurePath(self.catalogue.folder):
            yield "publish", "the feeds can not be written into the catalogue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything a run is told; paths are absolute."""

    root: Path
    source: LocalCatalogue | HostedAccount
    publish: PublishTo
    publish_url: str
    report_folder: Path | None = None
    hooks: Mapping[str, HookSettings] = field(default_factory=dict)
    guard: Thresholds = field(default_factory=Thresholds)
    notify: Receivers = field(default_factory=Receivers)
    own_templates: Path | None = None
    own_goldens: Path | None = None
    allowed_hosts: tuple[str, ...] = ()
    rules: Rules = field(default_factory=Rules)
    defaults: SeriesSettings = field(default_factory=SeriesSettings)
    series: Mapping[str, SeriesSettings] = field(default_factory=dict)
    series_mistakes: Mapping[str, Mistakes] = field(default_factory=dict)

    @property
    def state_folder(self) -> Path:
        """The folder of what runs remember; safe to keep, never needed by a reader of feeds."""
        return self.root / ".feedgen"

    @property
    def publish_folder(self) -> Path | None:
        """The folder the feeds are written to, `None` if they go to an object store."""
        return None if self.publish.is_store else self.root / self.publish.folder

    @property
    def catalogue_folder(self) -> Path | None:
        """The local catalogue, `None` for a hosted account."""
        if isinstance(self.source, LocalCatalogue):
            return self.root / self.source.folder
        return None

    @property
    def media_url(self) -> str:
        """The public URL under which the media of a local catalogue are served."""
        return f"{self.publish_url}/media"

    def settings_for(self, slug: str, own: SeriesSettings | None = None) -> SeriesSettings:
        """Return the settings of one series: defaults, then its file, then the show's own facts.

        The feed URL and, for a local catalogue, the enclosure URL follow from `[publish]` unless
        they are set.
        """
        settings = SeriesSettings(feed_url=f"{self.publish_url}/{slug}.xml")
        if self.catalogue_folder is not None:
            template = f"{self.media_url}/episodes/{{id}}.{{ext}}"
            settings = overlay(settings, SeriesSettings(enclosure_template=template))
        for layer in (self.defaults, self.series.get(slug), own):
            settings = overlay(settings, layer) if layer is not None else settings
        return settings


def load(folder: Path) -> Config:
    """Return the configuration of `folder`; raises Mistakes with all of `feedgen.toml`.

    A mistake in the file of a single series fails that series only: it is kept in
    `Config.series_mistakes`.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        raise UsageProblem(
            f"there is no {FILE_NAME} in {folder.resolve()}",
            hint="run 'feedgen demo' for a working example, or name the folder with --project",
        )
    source = TomlSource.read(path)
    reader = Reader(source)
    project = reader.read(ProjectFile, source.data)
    if project is not None:
        _refuse_what_is_of_one_series(reader, project)
    reader.finish()
    assert project is not None  # noqa: S101 - finish() has raised otherwise
    series, series_mistakes = _series_files(folder / "series")
    which = project.catalogue or project.art19
    assert which is not None  # noqa: S101 - ProjectFile.problems() has said so
    return Config(
        root=folder.resolve(),
        source=which,
        publish=project.publish,
        publish_url=project.publish.url.rstrip("/"),
        report_folder=folder.resolve() / project.report.folder if project.report else None,
        hooks=project.hooks,
        guard=project.guard,
        notify=project.notify,
        own_templates=_own(folder, project.templates, source, "templates"),
        own_goldens=_own(folder, project.golden, source, "golden"),
        allowed_hosts=project.media.allowed_hosts,
        rules=project.check,
        defaults=project.feed,
        series=series,
        series_mistakes=series_mistakes,
    )


# By these apps and people tell one feed from another: two series never share them.
_IDENTITY = ("feed_url", "new_feed_url", "podcast_guid", "title")


def _refuse_what_is_of_one_series(reader: Reader, project: ProjectFile) -> None:
    """Record what stands in the settings of every series and can only be true of one."""
    where = "[feed] of the show's own series.toml" if project.catalogue else "series/<slug>.toml"
    tables: dict[tuple[str, ...], SeriesSettings | Variant] = {("feed",): project.feed}
    tables |= {("feed", "feeds", name): each for name, each in project.feed.feeds.items()}
    for path, table in tables.items():
        for name in _IDENTITY:
            if getattr(table, name, None) is not None:
                reader.mistake((*path, name), f"is of one series, not of all: write it in {where}")


def _series_files(
    folder: Path,
) -> tuple[dict[str, SeriesSettings], dict[str, Mistakes]]:
    """Read `series/*.toml`; the name of a file is the slug of its series."""
    good: dict[str, SeriesSettings] = {}
    bad: dict[str, Mistakes] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            source = TomlSource.read(path)
            reader = Reader(source)
            settings = reader.read(SeriesSettings, source.data)
            reader.finish()
        except Mistakes as mistakes:
            bad[path.stem] = mistakes
        else:
            good[path.stem] = settings or SeriesSettings()
    return good, bad


def _own(folder: Path, own: OwnFolder | None, source: TomlSource, table: str) -> Path | None:
    if own is None:
        return None
    path = folder.resolve() / own.folder
    # 'feedgen golden accept' starts the folder of golden feeds; templates nobody wrote are a slip.
    may_be_absent = table == "golden" and not path.exists()
    if not path.is_dir() and not may_be_absent:
        line = source.line((table, "folder"))
        problem = f"there is no folder {path}"
        raise Mistakes(
            [Mistake(file=source.name, line=line, field=f"{table}.folder", problem=problem)]
        )
    return path


def _is_url(text: str, *, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = re.fullmatch(r"[!-~]+", text) is not None
    bare = not parts.query and not parts.fragment and "#" not in text and "?" not in text
    return plain and bare and parts.scheme in schemes and bool(parts.hostname)
