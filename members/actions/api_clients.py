"""API clients and their keys: made, changed without an outage, stopped."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from members.api_keys import new_key
from members.models import ApiClient, ApiKey, Scope
from members.refusals import Refusal

MOST_LIVE_KEYS = 2
USED_AGAIN = timedelta(minutes=1)
"""How long after a use another one is not written down."""


class ClientNameTaken(Refusal):
    code = "client_name_taken"


class NoSuchScope(Refusal):
    code = "no_such_scope"


class BadClient(Refusal):
    code = "bad_client"


class TooManyKeys(Refusal):
    code = "too_many_keys"


class LastKey(Refusal):
    code = "last_key"


class ClientStopped(Refusal):
    code = "client_stopped"


@dataclass(frozen=True, slots=True)
class Made:
    """A new key: `secret` is shown once and kept nowhere."""

    key: ApiKey
    secret: str


@transaction.atomic
def create_client(
    *, name: str, source_id: int, scopes: Collection[str], now: datetime, a_minute: int = 600
) -> Made:
    """
    Make a client with its first key.

    Refuses a name that another client has or nobody can read, no scope at all, one that does not
    exist, and a number of requests that is no limit.
    """
    unknown = set(scopes) - set(Scope.values)
    if unknown or not scopes:
        raise NoSuchScope(
            _("Choose from these scopes: %(scopes)s.") % {"scopes": ", ".join(Scope.values)}
        )
    client = ApiClient(
        name=name.strip(),
        source_id=source_id,
        scopes=" ".join(sorted(scopes)),
        a_minute=a_minute,
        made_at=now,
    )
    try:
        client.clean_fields()
    except ValidationError as fault:
        raise BadClient(_told(fault)) from None
    try:
        with transaction.atomic():
            client.save(force_insert=True)
    except IntegrityError:
        raise ClientNameTaken(
            _("There is a client with the name %(name)s already.") % {"name": client.name}
        ) from None
    return _make(client, now)


@transaction.atomic
def add_key(*, client_id: int, now: datetime, others_end_at: datetime | None = None) -> Made:
    """
    Give a client one more key; `others_end_at` is until when those it has go on working.

    Refuses a third live key, and a client that was stopped.
    """
    client = ApiClient.objects.select_for_update(of=("self",)).get(pk=client_id)
    if client.stopped_at is not None:
        raise ClientStopped(_("This client was stopped; make a new one."))
    live = ApiKey.objects.filter(client=client).live(now)
    if live.count() >= MOST_LIVE_KEYS:
        raise TooManyKeys(_("This client has two live keys; end one before you make another."))
    if others_end_at is not None:
        live.filter(ends_at__isnull=True).update(ends_at=others_end_at)
    return _make(client, now)


@transaction.atomic
def end_key(*, key_id: int, now: datetime) -> ApiKey:
    """Let a key open nothing from this moment on; ending it twice changes nothing."""
    key = ApiKey.objects.lock(key_id)
    if key.ends_at is None or key.ends_at > now:
        key.ends_at = now
        key.save(update_fields=["ends_at"])
    return key


@transaction.atomic
def end_oldest_key(*, client_id: int, now: datetime) -> ApiKey:
    """
    End the key that a client changed from.

    Refuses where one key is left, so that a second click does not shut the till out.
    """
    client = ApiClient.objects.select_for_update(of=("self",)).get(pk=client_id)
    live = ApiKey.objects.filter(client=client).live(now).order_by("pk")[:2]
    if len(live) < 2:
        raise LastKey(_("No second key of this client works: make a new one, or stop the client."))
    return end_key(key_id=live[0].pk, now=now)


@transaction.atomic
def stop_client(*, client_id: int, now: datetime) -> ApiClient:
    """Let none of a client's keys open anything any more; its receipts stay what they are."""
    client = ApiClient.objects.select_for_update(of=("self",)).get(pk=client_id)
    if client.stopped_at is None:
        client.stopped_at = now
        client.save(update_fields=["stopped_at"])
    return client


def note_use(*, key: ApiKey, now: datetime) -> None:
    """Write down that a key was used, at most once a minute."""
    if key.used_at is None or now - key.used_at >= USED_AGAIN:
        ApiKey.objects.filter(pk=key.pk).update(used_at=now)


def _told(fault: ValidationError) -> str:
    names = {field.name: field.verbose_name for field in ApiClient._meta.fields}
    return " ".join(f"{names[name]}: {' '.join(said)}" for name, said in fault.message_dict.items())


def _make(client: ApiClient, now: datetime) -> Made:
    new = new_key()
    key = ApiKey.objects.create(client=client, prefix=new.prefix, digest=new.digest, made_at=now)
    return Made(key, new.key)
