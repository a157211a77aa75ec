"""A feed of our own making that holds nearly everything and breaks no rule: defects go in here."""

from __future__ import annotations

import datetime

NOW = datetime.datetime(2026, 3, 6, tzinfo=datetime.UTC)
KEY = "02" + "c3" * 32
OTHER = "9b024349-ccf0-5f69-a609-6b82873eab3c"

FEED = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"
     xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
     xmlns:atom="http://www.w3.org/2005/Atom"
     xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:podcast="https://podcastindex.org/namespace/1.0"
     xmlns:psc="http://podlove.org/simple-chapters"
     xmlns:media="http://search.yahoo.com/mrss/"
     xmlns:spotify="http://www.spotify.com/ns/rss"
     xmlns:fh="http://purl.org/syndication/history/1.0">
  <channel>
    <title>Night Ferry</title>
    <description><![CDATA[<p>Crossings &amp; conversations after dark.</p>]]></description>
    <managingEditor>crew@ferry.example (Night Ferry Crew)</managingEditor>
    <copyright>Night Ferry Crew</copyright>
    <generator>by hand</generator>
    <lastBuildDate>Thu, 05 Mar 2026 08:00:00 +0000</lastBuildDate>
    <atom:link href="https://feeds.ferry.example/night" rel="self" type="application/rss+xml"/>
    <atom:link href="https://hub.ferry.example/" rel="hub"/>
    <link>https://ferry.example/night</link>
    <language>en-gb</language>
    <ttl>60</ttl>
    <itunes:author>Night Ferry Crew</itunes:author>
    <itunes:explicit>false</itunes:explicit>
    <itunes:category text="Society &amp; Culture">
      <itunes:category text="Documentary"/>
    </itunes:category>
    <itunes:type>serial</itunes:type>
    <itunes:image href="https://img.ferry.example/night-3000.jpg"/>
    <image>
      <url>https://img.ferry.example/night-3000.jpg</url>
      <title>Night Ferry</title>
      <link>https://ferry.example/night</link>
    </image>
    <podcast:guid>6f7eee44-887a-5582-8d86-77799ddee723</podcast:guid>
    <podcast:locked owner="crew@ferry.example">yes</podcast:locked>
    <podcast:medium>podcast</podcast:medium>
    <podcast:license>cc-by-4.0</podcast:license>
    <podcast:funding url="https://ferry.example/help">Keep us afloat</podcast:funding>
    <podcast:person role="host" img="https://img.ferry.example/mo.jpg">Mo Abara</podcast:person>
    <podcast:location rel="subject" geo="geo:51.12,1.31" country="GB">Dover</podcast:location>
    <podcast:image href="https://img.ferry.example/wide.jpg" aspect-ratio="16/9"/>
    <podcast:trailer pubdate="Mon, 02 Feb 2026 10:00:00 +0000" type="audio/mpeg"
      url="https://audio.ferry.example/t.mp3">Cast off</podcast:trailer>
    <podcast:updateFrequency rrule="FREQ=WEEKLY">Every Thursday</podcast:updateFrequency>
    <podcast:podroll><podcast:remoteItem feedGuid="{OTHER}"/></podcast:podroll>
    <podcast:socialInteract protocol="activitypub" uri="https://social.ferry.example/@n/1"/>
    <podcast:chat server="irc.ferry.example" protocol="irc"/>
    <podcast:txt purpose="ai-content">false</podcast:txt>
    <podcast:podping usesPodping="true"/>
    <podcast:value type="lightning" method="keysend">
      <podcast:valueRecipient type="node" address="{KEY}" split="100"/>
      <podcast:valueTimeSplit startTime="60" duration="10">
        <podcast:remoteItem feedGuid="{OTHER}"/>
      </podcast:valueTimeSplit>
    </podcast:value>
    <spotify:countryOfOrigin>gb</spotify:countryOfOrigin>
    <fh:complete/>
    <podcast:liveItem status="pending" start="2026-03-12T20:00:00Z">
      <title>Live from the pier</title>
      <guid isPermaLink="false">ferry-live-1</guid>
      <podcast:contentLink href="https://ferry.example/live">Watch</podcast:contentLink>
      <enclosure url="https://audio.ferry.example/live.mp3" length="0" type="audio/mpeg"/>
    </podcast:liveItem>
    <item>
      <title>Fog &amp; Bells</title>
      <description><![CDATA[<p>Nobody saw <em>land</em>.</p>]]></description>
      <itunes:episodeType>full</itunes:episodeType>
      <itunes:season>1</itunes:season>
      <itunes:episode>2</itunes:episode>
      <content:encoded><![CDATA[<p>Nobody saw <em>land</em>.</p><p>Bo.</p>]]></content:encoded>
      <guid isPermaLink="false">ferry-0000-0002</guid>
      <pubDate>Thu, 05 Mar 2026 07:00:00 +0000</pubDate>
      <link>https://ferry.example/night/2</link>
      <itunes:explicit>false</itunes:explicit>
      <itunes:image href="https://img.ferry.example/2-3000.png"/>
      <itunes:duration>1800</itunes:duration>
      <enclosure url="https://audio.ferry.example/2.mp3" length="28800000" type="audio/mpeg"/>
      <podcast:season>1</podcast:season>
      <podcast:episode display="Two">2</podcast:episode>
      <podcast:transcript url="https://audio.ferry.example/2.vtt" type="text/vtt"/>
      <podcast:chapters url="https://audio.ferry.example/2.json" type="application/json+chapters"/>
      <podcast:soundbite startTime="73.0" duration="60.0">The bells</podcast:soundbite>
      <podcast:person role="host">Mo Abara</podcast:person>
      <podcast:alternateEnclosure type="audio/opus" length="9000000">
        <podcast:source uri="https://audio.ferry.example/2.opus"/>
        <podcast:integrity type="sri" value="sha256-{"A" * 43}="/>
      </podcast:alternateEnclosure>
      <psc:chapters version="1.2">
        <psc:chapter start="00:00:00" title="Fog"/>
        <psc:chapter start="00:10:00" title="Bells"/>
      </psc:chapters>
      <media:restriction relationship="allow" type="country">gb</media:restriction>
    </item>
    <item>
      <title>Cast Off</title>
      <description><![CDATA[<p>The first night.</p>]]></description>
      <itunes:season>1</itunes:season>
      <itunes:episode>1</itunes:episode>
      <guid isPermaLink="false">ferry-0000-0001</guid>
      <pubDate>Thu, 26 Feb 2026 07:00:00 +0000</pubDate>
      <link>https://ferry.example/night/1</link>
      <itunes:explicit>false</itunes:explicit>
      <itunes:duration>1500</itunes:duration>
      <enclosure url="https://audio.ferry.example/1.mp3" length="24000000" type="audio/mpeg"/>
    </item>
  </channel>
</rss>
""".encode()
