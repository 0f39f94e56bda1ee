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


def keep_the_last_word() -> pgtrigger.Trigger:
    """What was answered last on a topic and channel stands in `members_latestconsent`."""
    return pgtrigger.Trigger(
        name="last_word",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        func="""
            INSERT INTO members_latestconsent (member_id, topic, channel, given, consent_id)
            VALUES (NEW.member_id, NEW.topic, NEW.channel, NEW.given, NEW.id)
            ON CONFLICT (member_id, topic, channel) DO UPDATE
            SET given = EXCLUDED.given, consent_id = EXCLUDED.consent_id
            WHERE members_latestconsent.consent_id < EXCLUDED.consent_id;
            RETURN NULL;
        """,
    )
