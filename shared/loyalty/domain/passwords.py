"""Salted, slow hashes of the secrets that people choose.

scrypt with N=2^14, r=8, p=5, one of the settings that OWASP's Password Storage Cheat Sheet holds equal to its
N=2^17, p=1: it takes the same time and 16 MB instead of 128 MB, which a function of any size has. One hash
costs about 0.3 s of CPU, so an importer that brings many must spread them (see `import_customers`).
"""

import base64
import hashlib
import secrets

_LOG_N, _R, _P = 14, 8, 5
_SALT_BYTES, _KEY_BYTES = 16, 32
_MOST_MEMORY = 64 * 1024 * 1024


def hash_secret(secret: str) -> str:
    """`scrypt$<log2 N>$<r>$<p>$<salt>$<hash>`, salt and hash in base64; another salt, and so text, each time."""
    salt = secrets.token_bytes(_SALT_BYTES)
    key = hashlib.scrypt(secret.encode(), salt=salt, n=2**_LOG_N, r=_R, p=_P, maxmem=_MOST_MEMORY, dklen=_KEY_BYTES)
    return f"scrypt${_LOG_N}${_R}${_P}${_encode(salt)}${_encode(key)}"


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()
