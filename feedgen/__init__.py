"""Podcast feeds from a catalogue: rendered, checked, compared, and only then put on air."""

__version__ = "0.1.0"
