"""Bringing the groups of staff in line with the matrix."""

from functools import reduce
from operator import or_

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

from loyalty_site.staff_groups import GROUPS


def apply_staff_groups(*, using: str) -> None:
    """
    Give each group exactly the permissions of its line, in the database `using`.

    Fails where the matrix names a permission that does not exist. A second time changes nothing.
    """
    with transaction.atomic(using=using):
        known = _permissions(using)
        for group in GROUPS.values():
            row, _new = Group.objects.using(using).get_or_create(name=group.key)
            row.permissions.set([known[name] for name in group.permissions])


def _permissions(using: str) -> dict[str, Permission]:
    wanted = frozenset[str]().union(*(group.permissions for group in GROUPS.values()))
    named = [
        Q(content_type__app_label=name.split(".")[0], codename=name.split(".")[1])
        for name in sorted(wanted)
    ]
    rows = Permission.objects.using(using).filter(reduce(or_, named)).select_related("content_type")
    known = {f"{row.content_type.app_label}.{row.codename}": row for row in rows}
    if missing := wanted - set(known):
        raise LookupError(f"No such permissions: {', '.join(sorted(missing))}")
    return known
