"""
Who may open what in the back office: a line for every address, written down by hand.

`test_permission_matrix.py` compares this with what really happens; an address without a line
here fails it. Add a line with `pages(...)` for a model, with `both(...)` for a button or a page
of your own. Groups are named as in `loyalty_site/staff_groups.py`; a superuser may open
whatever somebody may open, and what `NEVER` says nobody may.
"""

from dataclasses import dataclass

from loyalty_site.staff_groups import GROUPS

NOBODY: frozenset[str] = frozenset()
STAFF = frozenset([*GROUPS, "without group"])
SUPERUSER = frozenset(["superuser"])


@dataclass(frozen=True)
class Access:
    """Who may see an address, and who may send something to it."""

    see: frozenset[str]
    send: frozenset[str]
    answers: frozenset[int] = frozenset({200, 302})
    """What it answers to who may."""


def who(groups: str) -> frozenset[str]:
    named = frozenset(groups.split())
    assert named <= set(GROUPS), named - set(GROUPS)
    return named


def both(groups: str = "", *answers: int) -> Access:
    """The same people may see and send."""
    allowed = who(groups) | SUPERUSER
    return Access(allowed, allowed, frozenset(answers or (200, 302)))


NEVER = Access(NOBODY, NOBODY)
ANYBODY = Access(STAFF | SUPERUSER, STAFF | SUPERUSER)
READ_BY_ALL = Access(STAFF | SUPERUSER, STAFF | SUPERUSER, frozenset({200, 405}))
"""Something sent there is not taken in, whoever sends it."""


def pages(
    model: str,
    *,
    see: str,
    add: str | None = None,
    change: str | None = None,
    one_form: bool = False,
) -> dict[str, Access]:
    """
    The addresses that Django makes of a model; nothing is ever deleted.

    `one_form`: the list is a form itself, so that who may not change may not send to it.
    """
    name = f"admin:{model.replace('.', '_')}"
    seen, changed = both(see), both(change or "") if change is not None else NEVER
    saved = Access(seen.see | changed.see, changed.send)
    return {
        f"{name}_changelist": saved if one_form else Access(saved.see, saved.see),
        f"{name}_history": Access(saved.see, saved.see),
        f"{name}_change": saved,
        f"{name}_add": both(add) if add is not None else NEVER,
        f"{name}_delete": NEVER,
    }


AT_COUNTER = "counter service privacy"
PREVIEWS = both("service marketing privacy admin")
READS_LEDGER = "service finance privacy"
SEES_REWARDS = "service marketing finance admin"

