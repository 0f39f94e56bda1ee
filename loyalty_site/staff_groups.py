"""Who may do what: the groups of staff, what each is for, and its permissions. No other exist."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class StaffGroup:
    """A kind of work; `key` names it for good, `title` and `purpose` say it to people."""

    key: str
    title: Promise
    purpose: Promise
    permissions: frozenset[str]


def _all(*listed: str) -> frozenset[str]:
    """Read `room.model: verb verb` and `room: codename`, a line each."""
    found = set()
    for line in listed:
        about, words = line.split(": ")
        room, _dot, model = about.partition(".")
        found |= {f"{room}.{word}_{model}" if model else f"{room}.{word}" for word in words.split()}
    return frozenset(found)


COUNTER_WORK = _all(
    "members: look_up_member add_member change_card answer_for_member",
    "points: enter_purchase",
    "rewards: look_up_voucher",
    "rewards: hand_over_redemption",
    "rewards.redemption: view",
)
COUNTER = StaffGroup(
    "counter",
    pgettext_lazy("group of staff", "Counter"),
    _(
        "Finds one member at a time at the counter, sees what they may spend, enrolls people, "
        "enters a purchase by hand, blocks or replaces a card, and uses vouchers on an order."
    ),
    COUNTER_WORK,
)
SERVICE = StaffGroup(
    "service",
    pgettext_lazy("group of staff", "Customer service"),
    _(
        "Does all the counter does, and mends what went wrong: adjusts points up to the limit, "
        "freezes and thaws, corrects details, sees what the member sees. Decides no requests."
    ),
    COUNTER_WORK
    | _all(
        "members: freeze_member see_as_member",
        "members.member: view change",
        "members.card: view add",
        "members.tier: view",
        "members.approval: view",
        "mailroom: preview_letters",
        "mailroom.letter: view",
        "mailroom: lift_suppression",
        "mailroom.suppression: view add",
        "points: adjust_points",
        "points.entry: view",
        "points.purchase: view",
        "points.openreceipt: view",
        "points.programversion: view",
        "rewards: void_voucher",
        "rewards.voucher: view",
        "rewards.reward: view",
    ),
)
MARKETING = StaffGroup(
    "marketing",
    pgettext_lazy("group of staff", "Marketing"),
    _(
        "Invites the best customers, follows who joined, drafts the rules of the program and tries "
        "them on the past. Writes campaigns, chooses whom they are for and lets them leave; large "
        "ones take a colleague. Opens no member's page and publishes nothing."
    ),
    _all(
        "members: invite_member",
        "mailroom: preview_letters",
        "members.invitation: view add change",
        "members.application: view",
        "members.branding: view",
        "members.joiningrules: view",
        "members.terms: view",
        "members.tier: view",
        "mailroom.mailrules: view",
        "points.spending: view",
        "points.programversion: view add change",
        "points.replay: view add",
        "rewards.reward: view add change",
        "rewards.stock: change",
        "rewards.redemption: view",
        "campaigns: send_campaign",
        "campaigns.audience: view add change",
        "campaigns.campaign: view add change",
        "rewards: stop_batch export_codes",
        "rewards.batch: view add",
        "rewards.couponrule: view add change",
    ),
)
FINANCE = StaffGroup(
    "finance",
    pgettext_lazy("group of staff", "Finance"),
    _(
        "Reads and exports the ledger and the purchases, decides requests to adjust points, and "
        "looks into unusual use of cards."
    ),
    _all(
        "members: decide_approval",
        "members.approval: view",
        "points: see_unusual_use",
        "points.entry: view",
        "points.purchase: view",
        "points.openreceipt: view",
        "points.adjustmentlimit: view",
        "points.programversion: view",
        "points.replay: view",
        "members.tier: view",
        "rewards: see_voucher_figures export_codes",
        "rewards.batch: view",
        "rewards.couponrule: view",
        "rewards.reward: view",
        "rewards.redemption: view",
        "rewards.voucher: view",
    ),
)
PRIVACY = StaffGroup(
    "privacy",
    pgettext_lazy("group of staff", "Privacy"),
    _(
        "Answers members about their data: sees all that is known of them and who looked at it, "
        "corrects it, and closes memberships."
    ),
    _all(
        "members: look_up_member close_member see_as_member answer_for_member",
        "members.member: view change",
        "members.card: view",
        "members.tier: view",
        "members.consent: view",
        "members.acceptance: view",
        "members.departure: view",
        "members.application: view",
        "members.invitation: view",
        "members.terms: view",
        "members.look: view",
        "members.staffact: view",
        "mailroom: preview_letters",
        "mailroom.letter: view",
        "mailroom.suppression: view",
        "points.entry: view",
        "points.purchase: view",
        "points.openreceipt: view",
        "rewards.voucher: view",
    ),
)
ADMIN = StaffGroup(
    "admin",
    pgettext_lazy("group of staff", "Administration"),
    _(
        "Lets colleagues in and says what they may do, publishes terms and the rules of the "
        "program, sets branding, joining and limits, decides requests, and minds the jobs."
    ),
    _all(
        "auth.group: view",
        "members.user: view add change",
        "members.branding: view add change",
        "members.joiningrules: view add change",
        "members.terms: view add change",
        "members: publish_terms decide_approval hold_api_keys",
        "members.apiclient: view",
        "members.approval: view",
        "members.application: view",
        "members.invitation: view",
        "members.source: view add",
        "members.tier: view change",
        "members.look: view",
        "members.staffact: view",
        "mailroom: preview_letters",
        "mailroom.letter: view change",
        "mailroom: lift_suppression",
        "mailroom.suppression: view add",
        "mailroom.mailrules: view change",
        "points: publish_programversion",
        "points.programversion: view add change",
        "points.replay: view add",
        "points.adjustmentlimit: view add change",
        "rewards.reward: view",
        "rewards.redemption: view",
        "campaigns: approve_campaign send_campaign",
        "campaigns.audience: view",
        "campaigns.campaign: view",
        "rewards: stop_batch export_codes see_voucher_figures",
        "rewards.batch: view",
        "rewards.couponrule: view",
        "rewards.wrongtry: view change",
        "loyalty_site: run_job",
        "loyalty_site.jobrun: view",
        "loyalty_site.failedtask: view change",
    ),
)
GROUPS = {group.key: group for group in (COUNTER, SERVICE, MARKETING, FINANCE, PRIVACY, ADMIN)}


def title_of(key: str) -> str:
    """Name a group in the reader's language; one that the matrix does not know, by its key."""
    return str(GROUPS[key].title) if key in GROUPS else key


def may(*permissions: str) -> Callable[[HttpRequest], bool]:
    """Make a test of whether who asks has any of these permissions, for places in the sidebar."""

    def allowed(request: HttpRequest) -> bool:
        return any(request.user.has_perm(permission) for permission in permissions)

    return allowed
