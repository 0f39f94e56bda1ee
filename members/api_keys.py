"""API keys: made, recognized by their digest, never kept."""

import secrets
from dataclasses import dataclass
from hashlib import sha256

MARK = "klv_"
SECRET_BYTES = 32
SHOWN = len(MARK) + 6


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as its holder gets it, once; `prefix` and `digest` are what is kept of it."""

    key: str
    prefix: str
    digest: str


def new_key() -> NewKey:
    """Make a key of 256 random bits: too many to guess, so a plain digest is enough to keep."""
    key = MARK + secrets.token_urlsafe(SECRET_BYTES)
    return NewKey(key, key[:SHOWN], digest_of(key))


def digest_of(key: str) -> str:
    """Return the SHA-256 by which a key is found, in hexadecimal."""
    return sha256(key.encode()).hexdigest()
