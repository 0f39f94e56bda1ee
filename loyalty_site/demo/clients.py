"""The tills and the web shop of Marktzicht, connected to the API; nobody holds their keys."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from loyalty_site import staff_groups
from loyalty_site.demo.logins import login_in
from members.actions.api_clients import create_client
from members.actions.traces import record_act
from members.models import ApiClient, Scope, User

CONNECTED = timedelta(days=30)
CLIENTS = (
    ("Kassa’s Marktplein", tuple(Scope.values), "Eerste kassa’s aan de API"),
    (
        "Webwinkel",
        (Scope.WRITE_PURCHASES, Scope.WRITE_REFUNDS, Scope.READ_MEMBERS),
        "De webwinkel doet mee; inschrijven gaat aan de kassa",
    ),
)


@transaction.atomic
def connect_tills(*, source_id: int, now: datetime) -> None:
    """Connect them, unless anything is; who wants to try one gives it a new key in the admin."""
    if ApiClient.objects.exists():
        return
    at = now - CONNECTED
    staff_id = login_in(staff_groups.ADMIN.key).pk
    with override(User.Language.DUTCH):
        for name, scopes, reason in CLIENTS:
            made = create_client(name=name, source_id=source_id, scopes=scopes, now=at)
            record_act(
                staff_id=staff_id,
                what=_("Made, with its first key"),
                on=made.key.client,
                now=at,
                reason=reason,
            )
