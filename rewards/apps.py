"""The room's place in Django."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RewardsConfig(AppConfig):
    name = "rewards"
    verbose_name = _("rewards")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("rewards.receivers")
