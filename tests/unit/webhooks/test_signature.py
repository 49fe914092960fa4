"""Signatures, verified by the library of Standard Webhooks."""

import base64
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from loyalty.webhooks.signature import new_secret, signed

BODY = b'{"job_id":"5f2b8c0e9d7a4f1b8e6c3a2d1f0b9c8e","label":"M\xc3\xbcller"}'


def test_a_secret_is_random_and_in_the_form_that_libraries_take() -> None:
    # GIVEN some secrets
    secrets = {new_secret() for _ in range(10)}
    # THEN each is another, of 256 bits
    assert len(secrets) == 10
    assert all(len(base64.b64decode(one.removeprefix("whsec_"), validate=True)) == 32 for one in secrets)
    assert all(one.startswith("whsec_") for one in secrets)


def test_the_library_verifies_what_is_signed() -> None:
    # GIVEN a body that is signed
    secret = new_secret()
    headers = dict(signed([secret], "job-0", int(time.time()), BODY))
    # THEN the library takes it
    assert Webhook(secret).verify(BODY, headers)["label"] == "Müller"


@pytest.mark.parametrize("changed", ["webhook-id", "webhook-timestamp", "body", "secret"])
def test_the_library_takes_nothing_that_was_changed(changed: str) -> None:
    # GIVEN a signed body of which one part is another
    secret, now = new_secret(), int(time.time())
    headers = dict(signed([secret], "job-0", now, BODY))
    headers |= {
        name: text for name, text in (("webhook-id", "job-1"), ("webhook-timestamp", str(now + 1))) if name == changed
    }
    # THEN it is refused
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret() if changed == "secret" else secret).verify(BODY + b" " * (changed == "body"), headers)


def test_while_a_secret_is_changed_both_verify() -> None:
    # GIVEN a body that is signed by two secrets
    new, old = new_secret(), new_secret()
    headers = dict(signed([new, old], "job-0", int(time.time()), BODY))
    # THEN a receiver that has either takes it, and nobody else
    for secret in (new, old):
        assert Webhook(secret).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(BODY, headers)


def test_the_signature_is_that_of_the_specification() -> None:
    # GIVEN the example of the specification of Standard Webhooks
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = signed([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    # THEN it is signed as there
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
