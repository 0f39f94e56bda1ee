"""Empty the test database as its owner; the application's role may not, and history resists."""

import psycopg
from django.core.management.base import BaseCommand
from django.db import connections

KEPT = (
    *("django_migrations", "django_content_type"),
    *("auth_permission", "auth_group", "auth_group_permissions"),
)
FIRST_ROWS = """
INSERT INTO members_source (name) VALUES ('klaver');
INSERT INTO members_tier (rank, name_nl, name_en) VALUES (0, 'Lid', 'Member');
"""


class Command(BaseCommand):
    help = "Empty every table and put back the rows that migrations made."
    stealth_options = ("interactive", "reset_sequences", "allow_cascade", "inhibit_post_migrate")

    def add_arguments(self, parser):
        parser.add_argument("--database", default="default")

    def execute(self, *args, **options):
        owner = connections.settings["owner"]
        name = connections["default"].settings_dict["NAME"]
        with psycopg.connect(host=owner["HOST"], user=owner["USER"], dbname=name) as connection:
            tables = [
                row[0]
                for row in connection.execute(
                    "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
                    " AND tablename <> ALL(%s)",
                    (list(KEPT),),
                )
            ]
            for table in tables:
                connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            connection.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
            for table in tables:
                connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            connection.execute(FIRST_ROWS)

    def handle(self, *args, **options):
        """Everything happens in `execute`, which takes whatever options the test runner sends."""
