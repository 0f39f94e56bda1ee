"""What waits for a person, each thing for who may do something about it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef
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
    by_permission: dict[str, Callable[[], Iterable[Concern]]] = {
        "points.view_programversion": lambda: program_concerns(now),
        "members.publish_terms": lambda: terms_concerns(now),
        "members.decide_approval": lambda: approval_concerns(user, now),
        "rewards.view_wrongtry": guessing_concerns,
        "": lambda: [*job_concerns(jobs), *stuck_concerns(user)],
        "points.see_unusual_use": lambda: unusual_use_concerns(user),
        "campaigns.send_campaign": lambda: campaign_concerns(now),
        "members.change_joiningrules": lambda: waiting_list_concerns(now),
        "members.invite_member": lambda: invitation_concerns(now),
    }
    found = [
        concern
        for permission, concerns in by_permission.items()
        if not permission or user.has_perm(permission)
        for concern in concerns()
    ]
    return sorted(found, key=lambda concern: not concern.is_urgent)


def approval_concerns(user: User, now: datetime) -> list[Concern]:
    """Requests of others: nobody decides their own."""
    others = Approval.objects.waiting(now).exclude(asked_by=user)
    if not user.has_perm("points.publish_programversion"):
        others = others.exclude(kind=Approval.Kind.PUBLICATION)
    if not user.has_perm("campaigns.approve_campaign"):
        others = others.exclude(kind=Approval.Kind.MAILING)
    if not user.has_perm("rewards.export_codes"):
        others = others.exclude(kind=Approval.Kind.CODES)
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


def guessing_concerns() -> Iterator[Concern]:
    """Tills and colleagues that tried more codes than people mistype, until somebody looks."""
    alarms = WrongTry.objects.unseen().select_related("client", "staff").order_by("-alarmed_at")
    tried: Counter[tuple[int | None, int | None, str]] = Counter()
    for alarm in alarms[:COUNTED]:
        tried[alarm.client_id, alarm.staff_id, alarm.who] += alarm.tries
    url = f"{reverse('admin:rewards_wrongtry_changelist')}?alarm={WrongTry.State.OPEN}"
    for whose in list(tried)[:NAMED]:
        text = ngettext(
            "%(client)s tried %(count)s voucher code that is no good",
            "%(client)s tried %(count)s voucher codes that are no good",
            tried[whose],
        )
        yield Concern(text % {"client": whose[-1], "count": tried[whose]}, url, "gpp_maybe")


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
