"""What must never change once it was published, kept between runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What a series must not forget; plain data, so that it can be kept as JSON.

    `guids` and `numbers` are by the API id of the episode; `last_numbers` are the highest ever
    given by date, by season (`""` for none). `feeds` are the podcast:guids of the variants by
    name, `places` their addresses. `archives` are by the address of a feed: what each of its
    archive documents holds, oldest first, as guid → mark of the item
    (`feedgen.feed.paging.mark`). `private_key` is what the addresses of private feeds are worked
    out from, if the settings say nothing.
    """

    podcast_guid: str = ""
    guids: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    last_numbers: Mapping[str, int] = field(default_factory=dict)
    feeds: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict, repr=False)
    archives: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    private_key: str = field(default="", repr=False)
