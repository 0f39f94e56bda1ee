"""Triggers that hold history in place, whoever writes."""

import pgtrigger


def append_only() -> list[pgtrigger.Trigger]:
    """Rows come and stay as they are."""
    return [
        pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        never_emptied(),
    ]


def never_deleted() -> list[pgtrigger.Trigger]:
    """Rows may change but never go."""
    return [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete), never_emptied()]


def never_emptied() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="never_emptied",
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        level=pgtrigger.Statement,
        func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
    )
