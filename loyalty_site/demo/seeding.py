"""Filling an empty system with the demo, through the same actions as everybody's."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from campaigns.actions.sending import start_campaigns
from loyalty_site.actions.job_runs import run_due
from loyalty_site.actions.logins import give_second_factor, join_group, open_login
from loyalty_site.demo import sample
from loyalty_site.demo.campaigns import write_campaigns
from loyalty_site.demo.clients import connect_tills
from loyalty_site.demo.codes import write_codes
from loyalty_site.demo.house import set_up_house
from loyalty_site.demo.logins import MANAGER, SECRET, TEAM
from loyalty_site.demo.people import person
from loyalty_site.demo.receipts import leave_receipts
from loyalty_site.demo.rewards import fill_catalog
from loyalty_site.demo.rules import draft_next_rules
from loyalty_site.demo.tills import staffed, used_unusually
from loyalty_site.demo.uses import use_vouchers
from loyalty_site.jobs import JOBS
from members.actions.introduction import introduce_member
from members.actions.joining import claim_membership
from members.actions.sources import name_source
from members.models import ExternalId
from points.actions.activity import Progress, Summary, import_activity
from points.actions.publication import publish_program
from points.models import Purchase
from points.program_cache import program_zone

SOURCE = "marktzicht"
Say = Callable[[str], None]


def seed(*, households: int, now: datetime, say: Say, progress: Progress) -> Summary:
    """Do whatever of the demo is not done yet; a second run changes nothing."""
    say("Publishing the program of Marktzicht ...")
    publish_program(toml=sample.PROGRAM.read_text("utf-8"), now=now)
    rows = staffed(sample.read_sample())
    numbers = sample.household_numbers(rows)
    all_rows = rows + used_unusually(numbers[1])
    source_id = name_source(name=SOURCE).pk
    summary = Summary()
    if not is_complete(all_rows, set(numbers[:households]), source_id):
        say(f"Importing a year of purchases of {households} households ...")
        summary = take_in(all_rows, set(numbers[:households]), source_id, now, progress)
    say("Naming the members, opening the logins ...")
    name_members(numbers, source_id)
    open_logins(now)
    say("Setting up the shop: its look, its terms, its first invitations ...")
    set_up_house(now)
    draft_next_rules(now)
    connect_tills(source_id=source_id, now=now)
    if summary.posted:
        leave_receipts(rows, now)
        say("Filling the catalog of rewards ...")
        fill_catalog(now)
        say("Making codes ...")
        write_codes(now)
        use_vouchers(now)
        say("Doing the nightly jobs: expiry, tiers, verification ...")
        for job in JOBS:
            run_due(job=job, zone=program_zone(), now=now)
        say("Writing campaigns ...")
        write_campaigns(now)
        start_campaigns(now=now)
    return summary


def is_complete(rows: list[sample.Row], wanted: set[str], source_id: int) -> bool:
    purchases = sum(row["kind"] == "purchase" for row in rows if row["member"] in wanted)
    return Purchase.objects.filter(source_id=source_id).count() >= purchases


def take_in(
    rows: list[sample.Row], wanted: set[str], source_id: int, now: datetime, progress: Progress
) -> Summary:
    """Import what these households did, moved to end yesterday or as an earlier run moved it."""
    zone = program_zone()
    days = sample.days_to_yesterday(now.astimezone(zone).date())
    posted = Purchase.objects.filter(source_id=source_id).first()
    if posted is not None:
        row = next(row for row in rows if row["id"] == posted.receipt)
        days = sample.days_moved(row, posted.placed_at, zone)
    with TemporaryDirectory() as folder:
        path, lines = Path(folder) / "activity.csv", Path(folder) / "lines.csv"
        ours = [row for row in rows if row["member"] in wanted]
        sample.write_moved(ours, path, days, zone)
        sample.write_lines({row["id"] for row in ours}, lines)
        return import_activity(
            path=path,
            lines=lines,
            source_id=source_id,
            now=now,
            create_members=True,
            progress=progress,
        )


def name_members(numbers: list[str], source_id: int) -> None:
    """Give every household that has no name yet the person of its number."""
    people = {number: person(index) for index, number in enumerate(numbers)}
    for household in ExternalId.objects.filter(source_id=source_id, member__name=""):
        invented = people[household.key]
        introduce_member(
            member_id=household.member_id,
            name=invented.name,
            email=invented.email,
            birthday=invented.birthday,
            language=invented.language,
        )


def open_logins(now: datetime) -> None:
    """Let the demo member and the staff in."""
    sanne = person(0)
    login = open_login(email=sanne.email, name=sanne.name)
    claim_membership(user_id=login.pk, now=now)
    for colleague in (MANAGER, *TEAM):
        user = open_login(
            email=colleague.email,
            name=colleague.name,
            is_staff=True,
            is_superuser=colleague.is_superuser,
        )
        give_second_factor(user_id=user.pk, secret=SECRET)
        if colleague.group:
            join_group(user_id=user.pk, group=colleague.group)
