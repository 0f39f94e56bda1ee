"""Make an API client for a till or a web shop, and print its key once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation

from members.actions.api_clients import create_client
from members.actions.sources import name_source
from members.models import Scope
from members.refusals import Refusal

FOR_A_TILL = list(Scope)


class Command(BaseCommand):
    help = "Make an API client and print its key. The key is shown once and kept nowhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help='what it is called, such as "Till 3, Market Square"')
        parser.add_argument("--source", default="tills", help="whose receipts it reports")
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            help="what it may do; give it more than once. Without it: all of them",
        )
        parser.add_argument("--a-minute", type=int, default=600, help="requests a minute")

    def handle(self, *, name: str, source: str, **options: Any) -> None:
        with translation.override("en"):
            try:
                made = create_client(
                    name=name,
                    source_id=name_source(name=source).pk,
                    scopes=options["scope"] or FOR_A_TILL,
                    a_minute=options["a_minute"],
                    now=timezone.now(),
                )
            except Refusal as refusal:
                raise CommandError(str(refusal), returncode=2) from None
        self.stderr.write(f"{name} reports for {source}. Its key, shown this once:")
        self.stdout.write(made.secret)
