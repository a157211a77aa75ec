"""Signatures: every scheme, as its maker documents it, against everything that is nearly right."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from feedgen.errors import UsageProblem
from feedgen.hooks.settings import HookSettings
from feedgen.hooks.signatures import Request, Unsigned, key_of, token_is_missing, verify

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SECRET = "correct horse battery staple".replace(" ", "-")
OTHER = "another-secret-for-the-time-between"
STANDARD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = '{"series": "daily-news", "title": "Äpfel"}'.encode()


def stamp(at=NOW, *, milliseconds=False):
    """Return a time-stamp."""
    return str(int(at.timestamp() * (1000 if milliseconds else 1)))


def digest(secret, message, name="sha256"):
    """Return an HMAC."""
    return hmac.new(secret.encode(), message, name).digest()


def standard(body=BODY, at=NOW, secret=STANDARD):
    """Return the headers of Standard Webhooks, signed by its own library."""
    signature = Webhook(secret).sign("msg_1", at, body.decode())
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp(at),
        "webhook-signature": f"v1a,b3RoZXI= {signature}",
    }


def github(body=BODY, at=NOW, secret=SECRET):
    """Return the header of GitHub."""
    return {"x-hub-signature-256": f"sha256={digest(secret, body).hex()}"}


def drupal(body=BODY, at=NOW, secret=SECRET):
    """Return the header of senders before GitHub's second one."""
    return {"x-hub-signature": f"sha1={digest(secret, body, 'sha1').hex()}"}


def token(body=BODY, at=NOW, secret=SECRET):
    """Return the header of a shared token."""
    return {"x-feedgen-token": secret}


def bearer(body=BODY, at=NOW, secret=SECRET):
    """Return a token as Strapi's documentation sends it."""
    return {"authorization": f"Bearer {secret}"}


def basic(body=BODY, at=NOW, secret=SECRET):
    """Return a token as a password."""
    return {"authorization": "Basic " + base64.b64encode(f"cms:{secret}".encode()).decode()}


def ghost(body=BODY, at=NOW, secret=SECRET):
    """Return the header of Ghost: body and time-stamp signed together."""
    when = stamp(at, milliseconds=True)
    return {"x-ghost-signature": f"sha256={digest(secret, body + when.encode()).hex()}, t={when}"}


def sanity(body=BODY, at=NOW, secret=SECRET):
    """Return the header of Sanity."""
    when = stamp(at, milliseconds=True)
    found = digest(secret, f"{when}.".encode() + body)
    signature = base64.urlsafe_b64encode(found).decode().rstrip("=")
    return {"sanity-webhook-signature": f"t={when},v1={signature}"}


def contentful(body=BODY, at=NOW, secret=SECRET):
    """Return the headers of Contentful's request verification."""
    headers = {
        "content-type": "application/vnd.contentful.management.v1+json",
        "x-contentful-signed-headers": "content-type,x-contentful-signed-headers,"
        "x-contentful-timestamp",
        "x-contentful-timestamp": stamp(at, milliseconds=True),
    }
    told = ";".join(f"{name}:{headers[name]}" for name in sorted(headers))
    message = f"POST\n/hooks/cms?wait%3D5\n{told}\n".replace("%3D", "%253D").encode() + body
    return headers | {"x-contentful-signature": digest(secret, message).hex()}


SCHEMES = {
    standard: ("standard-webhooks", STANDARD),
    github: ("github", SECRET),
    drupal: ("github", SECRET),
    token: ("token", SECRET),
    bearer: ("token", SECRET),
    basic: ("token", SECRET),
    ghost: ("ghost", SECRET),
    sanity: ("sanity", SECRET),
    contentful: ("contentful", SECRET),
}
STAMPED = (standard, ghost, sanity, contentful)
SIGNED = (standard, github, drupal, ghost, sanity, contentful)


def settings(sign, **more):
    """Return the settings of a hook."""
    return HookSettings(signature=SCHEMES[sign][0], secret_env="X", **more)


def check(sign, headers, *, body=BODY, secrets=None, now=NOW, path="/hooks/cms?wait=5", **more):
    """Verify a request."""
    request = Request(method="POST", path=path, headers=headers, body=body)
    verify(request, settings(sign, **more), secrets or [SCHEMES[sign][1]], now=now)


@pytest.mark.parametrize("sign", SCHEMES)
def test_what_the_sender_signed_is_let_in(sign):
    """A request signed as the maker documents it is good."""
    check(sign, sign())


@pytest.mark.parametrize("sign", SCHEMES)
def test_another_secret_is_refused(sign):
    """A request signed with any other secret is refused."""
    other = STANDARD[:-4] + "AAAA" if sign is standard else OTHER
    with pytest.raises(Unsigned):
        check(sign, sign(secret=other))


@pytest.mark.parametrize("sign", SCHEMES)
def test_either_secret_is_good_while_one_replaces_the_other(sign):
    """With two secrets both are good."""
    other = STANDARD[:-4] + "AAAA" if sign is standard else OTHER
    check(sign, sign(), secrets=[other, SCHEMES[sign][1]])
    check(sign, sign(secret=other), secrets=[other, SCHEMES[sign][1]])


