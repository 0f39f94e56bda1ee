"""What waits for a person, each thing for who may do something about it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Max, OuterRef, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Campaign
from loyalty_site.job_health import JobHealth
from loyalty_site.models import FailedTask, JobRun
from mailroom.models import Delivery, Letter, Mailing, Tally
from members.models import Application, Approval, Invitation, JoiningRules, Terms, User
from members.reports.joining import room_left
from points.models import UnusualUse
from points.program_cache import current_program
from rewards.models import WrongTry

COUNTED = 100
"""Nobody needs to know how many more there are."""
SOON = timedelta(days=3)
USUAL_PERIOD = 90
"""The period that the page of unusual card use shows by itself."""
HELD_UP = timedelta(days=1)
RECENTLY = timedelta(days=30)
NAMED = 3
PATIENCE = timedelta(hours=1)
"""The job lets people in within minutes; who waits longer although there is room needs help."""


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that waits for a person, and where to do something about it."""

    text: str
    url: str
    icon: str = "error"
    is_urgent: bool = True


def concerns_of(user: User, jobs: Sequence[JobHealth], now: datetime) -> list[Concern]:
    """List what this person can do something about, the most urgent first."""
    found: list[Concern] = []
    if user.has_perm("points.view_programversion"):
        found += program_concerns(now)
    if user.has_perm("members.publish_terms"):
        found += terms_concerns(now)
    if user.has_perm("members.decide_approval"):
        found += approval_concerns(user, now)
    if user.has_perm("members.view_apiclient"):
        found += guessing_concerns(now)
    found += job_concerns(jobs)
    if user.has_perm("points.see_unusual_use"):
        found += unusual_use_concerns(user)
    found += stuck_concerns(user)
    if user.has_perm("campaigns.send_campaign"):
        found += campaign_concerns(now)
    found += joining_concerns(user, now)
    return sorted(found, key=lambda concern: not concern.is_urgent)


def joining_concerns(user: User, now: datetime) -> Iterator[Concern]:
    """Whoever wants to come in, or was asked to."""
    if user.has_perm("members.change_joiningrules"):
        yield from waiting_list_concerns(now)
    if user.has_perm("members.invite_member"):
        yield from invitation_concerns(now)


def approval_concerns(user: User, now: datetime) -> list[Concern]:
    """Requests of others: nobody decides their own."""
    others = Approval.objects.waiting(now).exclude(asked_by=user)
    if not user.has_perm("points.publish_programversion"):
        others = others.exclude(kind=Approval.Kind.PUBLICATION)
    if not user.has_perm("campaigns.approve_campaign"):
        others = others.exclude(kind=Approval.Kind.MAILING)
    waiting = others.count()
    if not waiting:
        return []
    text = ngettext(
        "%(count)s request waits for a second person",
        "%(count)s requests wait for a second person",
        waiting,
    )
    url = reverse("admin:members_approval_changelist")
    return [
        Concern(text % {"count": waiting}, f"{url}?state={Approval.State.WAITING}", "how_to_reg")
    ]


def job_concerns(jobs: Sequence[JobHealth]) -> Iterator[Concern]:
    """Name each job that failed; those that keep us waiting are one concern: the worker."""
    url = reverse("jobs")
    late = []
    for health in jobs:
        if health.last is not None and health.last.state == JobRun.State.FAILED:
            text = _("%(job)s: failed for %(period)s")
            facts = {"job": health.job.title, "period": health.last.period_in_words}
            run = reverse("admin:loyalty_site_jobrun_change", args=[health.last.pk])
            yield Concern(text % facts, run, "schedule")
        elif health.is_late:
            late.append(str(health.job.title))
    if late:
        text = ngettext(
            "%(job)s: late; is the worker running?",
            "%(count)s jobs are late; is the worker running?",
            len(late),
        )
        yield Concern(text % {"job": late[0], "count": len(late)}, url, "schedule")


def stuck_concerns(user: User) -> Iterator[Concern]:
    """What nobody does again by itself."""
    if user.has_perm("loyalty_site.view_failedtask"):
        yield from task_concerns()
    if user.has_perm("mailroom.view_letter"):
        yield from letter_concerns()


def task_concerns() -> Iterator[Concern]:
    """What the workers could not carry out, and nobody has settled."""
    failed = FailedTask.objects.open()[:COUNTED].count()
    if failed:
        text = ngettext(
            "%(count)s task could not be carried out",
            "%(count)s tasks could not be carried out",
            failed,
        )
        url = reverse("admin:loyalty_site_failedtask_changelist")
        open_ones = f"{url}?state__exact={FailedTask.State.OPEN}"
        yield Concern(text % {"count": failed}, open_ones, "error")


