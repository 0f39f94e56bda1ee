"""What this room does when others have news."""

from typing import Any

from django.apps import AppConfig
from django.apps import apps as all_apps
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from loyalty_site.actions.staff_groups import apply_staff_groups
from loyalty_site.adapter import KINDS
from mailroom.kinds import Kind
from mailroom.signals import letters_offered


@receiver(post_migrate)
def give_groups_their_permissions(
    sender: AppConfig, using: str, apps: Apps = all_apps, **_: Any
) -> None:
    """After migrating, once: the matrix in the code is what holds."""
    if sender.label != "loyalty_site" or not _knows_groups(apps):
        return
    # This room comes first; the permissions of the others are otherwise made after it.
    for config in all_apps.get_app_configs():
        create_permissions(config, verbosity=0, interactive=False, using=using)
    apply_staff_groups(using=using)


def _knows_groups(apps: Apps) -> bool:
    """Whether the migrations have come as far as groups and what they rest on."""
    try:
        apps.get_model("auth", "Group")
        apps.get_model("contenttypes", "ContentType")
    except LookupError:
        return False
    return True


@receiver(letters_offered)
def offer_letters(**_: Any) -> tuple[Kind, ...]:
    return KINDS
