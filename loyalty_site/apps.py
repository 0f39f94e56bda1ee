"""The room's place in Django."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from loyalty_site.grants import grant_to_application


class LoyaltySiteConfig(AppConfig):
    name = "loyalty_site"
    verbose_name = _("House")

    def ready(self) -> None:
        import_module("loyalty_site.celery")
        post_migrate.connect(grant_to_application, sender=self)
        import_module("loyalty_site.receivers")
        import_module("loyalty_site.task_signals")


class StaffSiteConfig(admin.AdminConfig):
    default = False
    default_site = "loyalty_site.staff_site.StaffSite"
