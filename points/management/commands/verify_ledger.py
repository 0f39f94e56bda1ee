"""Check every invariant of the ledger."""

import sys
from typing import Any

from points.management.console import LedgerCommand
from points.reports.verification import verify_ledger


class Command(LedgerCommand):
    help = "Check every fingerprint, sum and rule of the ledger; exit 1 if one does not hold."

    def handle(self, **_: Any) -> None:
        progress = self.progress()
        found = verify_ledger(progress=lambda entries: progress.show(f"{entries} entries"))
        seconds = progress.end()
        for violation in found.violations:
            self.stderr.write(violation)
        self.stdout.write(
            f"{found.entries} entries of {found.accounts} accounts, {found.points} points,"
            f" {len(found.violations)} violations, in {seconds:.1f} s."
        )
        if found.violations:
            sys.exit(1)
