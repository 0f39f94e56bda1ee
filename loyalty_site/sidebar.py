"""The places of the back office; everybody sees those they may open."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the sidebar; any of the permissions opens it, and where none is named, all."""

    title: Promise
    icon: str
    name: str
    permissions: tuple[str, ...] = ()

    def is_open_to(self, request: HttpRequest) -> bool:
        return not self.permissions or any(map(request.user.has_perm, self.permissions))


def _list(title: Promise, icon: str, model: str) -> Place:
    """The list of a model, for who may see it."""
    room, name = model.split(".")
    return Place(title, icon, f"admin:{room}_{name}_changelist", (f"{room}.view_{name}",))


SECTIONS = (
    (
        pgettext_lazy("part of the back office", "Daily work"),
        (
            Place(_("Today"), "home", "admin:index"),
            Place(
                pgettext_lazy("place in a shop", "Counter"),
                "point_of_sale",
                "counter",
                ("members.look_up_member",),
            ),
            _list(_("Members"), "group", "members.member"),
            _list(_("Cards"), "credit_card", "members.card"),
            _list(_("Purchases"), "receipt_long", "points.purchase"),
            _list(_("Ledger"), "menu_book", "points.entry"),
            _list(_("Vouchers"), "local_activity", "rewards.voucher"),
            _list(_("Requests"), "rule_folder", "members.approval"),
            _list(_("Receipts without a card"), "receipt", "points.openreceipt"),
            _list(_("Redemptions"), "redeem", "rewards.redemption"),
        ),
    ),
    (
        pgettext_lazy("part of the back office", "Growing"),
        (
            _list(_("Best customers"), "trophy", "points.spending"),
            _list(_("Invitations"), "mail", "members.invitation"),
            Place(
                _("Letters we send"),
                "mark_email_read",
                "admin:mailroom_kinds",
                ("mailroom.preview_letters",),
            ),
            _list(_("Waiting list"), "hourglass_top", "members.application"),
        ),
    ),
    (
        pgettext_lazy("part of the back office", "Campaigns"),
        (
            _list(_("Campaigns"), "campaign", "campaigns.campaign"),
            _list(_("Audiences"), "filter_alt", "campaigns.audience"),
            _list(_("Rules for mailings"), "tune", "mailroom.mailrules"),
            _list(_("Batches and codes"), "confirmation_number", "rewards.batch"),
            _list(_("Coupons on the receipt"), "receipt", "rewards.couponrule"),
            Place(
                _("Cost and VAT of vouchers"),
                "account_balance",
                "admin:rewards_batch_finance",
                ("rewards.see_voucher_figures",),
            ),
        ),
    ),
    (
        pgettext_lazy("part of the back office", "Program"),
        (
            _list(_("Rewards"), "featured_seasonal_and_gifts", "rewards.reward"),
            _list(_("Program versions"), "rule", "points.programversion"),
            _list(_("Replays"), "replay", "points.replay"),
            Place(_("Rules for the counter"), "print", "admin:points_rules_sheet"),
            _list(_("Terms"), "gavel", "members.terms"),
            _list(_("Joining"), "how_to_reg", "members.joiningrules"),
            _list(_("Branding"), "palette", "members.branding"),
            _list(_("Tiers"), "stairs", "members.tier"),
            _list(_("Limit for adjusting"), "speed", "points.adjustmentlimit"),
        ),
    ),
    (
        pgettext_lazy("part of the back office", "Looking back"),
        (
            _list(_("Departures"), "waving_hand", "members.departure"),
            _list(_("What staff did"), "history", "members.staffact"),
            _list(_("Looks at members"), "visibility", "members.look"),
            _list(_("Letters"), "drafts", "mailroom.letter"),
            _list(_("Addresses without mail"), "unsubscribe", "mailroom.suppression"),
            Place(
                _("Unusual card use"),
                "policy",
                "admin:points_unusualuse_changelist",
                ("points.see_unusual_use",),
            ),
            _list(_("Wrong codes"), "gpp_maybe", "rewards.wrongtry"),
        ),
    ),
    (
        pgettext_lazy("part of the back office", "House"),
        (
            Place(_("Handbook"), "menu_book", "handbook"),
            _list(pgettext_lazy("people who work here", "Staff"), "badge", "members.user"),
            _list(_("Groups"), "groups", "auth.group"),
            _list(_("Sources"), "input", "members.source"),
            _list(_("API clients"), "api", "members.apiclient"),
            Place(_("Jobs"), "schedule", "jobs", ("loyalty_site.view_jobrun",)),
            _list(_("Job runs"), "history_toggle_off", "loyalty_site.jobrun"),
            _list(_("Tasks that failed"), "report", "loyalty_site.failedtask"),
        ),
    ),
)


NOT_USED = {"badge": None, "link_callback": None}
"""What the theme looks for in every line: it is quicker to find nothing there than to miss it."""


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """List the places that who asks may open, by section."""
    sections = [(title, _places(places, request)) for title, places in SECTIONS]
    return [
        {"title": title, "separator": number > 0, "collapsible": False, "items": items}
        for number, (title, items) in enumerate(sections)
        if items
    ]


def _places(places: tuple[Place, ...], request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {"title": place.title, "icon": place.icon, "link": reverse(place.name)} | NOT_USED
        for place in places
        if place.is_open_to(request)
    ]
