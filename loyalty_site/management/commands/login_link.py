"""Prints a link that logs a colleague in when mail is down."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from loyalty_site.login_link import MINUTES, link_token
from members.models import User


class Command(BaseCommand):
    """For who keeps the machine; the link works once and asks for the second factor."""

    help = "Print a link that logs a member of staff in once, within ten minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address of somebody who works here")
        parser.add_argument("--site", help="where the site is, such as https://klaver.example.nl")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError(f"Nobody has the address {options['email']}.", returncode=2)
        if not (user.is_staff and user.is_active):
            raise CommandError(
                f"{user.email} may not open the back office; the link is for staff alone.",
                returncode=2,
            )
        path = reverse("login_link", args=[link_token(user)])
        self.stdout.write(f"{(options['site'] or site()).rstrip('/')}{path}")
        self.stderr.write(
            f"For {user.email}: works once, within {MINUTES} minutes; have the second factor ready."
        )


def site() -> str:
    """Guess where the site is, from the hosts it answers to."""
    hosts = [host.lstrip(".") for host in settings.ALLOWED_HOSTS if host.strip(".*")]
    if settings.DEBUG or not hosts:
        return "http://localhost:8000"
    return f"https://{hosts[0]}"
