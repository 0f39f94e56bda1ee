"""What the application's database role may do: use tables, own none, never rewrite history."""

from typing import Any

import pgtrigger
from django.apps import apps
from django.db import connections
from django.db.models import Model
from psycopg import sql

HISTORY = "append_only"
CAN_GRANT_ANALYZE = 170000


def grant_to_application(using: str, **_: Any) -> None:
    """After migrating as the owner, give the application's role what it needs and no more."""
    role = connections["default"].settings_dict["USER"]
    connection = connections[using]
    if not role or role == connection.settings_dict["USER"]:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "GRANT USAGE ON SCHEMA public TO {role};"
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};"
                "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};"
            ).format(role=sql.Identifier(role))
        )
        cursor.execute("SELECT current_setting('server_version_num')::int")
        if cursor.fetchone()[0] >= CAN_GRANT_ANALYZE:
            # After a large import the planner must know; older servers wait for autovacuum.
            cursor.execute(
                sql.SQL("GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO {role}").format(
                    role=sql.Identifier(role)
                )
            )
        for table in history_tables():
            cursor.execute(
                sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}").format(
                    table=sql.Identifier(table), role=sql.Identifier(role)
                )
            )


def revoke_from_application(using: str) -> None:
    """Take it all away again, while the database must not be used."""
    role = connections["default"].settings_dict["USER"]
    connection = connections[using]
    if not role or role == connection.settings_dict["USER"]:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}").format(
                role=sql.Identifier(role)
            )
        )


def history_tables() -> list[str]:
    """Tables whose rows come and stay as they are, by their append-only trigger."""
    return [
        model._meta.db_table
        for model in apps.get_models()
        if any(trigger.name == HISTORY for trigger in _triggers(model))
    ]


def _triggers(model: type[Model]) -> list[pgtrigger.Trigger]:
    return list(getattr(model._meta, "triggers", []))
