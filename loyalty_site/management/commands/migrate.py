"""Django's `migrate`, run as the role that owns the tables."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

# No TRUNCATE, no REFERENCES: the application needs neither.
DEFAULT_RIGHTS = [
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
    " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
]


class Command(migrate.Command):
    """
    Migrates as the owner, so that the application's own role needs to own nothing.

    Tables to come are opened to that role beforehand, not afterwards: what a
    migration takes away from it stays taken away.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's own signature
        if not (options["plan"] or options["check_unapplied"]):
            open_coming_tables(connections[options["database"]])
        super().handle(*args, **options)


def open_coming_tables(owner: BaseDatabaseWrapper) -> None:
    """Let the application read and write every table that the owner makes from now on."""
    role = connections["default"].settings_dict["USER"]
    if not role or role == owner.settings_dict["USER"]:
        return
    with owner.cursor() as cursor:
        for statement in DEFAULT_RIGHTS:
            cursor.execute(statement.format(role=owner.ops.quote_name(role)))
