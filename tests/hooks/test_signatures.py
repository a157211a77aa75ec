"""Signatures: every scheme, as its maker documents it, against everything that is nearly right."""

import base64
import contextlib
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from feedgen.errors import UsageProblem
from feedgen.hooks.settings import HookSettings
from feedgen.hooks.signatures import Request, Unsigned, key_of, verify, verify_headers

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
    kind = "drupal" if sign is drupal else "generic"
    return HookSettings(kind=kind, signature=SCHEMES[sign][0], secret_env="X", **more)


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


@pytest.mark.parametrize("written", ["{}", " {}\r\n", "\ufeff{}\n", "{}\n\n{}-older\n"])
def test_a_file_of_secrets_is_read_as_editors_write_it(tmp_path, written):
    """Blanks, line ends and the mark of an editor at its beginning are no part of a secret."""
    (tmp_path / "secret").write_text(written.format(SECRET, SECRET), encoding="utf-8")
    found = HookSettings(signature="token", secret_file="secret").secrets(tmp_path)
    check(token, token(), secrets=found)


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
    """Whatever stands in the headers, the answer is good or Unsigned, with and without a body."""
    anything = st.text(st.characters(max_codepoint=255), max_size=90)
    starts = ["sha256=", "sha1=", "t=1,v1=", "v1,", "Bearer ", "Basic ", "1e3", "9" * 15]
    texts = st.one_of(anything, st.builds(str.__add__, st.sampled_from(starts), anything))
    headers = {name: data.draw(texts) for name in sign()}
    if headers in (sign(), {}):
        return
    with contextlib.suppress(Unsigned):
        verify_headers(headers, settings(sign), [SCHEMES[sign][1]], now=NOW)
    with pytest.raises(Unsigned):
        check(sign, headers)


@pytest.mark.parametrize(
    "given",
    [
        "Basic \xe9\xe9\xe9\xe9",
        "Basic !!!!",
        "Basic",
        "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
        "Basic " + base64.b64encode(SECRET.encode()).decode(),
        "Bearer \xff\xfe",
        "Bearer",
        f"Bearer {SECRET} {SECRET}",
        f"Token {SECRET}",
        "\xff" * 300,
        SECRET.upper(),
        SECRET[:-1],
        f"{SECRET}x",
    ],
)
def test_a_token_of_any_other_form_is_no_token(given):
    """What is no base64, no ASCII, or nearly the token is refused as any wrong one."""
    for name in ("authorization", "x-feedgen-token"):
        with pytest.raises(Unsigned):
            check(token, {name: given})


def test_the_example_of_standard_webhooks_is_good():
    """The signature that its authors publish for their own test is let in, beside others too."""
    body, at = b'{"test": 2432232314}', datetime.fromtimestamp(1614265330, UTC)
    signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": f"v1,bm9wZQ== v2,{signature[3:]} {signature}",
    }
    check(standard, headers, body=body, now=at + timedelta(minutes=4))
    check(
        standard, {k.replace("webhook", "svix"): v for k, v in headers.items()}, body=body, now=at
    )
    for changed in (
        {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJeK"},
        {"webhook-timestamp": "1614265331"},
        {"webhook-signature": f"v2,{signature[3:]}"},
        {"webhook-signature": signature.replace("v1,", "")},
        {"webhook-signature": "v1," * 3000},
    ):
        with pytest.raises(Unsigned):
            check(standard, headers | changed, body=body, now=at)


@pytest.mark.parametrize("written", ["0{}", "{}000", "+{}", "{}.0", " {}", "{} "])
def test_the_time_stamp_of_standard_webhooks_is_signed_as_it_is_written(written):
    """Another way to write the same second is not what was signed, and is refused."""
    with pytest.raises(Unsigned):
        check(standard, standard() | {"webhook-timestamp": written.format(stamp())})


def test_sha1_is_for_drupal_alone_and_only_without_the_better_header():
    """Nobody gets by with the older header who could send the newer one."""
    both = drupal() | {"x-hub-signature-256": "sha256=" + "0" * 64}
    for sign, headers in (
        (github, drupal()),
        (drupal, both),
        (drupal, {"x-hub-signature-256": drupal()["x-hub-signature"]}),
        (drupal, {"x-hub-signature": github()["x-hub-signature-256"]}),
    ):
        with pytest.raises(Unsigned):
            check(sign, headers)
    check(drupal, drupal() | github())


@pytest.mark.parametrize("sign", SCHEMES)
def test_headers_that_can_not_be_good_are_known_before_the_body_is_read(sign):
    """What is missing, of no form, too old or a wrong token is refused by the headers alone."""

    def by_headers(headers):
        verify_headers(headers, settings(sign), [SCHEMES[sign][1]], now=NOW)

    by_headers(sign())
    refused = [{}, dict.fromkeys(sign(), "ÿ")]
    refused += [sign(at=NOW - timedelta(hours=1))] if sign in STAMPED else []
    refused += [sign(secret=OTHER)] if SCHEMES[sign][0] == "token" else []
    for headers in refused:
        with pytest.raises(Unsigned):
            by_headers(headers)


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


def test_what_the_library_of_contentful_signed_is_let_in():
    """Its own signature, made once by @contentful/node-apps-toolkit, of an address with signs."""
    headers = {
        "content-type": "application/vnd.contentful.management.v1+json",
        "x-contentful-topic": "ContentManagement.Entry.publish",
        "x-contentful-idempotency-key": "ab",
        "x-contentful-signature": "69f2c8d3f720daebb3e4f5580eb7a013"
        "16fd4fc5119de6bb3f06f8b2c2a9311c",
        "x-contentful-signed-headers": "content-type,x-contentful-idempotency-key,"
        "x-contentful-signed-headers,x-contentful-timestamp,x-contentful-topic",
        "x-contentful-timestamp": "1795393316788",
    }
    check(
        contentful,
        headers,
        body='{"sys":{"type":"Entry","id":"é"}}'.encode(),
        secrets=["s" * 64],
        now=datetime.fromtimestamp(1_795_393_316, UTC),
        path="/hooks/cms?wait=5&a=it's(1)!",
    )


def test_a_key_that_anybody_may_have_added_is_none():
    """A message that is sent again under another key, in a header nobody signed, is a replay."""

    def key(headers, scheme):
        return key_of(Request(method="POST", path="/", headers=headers, body=BODY), scheme)

    assert key(ghost() | {"idempotency-key": "new"}, "ghost") == key(ghost(), "ghost")
    sent = contentful() | {"x-contentful-idempotency-key": "of its own"}
    assert key(sent, "contentful") == key(contentful(), "contentful") != "of its own"
    names = f"{sent['x-contentful-signed-headers']},x-contentful-idempotency-key"
    signed_too = sent | {"x-contentful-signed-headers": names}
    assert key(signed_too, "contentful") == "of its own"
    assert key(signed_too | {"webhook-id": "new"}, "contentful") == "of its own"
