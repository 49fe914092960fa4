"""The signature of a call, as Standard Webhooks has it (symmetric, version v1): who has the secret can verify it.

- webhook-id: names what is told, the same at every attempt.
- webhook-timestamp: when this attempt was made, in seconds of the epoch.
- webhook-signature: "v1," and HMAC-SHA256 of "<id>.<timestamp>.<body>" in base64; several are parted by blanks.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence

_PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    """A secret of 256 random bits, in the form that libraries of Standard Webhooks take."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signed(keys: Sequence[str], told: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """The headers that sign a body: by each of some secrets, any of which the receiver may have.

    `told` is the id of what is told, which has no dot.
    """
    content = f"{told}.{timestamp}.".encode() + body
    return {
        "webhook-id": told,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{_digest(key, content)}" for key in keys),
    }


def _digest(key: str, content: bytes) -> str:
    digest = hmac.new(base64.b64decode(key.removeprefix(_PREFIX)), content, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
