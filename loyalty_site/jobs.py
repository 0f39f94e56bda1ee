"""What the program does by itself, and when; the schedule is code."""

from datetime import datetime, time

from django.utils.translation import gettext_lazy as _

from campaigns.actions.bonuses import give_bonuses
from campaigns.actions.sending import start_campaigns
from loyalty_site.actions.cleanup import remove_expired
from loyalty_site.schedule import Daily, Every, Figures, Job
from mailroom.actions.consent_letters import post_missing_questions
from mailroom.actions.joining_letters import post_missing_letters
from mailroom.delivery import deliver_letters
from mailroom.mailing_run import send_mailings
from mailroom.tasks import knock_again
from members.actions.waiting_list import admit_waiting
from points.actions.adjustment import welcome_new_members
from points.actions.departures import note_missed_departures
from points.actions.expiry import expire_points
from points.actions.placement import place_tiers
from points.actions.receipts import forget_receipts
from points.actions.reminders import remind_of_expiry
from points.actions.replays import resume_replays
from points.actions.service_letters import post_service_letters
from points.actions.spending import count_spending
from points.actions.unusual_use import find_unusual_use
from points.reports.verification import verify_ledger
from rewards.actions.batch_making import resume_batches
from rewards.actions.choices import count_choices
from rewards.actions.exports import wipe_codes
from rewards.actions.reservations import lapse_reservations
from rewards.actions.turn_letters import post_missing_turns
from rewards.actions.waiting_list import let_places_lapse, offer_what_is_free
from rewards.actions.wrong_tries import forget_proofs

SHOWN_VIOLATIONS = 5


class LedgerViolatedError(Exception):
    """The ledger does not add up; names the first places where."""


def _expire_points(at: datetime, now: datetime) -> Figures:
    expired = expire_points(until=at, now=now)
    return {"members": expired.members, "lots": expired.lots, "points": expired.points}


def _place_tiers(at: datetime, now: datetime) -> Figures:
    placed = place_tiers(at=at, now=now)
    return {"reviewed": placed.reviewed, "rose": placed.rose, "fell": placed.fell}


def _welcome_new_members(_at: datetime, now: datetime) -> Figures:
    return {"members": welcome_new_members(now=now)}


def _verify_ledger(_at: datetime, _now: datetime) -> Figures:
    found = verify_ledger()
    if found.violations:
        first = "; ".join(found.violations[:SHOWN_VIOLATIONS])
        raise LedgerViolatedError(f"{len(found.violations)} violations: {first}")
    return {"entries": found.entries, "accounts": found.accounts, "points": found.points}


def _count_spending(_at: datetime, now: datetime) -> Figures:
    return {"members": count_spending(now=now).members}


def _send_letters(_at: datetime, now: datetime) -> Figures:
    done = deliver_letters(now=now)
    return {"sent": done.sent, "refused": done.refused, "in_doubt": done.in_doubt}


def _start_campaigns(_at: datetime, now: datetime) -> Figures:
    done = start_campaigns(now=now)
    return {"campaigns": done.campaigns, "members": done.members, "held_back": done.held_back}


def _give_bonuses(_at: datetime, now: datetime) -> Figures:
    return {"members": give_bonuses(now=now)}


def _send_mailings(_at: datetime, now: datetime) -> Figures:
    done = send_mailings(now=now)
    knock_again(done)
    return {
        "sent": done.sent,
        "refused": done.refused,
        "in_doubt": done.in_doubt,
        "skipped": done.skipped,
    }


def _post_missing_letters(_at: datetime, now: datetime) -> Figures:
    written = post_missing_letters(now=now) + post_missing_questions(now=now)
    return {"letters": written + post_service_letters(now=now)}


def _remind_of_expiry(at: datetime, now: datetime) -> Figures:
    return {"letters": remind_of_expiry(at=at, now=now).letters}


def _admit_waiting(_at: datetime, now: datetime) -> Figures:
    return {"let_in": admit_waiting(now=now)}


def _forget_receipts(_at: datetime, now: datetime) -> Figures:
    return {"receipts": forget_receipts(now=now)}


def _find_unusual_use(_at: datetime, now: datetime) -> Figures:
    return {"found": find_unusual_use(now=now)}


def _resume_replays(_at: datetime, now: datetime) -> Figures:
    return {"resumed": resume_replays(now=now)}


def _resume_batches(_at: datetime, now: datetime) -> Figures:
    return {"codes": resume_batches(now=now)}


def _wipe_codes(_at: datetime, now: datetime) -> Figures:
    return {"codes": wipe_codes(now=now)}


def _note_departures(_at: datetime, now: datetime) -> Figures:
    return {"members": note_missed_departures(now=now)}


def _mind_the_line(_at: datetime, now: datetime) -> Figures:
    lapsed = let_places_lapse(now=now)
    return {
        "lapsed": lapsed,
        "offered": offer_what_is_free(now=now),
        "letters": post_missing_turns(now=now),
    }


def _free_vouchers(_at: datetime, now: datetime) -> Figures:
    return {"let_go": lapse_reservations(now=now), "proofs": forget_proofs(now=now)}


