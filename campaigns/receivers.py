"""What this room does when something was announced."""

from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext as _

from campaigns.actions.sending import hold_restored_campaigns
from members.signals import database_restored


@receiver(database_restored)
def keep_campaigns(**_news: Any) -> str:
    held = hold_restored_campaigns()
    if not held:
        return ""
    return _("%(count)s campaigns that were to leave are drafts again: look whether they left.") % {
        "count": held
    }
