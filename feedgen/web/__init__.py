"""`feedgen serve`: pages, feeds, media, hooks and the Content API behind one port."""
