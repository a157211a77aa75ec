"""What every feed of a night must contain."""

import pytest

from feedgen import contract, golden
from feedgen.contract import Contract, ContractBroken
from feedgen.errors import Mistakes
from feedgen.shipped import shipped

FEEDS = [
    (case / golden.FEED).read_bytes()
    for case in golden.cases(shipped("golden_feeds"))
    if (case / golden.FEED).is_file()
]


def test_every_golden_feed_keeps_the_contract_that_ships():
    """What is enforced at night holds for every case."""
    ours = contract.load(shipped("golden_feeds"))

    assert ours.channel
    assert ours.item
    assert [ours.lacking(feed) for feed in FEEDS if ours.lacking(feed)] == []


def test_a_contract_holds_what_all_feeds_have_in_common():
    """Optional elements of one case are no duty for the others."""
    derived = contract.derive(FEEDS)

    assert {"title", "itunes:image@href", "language"} <= set(derived.channel)
    assert {"guid", "enclosure@url", "pubDate"} <= set(derived.item)
    assert "podcast:funding" not in derived.channel
    assert "itunes:image" not in derived.item


@pytest.mark.parametrize(
    ("old", "new", "lacking"),
    [
        (b"<language>en</language>", b"", ("language",)),
        (b"<itunes:image href", b"<itunes:image ref", ("itunes:image@href",)),
        (b"<enclosure", b"<closure", ("enclosure", "enclosure@length")),
        (b"pubDate>", b"pubdate>", ("item/pubDate",)),
    ],
)
def test_an_element_that_is_gone_breaks_it(old, new, lacking):
    """Channel, attribute, or one item among many: the name of what is missing is told."""
    feed = FEEDS[0].replace(old, new)
    found = contract.derive(FEEDS).lacking(feed)

    assert feed != FEEDS[0]
    assert all(any(name.endswith(each) for name in found) for each in lacking)


def test_enforcing_names_everything_that_is_lacking():
    """The sentence is for the person who edited the template."""
    duty = Contract(channel=("title", "podcast:podroll"), item=("guid", "psc:chapters"))
    with pytest.raises(ContractBroken, match=r"podcast:podroll, item/psc:chapters") as caught:
        duty.enforce(FEEDS[0])

    assert caught.value.lacking == ("podcast:podroll", "item/psc:chapters")


def test_what_is_written_is_what_is_read(tmp_path):
    """A contract comes back from its file; a folder without one asks for nothing."""
    derived = contract.derive(FEEDS)
    assert contract.load(tmp_path) == Contract()
    (tmp_path / contract.FILE).write_text(contract.text(derived))

    assert contract.load(tmp_path) == derived


def test_a_slip_in_the_file_is_told_with_its_line(tmp_path):
    """An unknown key asks for nothing and would never be noticed."""
    (tmp_path / contract.FILE).write_text('channel = ["title"]\nitems = ["guid"]\n')
    with pytest.raises(Mistakes, match=r"contract\.toml:2: items: unknown key"):
        contract.load(tmp_path)
