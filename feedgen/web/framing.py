"""Which requests can be read in one way only: the others are refused before anybody acts on one.

h11 reads some requests whose end a proxy in front of us may see elsewhere; what lies between the
two ends would be a request that the proxy never saw (RFC 9112 §11.2, "Request Smuggling").
"""

from __future__ import annotations

import h11

# What a request of a CMS or a browser has is a few dozen.
MOST_HEADERS = 200


class StrictConnection(h11.Connection):
    """The server's side of a connection; `broken` is why a request was refused."""

    broken: h11.RemoteProtocolError | None = None

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """Return what came next; raises RemoteProtocolError for what is not to be answered."""
        try:
            event = super().next_event()
            if isinstance(event, h11.Request):
                _refuse_ambiguous(event)
        except h11.RemoteProtocolError as error:
            self.broken = error
            raise
        return event

    @property
    def breaks_off(self) -> bool:
        """Whether a request has begun to come and is not here yet."""
        begun = self.their_state is h11.IDLE and bool(self.trailing_data[0])
        return begun or self.their_state is h11.SEND_BODY


def _refuse_ambiguous(request: h11.Request) -> None:
    names = [name for name, _ in request.headers]
    if not request.http_version.startswith(b"1."):
        # RFC 9110 §15.6.6; among them the preface of HTTP/2 (RFC 9113 §3.4).
        raise h11.RemoteProtocolError("another version of HTTP", error_status_hint=505)
    if b"transfer-encoding" in names and (
        # RFC 9112 §6.1: the one is sent to deceive, the other's end nobody knows.
        b"content-length" in names or request.http_version < b"1.1"
    ):
        raise h11.RemoteProtocolError("the end of the request is not clear")
    if len(names) > MOST_HEADERS:
        # RFC 6585 §5. h11 counts the bytes of headers that come in several pieces only.
        raise h11.RemoteProtocolError("too many headers", error_status_hint=431)