def letter_concerns() -> Iterator[Concern]:
    """Letters that nobody sends again by themselves."""
    stuck = [Letter.State.FAILED, Letter.State.UNKNOWN]
    states = Letter.objects.filter(state__in=stuck).order_by("-id").values_list("state", flat=True)
    counts = Counter(states[:COUNTED])
    url = reverse("admin:mailroom_letter_changelist")
    if failed := counts[Letter.State.FAILED]:
        text = ngettext(
            "%(count)s letter could not be sent", "%(count)s letters could not be sent", failed
        )
        yield Concern(
            text % {"count": failed}, f"{url}?state__exact={Letter.State.FAILED}", "unsubscribe"
        )
    if unknown := counts[Letter.State.UNKNOWN]:
        text = ngettext(
            "%(count)s letter may not have been sent",
            "%(count)s letters may not have been sent",
            unknown,
        )
        yield Concern(
            text % {"count": unknown}, f"{url}?state__exact={Letter.State.UNKNOWN}", "unsubscribe"
        )


def campaign_concerns(now: datetime) -> Iterator[Concern]:
    """Campaigns that stand still, or of which nobody knows whether all of it arrived."""
    on_their_way = Campaign.objects.filter(state=Campaign.State.SENDING)
    paused = on_their_way.filter(
        mailing__state=Mailing.State.PAUSED, mailing__started_at__lt=now - HELD_UP
    )
    in_doubt = on_their_way.filter(
        Exists(
            Tally.objects.filter(
                mailing=OuterRef("mailing"), state=Delivery.State.UNKNOWN, count__gt=0
            )
        ),
        mailing__started_at__gt=now - RECENTLY,
    )
    empty = Campaign.objects.filter(state=Campaign.State.DRAFT, why=Campaign.Why.EMPTY)
    restored = Campaign.objects.filter(state=Campaign.State.DRAFT, why=Campaign.Why.RESTORED)
    for campaigns, words in (
        (paused, _("%(campaign)s is held up for more than a day")),
        (in_doubt, _("%(campaign)s: of some mail nobody knows whether it arrived")),
        (empty, _("%(campaign)s did not leave: nobody matched")),
        (restored, _("%(campaign)s may have left before a backup was put back")),
    ):
        for campaign in campaigns.order_by("-pk")[:NAMED]:
            url = reverse("admin:campaigns_campaign_change", args=[campaign.pk])
            yield Concern(words % {"campaign": campaign}, url, "campaign")


def guessing_concerns(now: datetime) -> Iterator[Concern]:
    """Tills that try more codes than people mistype, in the last day."""
    alarms = WrongTry.objects.alarming(now).filter(client__isnull=False).order_by()
    tried = alarms.values("client", "client__name").annotate(
        many=Sum("tries"), latest=Max("alarmed_at")
    )
    for row in tried.order_by("-latest")[:NAMED]:
        text = ngettext(
            "%(client)s tried %(count)s voucher code that is no good",
            "%(client)s tried %(count)s voucher codes that are no good",
            row["many"],
        )
        facts = {"client": row["client__name"], "count": row["many"]}
        url = reverse("admin:members_apiclient_change", args=[row["client"]])
        yield Concern(text % facts, url, "gpp_maybe")


def unusual_use_concerns(user: User) -> list[Concern]:
    """Cards that last night's count found and nobody looked into, in the period with the most."""
    waiting = UnusualUse.objects.not_looked_into()
    if user.store:
        waiting = waiting.filter(store=user.store)
    counts = dict(waiting.order_by().values_list("days").annotate(Count("pk")))
    if not counts:
        return []
    days, cards = max(counts.items(), key=lambda one: (one[1], one[0] == USUAL_PERIOD))
    text = ngettext(
        "%(count)s card was used unusually", "%(count)s cards were used unusually", cards
    )
    url = f"{reverse('admin:points_unusualuse_changelist')}?period={days}"
    return [Concern(text % {"count": cards}, url, "policy", is_urgent=False)]


def program_concerns(now: datetime) -> list[Concern]:
    if current_program().at(now) is not None:
        return []
    url = reverse("admin:points_programversion_changelist")
    return [Concern(_("No program is in force: nobody earns points"), url, "rule")]


def terms_concerns(now: datetime) -> list[Concern]:
    if Terms.objects.in_force(now) is not None:
        return []
    url = reverse("admin:members_terms_changelist")
    return [Concern(_("No terms are published: nobody reads what they agree to"), url, "gavel")]


def waiting_list_concerns(now: datetime) -> list[Concern]:
    """People in line although there is room for them."""
    first = Application.objects.waiting().first()
    if first is None or first.queued_at is None or first.queued_at > now - PATIENCE:
        return []
    if room_left(JoiningRules.current()) <= 0:
        return []
    url = reverse("admin:members_application_changelist")
    return [
        Concern(_("There is room, and people still wait to be let in"), url, "hourglass_top"),
    ]


def invitation_concerns(now: datetime) -> list[Concern]:
    soon = Invitation.objects.open_at(now).filter(expires_at__lte=now + SOON)[:COUNTED].count()
    if not soon:
        return []
    text = ngettext(
        "%(count)s invitation ends within three days",
        "%(count)s invitations end within three days",
        soon,
    )
    url = reverse("admin:members_invitation_changelist")
    return [Concern(text % {"count": soon}, url, "mail", is_urgent=False)]