@pytest.mark.parametrize("sign", SCHEMES)
def test_without_headers_nothing_is_good(sign):
    """A request that is not signed at all is refused."""
    with pytest.raises(Unsigned):
        check(sign, {})


@pytest.mark.parametrize("sign", SCHEMES)
def test_without_a_secret_nothing_is_good(sign):
    """A hook without a secret lets nobody in, not even with an empty token."""
    request = Request(method="POST", path="/", headers=sign(), body=BODY)
    with pytest.raises(Unsigned):
        verify(request, settings(sign), [], now=NOW)


@pytest.mark.parametrize("sign", SIGNED)
def test_a_body_that_was_changed_is_refused(sign):
    """One byte of the body is enough."""
    with pytest.raises(Unsigned):
        check(sign, sign(), body=BODY.replace(b"daily", b"dairy"))


@pytest.mark.parametrize("sign", STAMPED)
@pytest.mark.parametrize("off", [timedelta(seconds=-301), timedelta(seconds=301)])
def test_an_old_request_is_refused(sign, off):
    """A time-stamp outside the tolerance is refused, before and after."""
    with pytest.raises(Unsigned):
        check(sign, sign(at=NOW + off))
    check(sign, sign(at=NOW + off), tolerance=400)


@pytest.mark.parametrize("sign", STAMPED)
def test_a_time_stamp_can_not_be_changed(sign):
    """The time-stamp is signed as well."""
    old = sign(at=NOW - timedelta(hours=1))
    fresh = sign()
    forged = {
        name: value.replace(stamp(NOW - timedelta(hours=1)), stamp(NOW))
        for name, value in old.items()
    }
    assert forged != fresh
    with pytest.raises(Unsigned):
        check(sign, forged)


@pytest.mark.parametrize("sign", SCHEMES)
@given(data=st.data())
def test_headers_of_any_form_are_refused_and_never_break(sign, data):
    """Whatever stands in the headers, the answer is good or Unsigned."""
    texts = st.one_of(
        st.text(st.characters(max_codepoint=255), max_size=90),
        st.sampled_from(["sha256=", "t=1,v1=", "v1,", "Bearer ", "Basic x", "1e3", "9" * 15]),
    )
    headers = {name: data.draw(texts) for name in sign()}
    if headers in (sign(), {}):
        return
    with pytest.raises(Unsigned):
        check(sign, headers)


def test_contentful_signs_method_path_and_the_headers_it_names():
    """Another path, or a frame that leaves out the time-stamp, is refused."""
    with pytest.raises(Unsigned):
        check(contentful, contentful(), path="/hooks/other")
    headers = contentful() | {"x-contentful-signed-headers": "content-type"}
    with pytest.raises(Unsigned):
        check(contentful, headers)


def test_a_token_may_stand_in_a_header_of_ones_own():
    """The settings may name the header of the token; then no other counts."""
    check(token, {"x-wp-token": SECRET}, header="X-WP-Token")
    with pytest.raises(Unsigned):
        check(token, {"x-feedgen-token": SECRET}, header="X-WP-Token")


def test_a_wrong_token_is_known_before_the_body_is_read():
    """For a token the headers are enough to refuse; for a signature they are not."""
    assert token_is_missing(settings(token), {}, [SECRET])
    assert not token_is_missing(settings(token), token(), [SECRET])
    assert not token_is_missing(settings(github), {}, [SECRET])


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ({"webhook-id": "msg_1", "idempotency-key": "k"}, "msg_1"),
        ({"idempotency-key": '"8e03978e"'}, "8e03978e"),
        ({"x-github-delivery": "72d3162e"}, "72d3162e"),
        ({"x-contentful-idempotency-key": "ab"}, "ab"),
        ({}, ""),
    ],
)
def test_a_message_is_known_by_the_key_its_sender_gives_it(headers, key):
    """The key is that of the first header that has one."""
    request = Request(method="POST", path="/", headers=headers, body=b"")
    assert key_of(request, "token") == key


def test_a_signature_with_a_time_stamp_stands_in_for_a_key():
    """Of senders without keys nobody but a replay has the same signature twice."""

    def key(at):
        request = Request(method="POST", path="/", headers=ghost(at=at), body=BODY)
        return key_of(request, "ghost")

    assert key(NOW) == key(NOW) != key(NOW + timedelta(milliseconds=1))
    assert len(key(NOW)) == len(hashlib.sha256().hexdigest())


@pytest.mark.parametrize("key", ["x" * 256, "line\nbreak"])
def test_a_key_nobody_can_keep_is_refused(key):
    """A key that is too long or not legible is an error of its sender."""
    request = Request(method="POST", path="/", headers={"idempotency-key": key}, body=b"")
    with pytest.raises(UsageProblem):
        key_of(request, "token")