TABLE: dict[str, Access] = {
    "counter": both(AT_COUNTER),
    "counter_member": both(AT_COUNTER),
    "counter_reward": both("counter service"),
    "counter_voucher": both("counter service", 200, 302, 405),
    "counter_used": both("counter service", 200, 405),
    "counter_undo": both("counter service", 302, 405),
    "admin:index": ANYBODY,
    "admin:login": Access(ANYBODY.see, ANYBODY.send),
    "admin:logout": Access(ANYBODY.see, ANYBODY.send, frozenset({200, 302, 405})),
    "admin:password_change": ANYBODY,
    "admin:password_change_done": READ_BY_ALL,
    "admin:search": ANYBODY,
    "admin:jsi18n": READ_BY_ALL,
    # No model has a page of its own outside.
    "admin:view_on_site": Access(ANYBODY.see, ANYBODY.send, frozenset({404})),
    "handbook": ANYBODY,
    "handbook_chapter": ANYBODY,
    # Members
    **pages("members.member", see="service privacy", change="service privacy"),
    "admin:members_member_add": both("counter service"),
    # The counter is sent on to its own page.
    "admin:members_member_change": Access(
        who(AT_COUNTER) | SUPERUSER, who("service privacy") | SUPERUSER
    ),
    "admin:members_member_adjust": both("service"),
    "admin:members_member_purchase": both("counter service"),
    "admin:members_member_wants_mail": both("counter service privacy"),
    "admin:members_member_wants_no_mail": both("counter service privacy"),
    "admin:members_member_new_card": both("service"),
    "admin:members_member_freeze": both("service"),
    "admin:members_member_thaw": both("service"),
    "admin:members_member_close": both("privacy"),
    "admin:members_member_as_member": both("service privacy", 200, 405),
    "admin:members_member_as_member_points": both("service privacy", 200, 405),
    **pages("members.card", see="service privacy"),
    "admin:members_card_block": both("counter service"),
    "admin:members_card_replace": both("counter service"),
    # A second person
    **pages("members.approval", see="service finance admin"),
    "admin:members_approval_decide": both("finance admin"),
    "admin:members_approval_withdraw": both("service finance admin"),
    **pages("points.adjustmentlimit", see="finance admin", change="admin"),
    # The ledger
    **pages("points.entry", see=READS_LEDGER),
    "admin:points_entry_undo": both("service"),
    **pages("points.purchase", see=READS_LEDGER),
    "admin:points_purchase_give_back": both("service"),
    "admin:points_purchase_undo": both("service"),
    **pages("points.openreceipt", see=READS_LEDGER),
    "admin:points_openreceipt_book": both("counter service"),
    **pages("points.unusualuse", see="finance"),
    "admin:points_unusualuse_export": both("finance"),
    "admin:points_unusualuse_settle": both("finance"),
    "admin:points_unusualuse_purchases_behind": both(READS_LEDGER),
    # Rewards
    **pages("rewards.voucher", see=READS_LEDGER),
    "admin:rewards_voucher_find_code": both(READS_LEDGER),
    "admin:rewards_voucher_withdraw": both("service"),
    **pages("rewards.wrongtry", see="admin"),
    "admin:rewards_wrongtry_seen": both("admin"),
    # Growing
    **pages("members.invitation", see="marketing privacy admin", add="marketing"),
    "admin:members_invitation_download": both("marketing privacy admin"),
    "admin:members_invitation_withdraw": both("marketing"),
    **pages("points.spending", see="marketing"),
    "admin:points_spending_invite": both("marketing", 200, 302, 405),
    "admin:points_spending_count": both("marketing", 200, 302, 405),
    **pages("members.application", see="marketing privacy admin"),
    **pages("members.departure", see="privacy"),
    # Campaigns
    **pages("campaigns.audience", see="marketing admin", add="marketing", change="marketing"),
    "admin:campaigns_audience_count": both("marketing admin"),
    "admin:campaigns_audience_copy": both("marketing"),
    "admin:campaigns_audience_archive": both("marketing"),
    # Codes
    **pages("rewards.batch", see="marketing finance admin", add="marketing"),
    "admin:rewards_batch_promotion": both("marketing"),
    "admin:rewards_batch_stop": both("marketing admin"),
    "admin:rewards_batch_ask_for_codes": both("marketing finance admin"),
    "admin:rewards_batch_download": both("marketing finance admin"),
    "admin:rewards_batch_finance": both("finance admin"),
    "admin:rewards_batch_finance_export": both("finance admin"),
    **pages("rewards.couponrule", see="marketing finance admin", add="marketing"),
    "admin:rewards_couponrule_stop": both("marketing"),
    "admin:campaigns_audience_restore": both("marketing"),
    **pages("campaigns.campaign", see="marketing admin", add="marketing"),
    "admin:campaigns_campaign_edit": both("marketing"),
    "admin:campaigns_campaign_copy": both("marketing"),
    "admin:campaigns_campaign_preview": Access(both("marketing admin").see, both("marketing").send),
    "admin:campaigns_campaign_schedule": both("marketing admin"),
    "admin:campaigns_campaign_unschedule": both("marketing admin"),
    "admin:campaigns_campaign_cancel": both("marketing admin"),
    "admin:campaigns_campaign_pause": both("marketing admin"),
    "admin:campaigns_campaign_resume": both("marketing admin"),
    "admin:campaigns_campaign_stop": both("marketing admin"),
    "admin:campaigns_campaign_deliveries": both("marketing admin"),
    "admin:campaigns_campaign_settle": both("marketing admin"),
    "admin:campaigns_campaign_download": both("marketing admin"),
    **pages("mailroom.mailrules", see="marketing admin", change="admin", one_form=True),
    "admin:mailroom_mailrules_change": ANYBODY,
    # Rewards
    **pages("rewards.reward", see=SEES_REWARDS, add="marketing", change="marketing"),
    "admin:rewards_reward_put_in": both("marketing"),
    "admin:rewards_reward_withdraw": both("marketing"),
    "admin:rewards_reward_stock": both("marketing"),
    "admin:rewards_reward_set_its_picture": both("marketing"),
    "admin:rewards_reward_early": both("marketing"),
    "admin:rewards_reward_invited": both("marketing"),
    **pages("rewards.redemption", see="counter service marketing finance admin"),
    "admin:rewards_redemption_hand_over_next": both("counter service"),
    # The program
    **pages("points.programversion", see="service marketing finance admin", add="marketing admin"),
    "admin:points_programversion_rules_sheet": both("service marketing finance admin"),
    "admin:points_rules_sheet": READ_BY_ALL,
    "admin:points_programversion_add_rule": both("marketing admin"),
    "admin:points_rule_change": both("marketing admin"),
    "admin:points_rule_drop": both("marketing admin"),
    "admin:points_programversion_edit": both("marketing admin"),
    "admin:points_programversion_copy": both("marketing admin"),
    "admin:points_programversion_publish": both("admin"),
    "admin:points_programversion_ask": both("marketing admin"),
    "admin:points_programversion_withdraw": both("marketing admin"),
    "admin:points_programversion_replay": both("marketing admin"),
    **pages("points.replay", see="marketing finance admin"),
    "admin:points_replay_stop": both("marketing admin"),
    **pages("members.terms", see="marketing privacy admin", add="admin"),
    "admin:members_terms_edit": both("admin"),
    "admin:members_terms_publish": both("admin"),
    **pages("members.joiningrules", see="marketing admin", change="admin", one_form=True),
    **pages("members.branding", see="marketing admin", change="admin", one_form=True),
    # These two lead everybody on to the one page, which asks who it is.
    "admin:members_branding_change": ANYBODY,
    "admin:members_joiningrules_change": ANYBODY,
    "admin:members_branding_preview": both("marketing admin"),
    "admin:members_branding_picture": both("marketing admin"),
    **pages("members.tier", see="service marketing privacy finance admin", change="admin"),
    # Looking back
    **pages("members.staffact", see="privacy admin"),
    **pages("members.look", see="privacy admin"),
    **pages("mailroom.letter", see="service privacy admin"),
    "admin:mailroom_letter_again": both("admin"),
    "admin:mailroom_kinds": Access(PREVIEWS.see, PREVIEWS.see, frozenset({200, 405})),
    "admin:mailroom_kind": PREVIEWS,
    **pages("mailroom.suppression", see="service privacy admin", add="service admin"),
    "admin:mailroom_suppression_lift": both("service admin"),
    # The house
    **pages("members.user", see="admin", add="admin", change="admin"),
    "admin:members_user_lost_factor": both("admin"),
    **pages("auth.group", see="admin"),
    **pages("members.source", see="admin", add="admin"),
    **pages("members.apiclient", see="admin", add="admin"),
    "admin:members_apiclient_new_key": both("admin"),
    "admin:members_apiclient_end_oldest": both("admin"),
    "admin:members_apiclient_stop": both("admin"),
    "jobs": both("admin"),
    "job_run_now": both("admin"),
    **pages("loyalty_site.jobrun", see="admin"),
    **pages("loyalty_site.failedtask", see="admin"),
    "admin:loyalty_site_failedtask_again": both("admin"),
    "admin:loyalty_site_failedtask_aside": both("admin"),
}

LIST_ACTIONS = {"points.spending": {"invite": both("marketing").send}}
"""What may be done to rows chosen in a list: model → action → who may."""

WITHOUT_NAME = {
    "admin/(?P<url>.*)$": "adds a slash, or is not found",
    "<path:object_id>/": "leads on to the page of a row",
}
"""How addresses end that have no name, and what they do."""
