"""Fill an empty system with the demo."""

from argparse import ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import timezone

from loyalty_site.demo.sample import HOUSEHOLDS
from loyalty_site.demo.seeding import seed
from members.refusals import Refusal
from points.actions.activity import Summary
from points.management.console import LedgerCommand

SHOWN = 5


def some_households(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= HOUSEHOLDS:
        raise ArgumentTypeError(f"must be 1 to {HOUSEHOLDS}, not {text!r}")
    return int(text)


class Command(LedgerCommand):
    help = (
        "Fill an empty system with the demo: a program, members with a year of purchases, staff."
        " A second run changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--members",
            type=some_households,
            default=HOUSEHOLDS,
            metavar="N",
            help=f"so many members, {HOUSEHOLDS} at most",
        )

    def handle(self, *, members: int, **_: Any) -> None:
        if not settings.DEBUG:
            raise self.could_not_start(
                "seed_demo works with DEBUG on alone: everybody knows the second factor of its staff."
            )
        progress = self.progress()
        try:
            summary = seed(
                households=members,
                now=timezone.now(),
                say=self.stdout.write,
                progress=progress.part,
            )
        except Refusal as refusal:
            raise self.could_not_start(f"The demo needs an empty system: {refusal}") from None
        self._report(summary, progress.end())

    def _report(self, summary: Summary, seconds: float) -> None:
        if not summary.posted:
            self.stdout.write("The demo was here already; nothing has changed.")
            return
        self.stdout.write(
            f"{summary.enrolled} members with {summary.posted} purchases and redemptions,"
            f" in {seconds:.1f} s."
        )
        for fault in summary.faults[:SHOWN]:
            self.stdout.write(f"Refused, as the program's rules ask: {fault.why}")
