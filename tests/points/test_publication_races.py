"""Many at once: what the lock on publishing is for."""

from datetime import timedelta
from uuid import uuid4

import pytest

from members.models import Approval
from points.actions.publication import save_draft
from points.actions.publication_requests import (
    approve_publication,
    ask_publication,
    publish_first_version,
)
from points.models import ProgramVersion
from tests import make
from tests.members.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NOW = make.NOW
DECIDES = ["members.decide_approval", "points.publish_programversion"]


def asker():
    return make.staff_with("points.change_programversion")


def asked(version, by, *, days=30) -> Approval:
    return ask_publication(
        version_id=version.pk,
        effective_at=NOW + timedelta(days=days),
        reason="Agreed",
        request_key=uuid4(),
        staff_id=by.pk,
        now=NOW,
    )


def approve(approval, by) -> str:
    approve_publication(
        approval_id=approval.pk, digest=approval.digest, staff_id=by.pk, note="", now=NOW
    )
    return "approved"


def test_many_approve_at_once_and_it_is_published_once():
    make.published_program()
    approval = asked(save_draft(toml=make.program_toml(rate=2)), asker())
    deciders = [make.staff_with(*DECIDES) for _ in range(4)]

    answers = at_once(lambda number: approve(approval, deciders[number % 4]), 16)

    assert sorted(answers) == ["already_decided"] * 15 + ["approved"]
    assert ProgramVersion.objects.published().count() == 2


@pytest.mark.parametrize("turn", range(4))
def test_editing_and_approving_at_once_publishes_what_was_shown(turn):
    make.published_program()
    version = save_draft(toml=make.program_toml(rate=2))
    approval, carla = asked(version, asker()), make.staff_with(*DECIDES)

    def work(number):
        if number % 2 == turn % 2:
            return approve(approval, carla)
        save_draft(toml=make.program_toml(rate=9), draft_id=version.pk, now=NOW)
        return "edited"

    answers = at_once(work, 4)

    version.refresh_from_db()
    assert "edited" not in answers
    assert answers.count("approved") == 1
    assert version.rules == approval.asked["rules"]


def test_many_ask_at_once_and_one_request_waits():
    make.published_program()
    version = save_draft(toml=make.program_toml(rate=2))
    staff = [asker() for _ in range(8)]

    answers = at_once(lambda number: asked(version, staff[number]).state, 8)

    assert sorted(answers) == ["waiting"] + ["waits_for_decision"] * 7
    assert Approval.objects.count() == 1


def test_two_first_versions_at_once_are_one():
    drafts = [save_draft(toml=make.program_toml(rate=rate)) for rate in (1, 2)]
    boss = make.staff_with("points.publish_programversion")

    def publish(number):
        return publish_first_version(
            version_id=drafts[number].pk, staff_id=boss.pk, now=NOW
        ).is_published

    answers = at_once(publish)

    assert sorted(map(str, answers)) == ["True", "second_person_needed"]
    assert ProgramVersion.objects.published().count() == 1
