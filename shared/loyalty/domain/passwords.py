"""Salted, slow hashes of the secrets that people choose.

scrypt with N=2^14, r=8, p=5, one of the settings that OWASP's Password Storage Cheat Sheet holds equal to its
N=2^17, p=1: it takes the same time and 16 MB instead of 128 MB, which a function of any size has. One hash
costs about 0.3 s of CPU, so an importer that brings many must spread them (see `import_customers`).
"""

import base64
import hashlib
import hmac
import secrets

_LOG_N, _R, _P = 14, 8, 5
_SALT_BYTES, _KEY_BYTES = 16, 32
_MOST_MEMORY = 64 * 1024 * 1024


def hash_secret(secret: str) -> str:
    """`scrypt$<log2 N>$<r>$<p>$<salt>$<hash>`, salt and hash in base64; another salt, and so text, each time."""
    salt = secrets.token_bytes(_SALT_BYTES)
    key = hashlib.scrypt(secret.encode(), salt=salt, n=2**_LOG_N, r=_R, p=_P, maxmem=_MOST_MEMORY, dklen=_KEY_BYTES)
    return f"scrypt${_LOG_N}${_R}${_P}${_encode(salt)}${_encode(key)}"


def matches(secret: str, stored: str | None) -> bool:
    """Whether a stored hash is of this secret; without one as much is computed, for nothing."""
    _, log_n, r, p, salt, key = (stored or _DECOY).split("$")
    expected = base64.b64decode(key)
    cost = {"n": 2 ** int(log_n), "r": int(r), "p": int(p)}
    computed = hashlib.scrypt(
        secret.encode(), salt=base64.b64decode(salt), **cost, maxmem=_MOST_MEMORY, dklen=len(expected)
    )
    return hmac.compare_digest(computed, expected) and stored is not None


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


_DECOY = f"scrypt${_LOG_N}${_R}${_P}${_encode(bytes(_SALT_BYTES))}${_encode(bytes(_KEY_BYTES))}"
"""A hash that takes the work of any and is nobody's."""
