"""How long the judge takes: `python tests/bench/bench_check.py [EPISODES …]`.

To hold, in CPU seconds on one core: 1,000 episodes (1.5 MB) in 0.15, 10,000 in 1.5. "Again" is
the same feed with one episode edited, by a judge who kept the verdicts on the others as bytes.
"""

from __future__ import annotations

import datetime
import platform
import sys
import time

from feedgen import check
from feedgen.check.kept import Verdicts
from feedgen.compare import compare

NOW = datetime.datetime(2026, 3, 6, tzinfo=datetime.UTC)
ROUNDS = 5

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
     xmlns:atom="http://www.w3.org/2005/Atom"
     xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:podcast="https://podcastindex.org/namespace/1.0">
  <channel>
    <title>Long Show</title>
    <description><![CDATA[<p>A thousand evenings.</p>]]></description>
    <atom:link href="https://feeds.example.com/long" rel="self" type="application/rss+xml"/>
    <link>https://www.example.com/long</link>
    <language>en</language>
    <itunes:author>Example Media</itunes:author>
    <itunes:explicit>false</itunes:explicit>
    <itunes:category text="History"/>
    <itunes:image href="https://cdn.example.com/long-3000.jpg"/>
"""
NOTES = (
    '<p>Tonight: the river &amp; its towns — <a href="https://www.example.com/{n}">notes</a>.</p>'
    "<ul><li>The levée</li><li>The <em>mill</em></li></ul><p>"
    + "What the water took, it gave back elsewhere. " * 3
    + "</p>"
)
ITEM = """    <item>
      <title>Evening {n}</title>
      <description><![CDATA[{notes}]]></description>
      <itunes:title>Evening {n}</itunes:title>
      <itunes:episodeType>full</itunes:episodeType>
      <itunes:season>1</itunes:season>
      <itunes:episode>{n}</itunes:episode>
      <content:encoded><![CDATA[{notes}<p>Music: Bo Li.</p>]]></content:encoded>
      <guid isPermaLink="false">gid://example/V0/{n:08}</guid>
      <pubDate>{date}</pubDate>
      <link>https://www.example.com/{n}</link>
      <itunes:explicit>false</itunes:explicit>
      <itunes:image href="https://cdn.example.com/{n}-3000.jpg"/>
      <itunes:duration>2612</itunes:duration>
      <enclosure url="https://media.example.com/{n}.mp3" length="41792992" type="audio/mpeg"/>
      <podcast:season>1</podcast:season>
      <podcast:episode>{n}</podcast:episode>
      <podcast:transcript url="https://media.example.com/{n}.vtt" type="text/vtt"/>
      <podcast:person role="host">Ana Díaz</podcast:person>
    </item>
"""


def feed(episodes: int) -> bytes:
    """Return a clean feed of that many episodes, newest first, about 1,500 bytes each."""
    items = []
    for n in range(episodes, 0, -1):
        date = NOW - datetime.timedelta(days=episodes - n + 1)
        written = date.strftime("%a, %d %b %Y %H:%M:%S +0000")
        items.append(ITEM.format(n=n, date=written, notes=NOTES.format(n=n)))
    return (HEAD + "".join(items) + "  </channel>\n</rss>\n").encode()


def best(work: object, *arguments: object, **named: object) -> float:
    """Return the least CPU seconds of some rounds."""
    assert callable(work)
    took = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work(*arguments, **named)
        took.append(time.process_time() - start)
    return min(took)


def again(raw: bytes, stored: bytes) -> None:
    """Judge a feed with what was kept, and keep it anew."""
    verdicts = Verdicts(stored)
    check.run(raw, now=NOW, verdicts=verdicts)
    if verdicts.changed:
        verdicts.dumps()


def main(sizes: list[int]) -> None:
    """Print one line a size."""
    check.run(feed(1), now=NOW)  # the rules are loaded once
    print(f"Python {platform.python_version()}, {platform.machine()}")
    for size in sizes:
        raw = feed(size)
        assert not check.run(raw, now=NOW, ignore=["X19"]).findings
        other = raw.replace(b"Evening 1<", b"Evening One<")
        judged = best(check.run, raw, now=NOW)
        kept = Verdicts()
        check.run(raw, now=NOW, verdicts=kept)
        stored = kept.dumps()
        seen = best(again, other, stored)
        compared = best(compare, raw, other)
        print(
            f"{size:>6,} episodes, {len(raw) / 1e6:.1f} MB: check {judged * 1000:.0f} ms, "
            f"again {seen * 1000:.0f} ms ({len(stored) / 1000:.0f} kB kept), "
            f"compare {compared * 1000:.0f} ms"
        )


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [1000, 10_000])
