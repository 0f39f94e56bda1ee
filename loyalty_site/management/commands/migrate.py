"""Django's `migrate`, run as the role that owns the tables."""

from django.core.checks import Tags
from django.core.management.base import CommandParser
from django.core.management.commands import migrate


class Command(migrate.Command):
    """Migrates as the owner, so that the application's own role needs to own nothing."""

    # Not the admin's: they look up permissions in tables that a new database has not got yet.
    requires_system_checks = (Tags.models, Tags.database, Tags.caches, Tags.files)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")
