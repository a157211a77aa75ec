"""The target that a configuration names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.publish.local import LocalFolder

if TYPE_CHECKING:
    from feedgen.config import Config
    from feedgen.publish import Target


def open_target(config: Config) -> Target:
    """Return where `config` wants the feeds; nothing is read or written yet.

    Raises MissingExtra without the extra `s3`, UsageProblem for a URL of no store.
    """
    if config.publish_folder is not None:
        return LocalFolder(config.publish_folder)
    from feedgen.publish.objectstore import ObjectStore  # the library is an extra

    to = config.publish
    return ObjectStore.open(to.folder, endpoint=to.endpoint, region=to.region)