def _count_choices(_at: datetime, now: datetime) -> Figures:
    return {"rewards": count_choices(now=now)}


def _remove_expired(_at: datetime, now: datetime) -> Figures:
    return remove_expired(now=now)


JOBS = (
    Job(
        "expire_points",
        _("Write what has expired"),
        Daily(time(0, 10), every_day=True),
        _expire_points,
        about=_(
            "Writes into the ledger which points have expired, so that every balance is right."
        ),
    ),
    Job(
        "place_tiers",
        _("Place the tiers"),
        Daily(time(0, 20), every_day=True),
        _place_tiers,
        about=_(
            "Lets members rise to the tier they have reached, and fall when their time is over."
        ),
    ),
    Job(
        "welcome_new_members",
        _("Give welcome bonuses"),
        Every(10),
        _welcome_new_members,
        about=_("Gives the welcome bonus to whoever joined and has not had it yet."),
    ),
    Job(
        "count_spending",
        _("Count the best customers"),
        Daily(time(2, 30), every_day=False),
        _count_spending,
        about=_("Counts what each customer has spent, for the list of best customers."),
    ),
    Job(
        "send_letters",
        _("Send letters"),
        Every(1),
        _send_letters,
        about=_(
            "Sends the letters that wait, and tries again what the mail server could not take."
        ),
    ),
    Job(
        "send_mailings",
        _("Send mailings"),
        Every(1),
        _send_mailings,
        about=_("Sends what mailings have waiting, and settles what a lost worker left behind."),
    ),
    Job(
        "start_campaigns",
        _("Let campaigns leave"),
        Every(1),
        _start_campaigns,
        about=_("Lets the campaigns leave whose moment has come."),
    ),
    Job(
        "give_bonuses",
        _("Give bonus points of campaigns"),
        Every(5),
        _give_bonuses,
        about=_("Gives the bonus points of a campaign to whoever was reached, once."),
    ),
    Job(
        "post_missing_letters",
        _("Write missing letters"),
        Every(10),
        _post_missing_letters,
        about=_(
            "Writes the letters about joining and about reaching a tier that are still missing."
        ),
    ),
    Job(
        "remind_of_expiry",
        _("Remind of points about to expire"),
        Daily(time(9, 30), every_day=True),
        _remind_of_expiry,
        about=_("Writes to whoever loses points 30 or 7 days from now, while there is time."),
    ),
    Job(
        "admit_waiting",
        _("Let people in from the waiting list"),
        Every(5),
        _admit_waiting,
        about=_("Lets the next people in line in as soon as there is room."),
    ),
    Job(
        "resume_replays",
        _("Resume lost replays"),
        Every(5),
        _resume_replays,
        about=_("Takes up drafts to be tried on the past whose worker was lost."),
    ),
    Job(
        "resume_batches",
        _("Resume lost batches of codes"),
        Every(5),
        _resume_batches,
        about=_("Goes on with batches of codes whose worker was lost."),
    ),
    Job(
        "wipe_codes",
        _("Wipe exported codes"),
        Every(5),
        _wipe_codes,
        about=_("Wipes the codes of a batch here once they have left the house."),
    ),
    Job(
        "note_departures",
        _("Note what leavers left behind"),
        Every(10),
        _note_departures,
        about=_("Writes beside each departure how many points were left, where that was missed."),
    ),
    Job(
        "mind_the_line",
        _("Mind the lines for rewards"),
        Every(1),
        _mind_the_line,
        about=_(
            "Lets pieces go to the next in line that were held for 48 hours, offers what is free, "
            "and writes the letters about it that are missing."
        ),
    ),
    Job(
        "free_vouchers",
        _("Let go of vouchers that tills forgot"),
        Every(1),
        _free_vouchers,
        about=_(
            "Ends the holds on vouchers that ran out after fifteen minutes, and forgets the codes "
            "of cards that were used."
        ),
    ),
    Job(
        "count_choices",
        _("Count what members choose"),
        Every(60),
        _count_choices,
        about=_("Counts which rewards members of each tier chose, to sort the catalog by."),
    ),
    # What does not hold now does not hold in five minutes: once a night is enough.
    Job(
        "verify_ledger",
        _("Verify the ledger"),
        Daily(time(3, 0), every_day=False),
        _verify_ledger,
        attempts=1,
        about=_("Adds the whole ledger up again and fails if anything does not agree."),
    ),
    Job(
        "forget_receipts",
        _("Forget receipts that nobody claimed"),
        Daily(time(3, 20), every_day=False),
        _forget_receipts,
        about=_("Removes receipts that nobody claimed in time."),
    ),
    Job(
        "find_unusual_use",
        _("Look for unusual card use"),
        Daily(time(3, 40), every_day=False),
        _find_unusual_use,
        about=_("Looks for cards that are scanned more often than anybody shops."),
    ),
    Job(
        "remove_expired",
        _("Remove sessions that have ended"),
        Daily(time(3, 30), every_day=False),
        _remove_expired,
        about=_("Removes ended sessions and old lines of this page."),
    ),
)


def job_named(name: str) -> Job:
    return next(job for job in JOBS if job.name == name)
