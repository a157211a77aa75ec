"""Which episode of the API an item is: by its guid, else by its audio, else by its title."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from feedgen.check.facts import EpisodeFacts
    from feedgen.check.node import Entry

    Keys = tuple[Callable[[EpisodeFacts], str], Callable[[Entry], Iterable[str]]]

# The surest first; an item that was recognised by one is not taken by a weaker one for another.
_BY: tuple[Keys, ...] = (
    (lambda episode: episode.guid.strip(), lambda entry: (entry.guid,)),
    (lambda episode: episode.guid_before, lambda entry: (entry.guid,)),
    (lambda episode: episode.enclosure_url, lambda entry: entry.enclosures),
    (lambda episode: episode.title, lambda entry: (entry.title,)),
)


def paired(
    episodes: Sequence[EpisodeFacts], entries: Sequence[Entry]
) -> tuple[tuple[EpisodeFacts, Entry], ...]:
    """Return each episode that has an item, with it, in the order of the items."""
    owner: dict[int, EpisodeFacts] = {}
    left = list(episodes)
    for of_episode, of_entry in _BY:
        places: dict[str, int] = {}
        for number, entry in enumerate(entries):
            if number not in owner:
                for key in of_entry(entry):
                    places.setdefault(key, number)
        places.pop("", None)
        missed = []
        for episode in left:
            number = places.pop(of_episode(episode), -1) if places else -1
            if number >= 0 and number not in owner:
                owner[number] = episode
            else:
                missed.append(episode)
        left = missed
    return tuple((owner[number], entries[number]) for number in sorted(owner))
