"""The hooks: a CMS says that a show changed, and its feed follows.

    POST /hooks/<name> ─► signature ─► mapping ─► inbox ─► worker ─► run.Run.one ─► receipt

`feedgen.inbox` keeps what was accepted; nothing here is needed to publish a night.
"""
