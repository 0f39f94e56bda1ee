"""The link with which a reader stops mail without logging in: what it says, and that we wrote it."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings
from django.core.signing import BadSignature, Signer

SALT = "members.stop"


@dataclass(frozen=True, slots=True)
class StopLink:
    """Whose mail on which topic, at which address, and which mailing it stood in; 0 for none."""

    member_id: int
    topic: str
    address_mark: str
    mailing_id: int

    def is_of(self, email: str) -> bool:
        """Whether it was written to this address: an old mailbox may be somebody else's by now."""
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        return any(hmac.compare_digest(self.address_mark, mark_of(email, key)) for key in keys)


def stop_token(*, member_id: int, topic: str, email: str, mailing_id: int = 0) -> str:
    """Return the token of `/stop/<token>/`; it holds for ever and tells nobody who reads there."""
    return _signer().sign(f"{member_id}.{topic}.{mark_of(email)}.{mailing_id}")


def read_stop_token(token: str) -> StopLink | None:
    """Return what a token says, or None if it is not one of ours."""
    try:
        member, topic, mark, mailing = _signer().unsign(token).split(".")
        return StopLink(int(member), topic, mark, int(mailing))
    except (BadSignature, ValueError):
        return None


def mark_of(email: str, key: str = "") -> str:
    """A few signs that differ from address to address and give none away."""
    secret = (key or settings.SECRET_KEY).encode()
    digest = hmac.new(secret, f"{SALT}:{email}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest.digest()[:6]).decode()


def _signer() -> Signer:
    return Signer(salt=SALT, sep="~")
