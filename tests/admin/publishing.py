"""A draft, who asks to publish it and who decides, each through the pages of the back office."""

import re
from datetime import timedelta

from django.utils import timezone

from members.models import Approval
from points.actions.publication import save_draft
from points.models import ProgramVersion
from tests import make

VERSIONS = "/admin/points/programversion/"
DRAFTS = [
    "points.view_programversion",
    "points.change_programversion",
    "points.add_programversion",
    "points.view_replay",
    "points.add_replay",
]
PUBLISHES = [
    *DRAFTS,
    "points.publish_programversion",
    "members.view_approval",
    "members.decide_approval",
]


def page(version, name="change") -> str:
    return f"{VERSIONS}{version.pk}/{name}/"


def draft(by=None, **changes) -> ProgramVersion:
    changes = {"rate": 2, "effective_at": "2021-01-01T00:00:00+01:00"} | changes
    return save_draft(toml=make.program_toml(**changes), staff_id=by.pk if by else None)


def ask(desk, version, *, days=30, **changes):
    shown = desk.get(page(version, "ask")).content.decode()
    key = re.search(r'name="request_key" value="([^"]+)"', shown)[1]
    at = timezone.localtime() + timedelta(days=days)
    answers = {
        "effective_at_0": f"{at:%Y-%m-%d}",
        "effective_at_1": "00:00:00",
        "reason": "Agreed in June",
        "request_key": key,
    }
    return desk.post(page(version, "ask"), answers | changes)


def requested(desk, version, **fields) -> Approval:
    answer = ask(desk, version, **fields)
    assert answer.status_code == 302, answer.context["form"].errors
    return Approval.objects.latest("id")
