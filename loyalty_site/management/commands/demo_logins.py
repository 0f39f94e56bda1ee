"""Say how to log in to the demo."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import localdate

from loyalty_site.demo.logins import MANAGER, SECRET, TEAM, current_code
from loyalty_site.demo.people import person
from loyalty_site.demo.receipts import still_there

TEXT = """
  Log in with an e-mail address; the code that is sent stands in /outbox/.
    member              {member}
    manager             {manager}
{team}
  Staff are asked for a second factor too: {code} for half a minute, then ask again with
  `manage.py demo_logins`, or let an authenticator app have the secret {secret}"""
RECEIPTS = """
  Receipts that no card was shown at; a member claims one under My points, "Forgot your card?":
{receipts}"""


class Command(BaseCommand):
    help = "Show the demo's logins and the current code of its second factor."

    def handle(self, **_: Any) -> None:
        self.stdout.write(
            TEXT.format(
                member=person(0).email,
                manager=MANAGER.email,
                team="\n".join(f"    {one.group:<19} {one.email}" for one in TEAM),
                code=current_code(),
                secret=SECRET,
            )
        )
        waiting = still_there()
        if waiting:
            lines = "\n".join(
                f"    {one.receipt} of {localdate(one.placed_at):%d-%m-%Y}, {one.total} euros"
                for one in waiting
            )
            self.stdout.write(RECEIPTS.format(receipts=lines))
