"""Replays in the back office: asked, watched, stopped, read."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from kombu.exceptions import OperationalError

from members.models import StaffAct
from points.models import Replay
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.admin.publishing import DRAFTS, draft, page

pytestmark = pytest.mark.django_db
ANSWERS = {"months": 12, "point_cost": "0.01"}


@pytest.fixture(autouse=True)
def _in_force():
    make.published_program()


@pytest.fixture
def version():
    return draft()


@pytest.fixture
def marketing():
    return at_desk(with_factor(make.staff_with(*DRAFTS, name="Daan Kuipers", language="en")))


def bought(name="Sanne de Vries"):
    now = timezone.now()
    sanne = make.member(name=name, joined_at=now - timedelta(days=90), now=now)
    make.purchase(sanne, "40.00", at=now - timedelta(days=9), now=now)
    return sanne


def address(replay, name="change") -> str:
    return f"/admin/points/replay/{replay.pk}/{name}/"


def tried(desk, version, **answers) -> Replay:
    answer = desk.post(page(version, "replay"), ANSWERS | answers)
    replay = Replay.objects.latest("pk")
    assert answer["Location"] == address(replay)
    return replay


def test_a_draft_is_tried_and_the_outcome_read(marketing, version):
    bought()
    assert 'value="12" selected' in marketing.get(page(version, "replay")).content.decode()

    replay = tried(marketing, version)
    shown = marketing.get(address(replay)).content.decode()

    assert "earned 40 points more: €0.40" in shown
    assert "<svg" in shown
    assert 'http-equiv="refresh"' not in shown
    assert StaffAct.objects.latest("id").what == "Tried on the past 12 months"
    assert "40 points more" in marketing.get(page(version)).content.decode()


def test_members_are_named_to_who_may_open_their_pages(marketing, version):
    sanne = bought()
    replay = tried(marketing, version)
    service = at_desk(
        with_factor(make.staff_with("points.view_replay", "members.view_member", language="en"))
    )

    named = service.get(address(replay)).content.decode()
    nameless = marketing.get(address(replay)).content.decode()

    assert f"/admin/members/member/{sanne.pk}/change/" in named
    assert "Sanne de Vries" in named
    assert "Sanne" not in nameless
    assert f"Member {sanne.pk}" in nameless


def test_a_period_without_purchases_says_so(marketing, version):
    replay = tried(marketing, version, months=3)

    shown = marketing.get(address(replay)).content.decode()

    assert "there is nothing to compare" in shown
    assert "<svg viewBox" not in shown


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"months": 5}, "months"),
        ({"months": "x"}, "months"),
        ({"point_cost": "0"}, "point_cost"),
        ({"point_cost": "-1"}, "point_cost"),
        ({"point_cost": "NaN"}, "point_cost"),
        ({"point_cost": "1e9"}, "point_cost"),
        ({"point_cost": "0.00001"}, "point_cost"),
        ({"point_cost": ""}, "point_cost"),
    ],
)
def test_a_fault_is_told_beside_its_field(marketing, version, answers, field):
    answer = marketing.post(page(version, "replay"), ANSWERS | answers)

    assert answer.context["form"].errors[field]
    assert not Replay.objects.exists()


def test_what_is_published_is_not_tried(marketing):
    published = make.ProgramVersion.objects.get()

    answer = marketing.post(page(published, "replay"), ANSWERS)

    assert answer.context["form"].non_field_errors()


def running(marketing, version, **fields) -> Replay:
    replay = tried(marketing, version)
    now = timezone.now()
    given = {"state": "running", "done": 250, "total": 1000, "result": None, "heard_at": now}
    given |= {"started_at": now - timedelta(seconds=10)}
    Replay.objects.filter(pk=replay.pk).update(**given | fields)
    return replay


def test_a_run_shows_how_far_it_is_and_looks_again_by_itself(marketing, version):
    replay = running(marketing, version)

    shown = marketing.get(address(replay)).content.decode()

    assert 'http-equiv="refresh"' in shown
    assert 'value="25"' in shown
    assert "250 of 1,000 members" in shown
    assert "about 30 seconds left" in shown


def test_a_run_is_stopped_with_a_trace_and_once(marketing, version):
    replay = running(marketing, version)

    marketing.get(address(replay, "stop"))
    assert Replay.objects.get(pk=replay.pk).state == "running"
    marketing.post(address(replay, "stop"))
    marketing.post(address(replay, "stop"))

    assert Replay.objects.get(pk=replay.pk).state == "stopped"
    assert StaffAct.objects.filter(what="Stopped").count() == 1
    assert "Somebody stopped it" in marketing.get(address(replay)).content.decode()


def test_a_run_that_lost_its_worker_says_so_and_is_run_again(marketing, version):
    replay = running(marketing, version, heard_at=timezone.now() - timedelta(minutes=5))

    shown = marketing.get(address(replay)).content.decode()
    again = tried(marketing, version)

    assert "The worker was lost" in shown
    assert 'http-equiv="refresh"' not in shown
    assert Replay.objects.get(pk=replay.pk).state == "failed"
    assert again.state == "done"


def test_two_at_once_are_refused_in_words(marketing, version):
    running(marketing, version)

    answer = marketing.post(page(version, "replay"), ANSWERS)

    assert "being tried already" in str(answer.context["form"].non_field_errors())


def test_an_outcome_of_an_earlier_draft_says_so_and_offers_another_run(marketing, version):
    bought()
    replay = tried(marketing, version)
    marketing.post(page(version, "edit"), {"toml": make.program_toml(rate=5)})

    shown = marketing.get(address(replay)).content.decode()

    assert "has changed since" in shown
    assert page(version, "replay") in shown
    assert "has changed since" in marketing.get(page(version)).content.decode()


def test_a_worker_that_cannot_be_reached_is_told_and_no_fault(marketing, version, monkeypatch):
    def unreachable(*_args: object) -> None:
        raise OperationalError

    monkeypatch.setattr("points.admin.replay.replay_draft.delay", unreachable)

    replay = tried(marketing, version)

    assert replay.state == "waiting"
    with time_machine.travel(timezone.now() + timedelta(minutes=3), tick=False):
        assert Replay.objects.get(pk=replay.pk).is_silent(timezone.now())


def test_the_pages_ask_as_little_for_many_runs_as_for_one(
    marketing, version, django_assert_max_num_queries, django_assert_num_queries
):
    bought()
    replay = tried(marketing, version)
    marketing.get(address(replay))
    with django_assert_max_num_queries(12):
        marketing.get(address(replay))
    listed = "/admin/points/replay/"
    marketing.get(listed)
    with django_assert_max_num_queries(8) as first:
        marketing.get(listed)
    asked = len(first)
    for _ in range(4):
        tried(marketing, version)

    with django_assert_num_queries(asked):
        marketing.get(listed)
