"""How allauth meets our users."""

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError

from members.details import tidy_address
from members.refusals import Refusal


class AccountAdapter(DefaultAccountAdapter):
    """Logs in by code; the room's own rules stand in the actions."""

    def clean_email(self, email: str) -> str:
        """Take addresses that mail can use, when joining and when changing it."""
        try:
            return tidy_address(super().clean_email(email))
        except Refusal as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from None
