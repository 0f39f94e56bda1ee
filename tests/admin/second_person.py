"""What a colleague asks and another decides, each through the pages of the back office."""

import re

from members.models import Approval

APPROVALS = "/admin/members/approval/"
ASKS = ["members.view_member", "members.view_approval", "points.adjust_points"]
DECIDES = ["members.view_member", "members.view_approval", "members.decide_approval"]


def ask(desk, member, points, *, form=None, **changes):
    address = f"/admin/members/member/{member.pk}/adjust/"
    shown = desk.get(address).content.decode()
    key = re.search(r'name="request_key" value="([^"]+)"', shown)[1]
    answers = {"points": points, "cause": "mistake", "reason": "Till off", "request_key": key}
    return desk.post(address, form or (answers | changes))


def requested(desk, member, points=600) -> Approval:
    ask(desk, member, points)
    return Approval.objects.latest("id")


def shown_digest(desk, approval) -> str:
    page = desk.get(f"{APPROVALS}{approval.pk}/change/").content.decode()
    return re.search(r'name="digest" value="([0-9a-f]{64})"', page)[1]


def decide(desk, approval, decision="approve", *, digest=None, note=""):
    answers = {"decision": decision, "digest": digest or approval.digest, "note": note}
    return desk.post(f"{APPROVALS}{approval.pk}/decide/", answers)


def state(approval) -> str:
    return Approval.objects.get(pk=approval.pk).state
