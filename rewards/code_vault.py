"""The one place that knows the key of codes: digests to find them by, seals to keep them in."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from secrets import token_bytes
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

DIGEST_BYTES = 16
NONCE_BYTES = 12


class SealBrokenError(Exception):
    """A code cannot be opened: it was sealed with another VOUCHER_KEY."""


def digest_of(code: str) -> bytes:
    """Return the first 16 bytes of the HMAC-SHA-256 of a code, under a key for that alone."""
    return hmac.digest(_key("digest"), code.encode(), sha256)[:DIGEST_BYTES]


def seal(code: str) -> bytes:
    """Encrypt a code with AES-256-GCM: a fresh nonce of 12 bytes, then code and tag."""
    nonce = token_bytes(NONCE_BYTES)
    return nonce + AESGCM(_key("seal")).encrypt(nonce, code.encode(), None)


def digests_of(codes: Iterable[str]) -> list[bytes]:
    """Return what `digest_of` does, of many: the two halves of the HMAC begin with the key ready."""
    block = _key("digest").ljust(SHA256.block_size, b"\0")
    inner, outer = (sha256(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))
    return [_finished(code, inner.copy(), outer.copy()) for code in codes]


def seal_all(codes: Sequence[str]) -> list[bytes]:
    """Encrypt many codes as `seal` does: one cipher, and the nonces drawn all at once."""
    encrypt, nonces = AESGCM(_key("seal")).encrypt, token_bytes(NONCE_BYTES * len(codes))
    starts = range(0, len(nonces), NONCE_BYTES)
    each = (nonces[start : start + NONCE_BYTES] for start in starts)
    return [
        nonce + encrypt(nonce, code.encode(), None) for nonce, code in zip(each, codes, strict=True)
    ]


def opened(sealed: bytes) -> str:
    """Return the code in a seal; raises SealBrokenError if it is not ours or the key changed."""
    nonce, rest = bytes(sealed[:NONCE_BYTES]), bytes(sealed[NONCE_BYTES:])
    try:
        return AESGCM(_key("seal")).decrypt(nonce, rest, None).decode()
    except InvalidTag:
        raise SealBrokenError("sealed with another VOUCHER_KEY") from None


def share_token(key: UUID) -> str:
    """
    Write what opens a shared gift card: its key and a tag that only this program can make.

    So who reads the database cannot open the page either.
    """
    return urlsafe_b64encode(key.bytes + _share_tag(key)).decode().rstrip("=")


def share_key_of(token: str) -> UUID | None:
    """Return the key in a token; None if it was not made here."""
    try:
        read = urlsafe_b64decode(token.encode() + b"==")
    except ValueError:
        return None
    if len(read) != 2 * DIGEST_BYTES:
        return None
    key = UUID(bytes=read[:DIGEST_BYTES])
    return key if hmac.compare_digest(read[DIGEST_BYTES:], _share_tag(key)) else None


def _share_tag(key: UUID) -> bytes:
    return hmac.digest(_key("share"), key.bytes, sha256)[:DIGEST_BYTES]


def _finished(code: str, inner: "hashlib._Hash", outer: "hashlib._Hash") -> bytes:
    inner.update(code.encode())
    outer.update(inner.digest())
    return outer.digest()[:DIGEST_BYTES]


def _key(purpose: str) -> bytes:
    return _derived(settings.VOUCHER_KEY, purpose)


@lru_cache(maxsize=8)
def _derived(secret: str, purpose: str) -> bytes:
    info = f"klaver.voucher.{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret.encode())
