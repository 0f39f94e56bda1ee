"""Later rules take two: every way round the second person, through the real doors."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from members.models import Approval, StaffAct, User
from points.actions.publication import publish_program
from points.models import ProgramVersion
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.admin.publishing import DRAFTS, PUBLISHES, ask, draft, page, requested
from tests.admin.second_person import APPROVALS, decide, shown_digest, state

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_force():
    return make.published_program()


@pytest.fixture
def bram():
    return with_factor(make.staff_with(*DRAFTS, name="Bram Bakker", language="en"))


@pytest.fixture
def carla():
    return with_factor(make.staff_with(*PUBLISHES, name="Carla Smit", language="en"))


@pytest.fixture
def asking(bram):
    return at_desk(bram)


@pytest.fixture
def deciding(carla):
    return at_desk(carla)


def is_published(version) -> bool:
    return ProgramVersion.objects.get(pk=version.pk).is_published


# As it is meant


def test_one_asks_and_another_sees_what_differs_and_publishes(asking, deciding, bram, carla):
    version = draft(bram)
    approval = requested(asking, version)

    shown = deciding.get(f"{APPROVALS}{approval.pk}/change/").content.decode()
    for fact in ("Marktzicht v2", "Points for every euro", "Agreed in June", "Bram Bakker"):
        assert fact in shown
    answer = decide(deciding, approval, digest=shown_digest(deciding, approval))

    assert answer["Location"] == APPROVALS
    published = ProgramVersion.objects.get(pk=version.pk)
    assert (published.published_by, published.rules) == (carla, approval.asked["rules"])
    assert published.effective_at > timezone.now() + timedelta(days=28)
    assert state(approval) == "approved"
    act = StaffAct.objects.latest("id")
    assert (act.staff, act.member, act.after) == (carla, None, {"state": "approved"})


def test_the_draft_gets_the_date_that_was_asked_and_offers_its_own(asking, bram):
    own = draft(bram, effective_at="2199-01-01T00:00:00+01:00")

    assert "2199-01-01" in asking.get(page(own, "ask")).content.decode()
    approval = requested(asking, own, days=10)

    own.refresh_from_db()
    assert own.rules["effective_at"] == approval.asked["rules"]["effective_at"]
    assert own.effective_at < timezone.now() + timedelta(days=11)


def test_a_refusal_needs_a_note_and_frees_the_draft(asking, deciding, bram):
    version = draft(bram)
    approval = requested(asking, version)

    assert decide(deciding, approval, "refuse").context["form"].errors["note"]
    decide(deciding, approval, "refuse", note="Too dear")

    assert (state(approval), is_published(version)) == ("refused", False)
    assert requested(asking, version) != approval


def test_who_asked_withdraws_from_the_draft_and_changes_it(asking, bram):
    version = draft(bram)
    approval = requested(asking, version)
    assert page(version, "withdraw") in asking.get(page(version)).content.decode()

    asking.post(page(version, "withdraw"), {"reason": "Not yet"})
    asking.post(page(version, "edit"), {"toml": make.program_toml(rate=3)})

    version.refresh_from_db()
    assert (state(approval), version.rules["earning"]["points_per_unit"]) == ("withdrawn", "3")


def test_a_request_without_a_replay_says_that_nobody_knows_the_cost(asking, deciding, bram):
    approval = requested(asking, draft(bram))

    shown = deciding.get(f"{APPROVALS}{approval.pk}/change/").content.decode()

    assert "was not tried on the past" in shown


def test_the_list_of_requests_names_rules_and_members_alike(asking, deciding, bram):
    requested(asking, draft(bram))

    shown = deciding.get(APPROVALS).content.decode()

    assert "publish Marktzicht v2" in shown


# Round the second person


def test_the_direct_button_is_for_the_first_rules_alone(deciding, carla):
    version = draft()

    shown = deciding.get(page(version)).content.decode()
    answer = deciding.post(page(version, "publish"), {"reason": "Quickly"})

    assert page(version, "publish") not in shown
    assert answer.context["form"].non_field_errors()
    assert not is_published(version)


def test_an_operator_may_publish_by_command():
    toml = make.program_toml(rate=3, effective_at="2199-01-01T00:00:00+01:00")

    _version, is_new = publish_program(toml=toml, now=timezone.now())

    assert is_new


def test_nobody_approves_what_they_asked(deciding):
    version = draft()
    approval = requested(deciding, version)

    shown = deciding.get(f"{APPROVALS}{approval.pk}/change/").content.decode()
    answer = decide(deciding, approval)

    assert 'name="decision"' not in shown
    assert answer.context["form"].non_field_errors()
    assert not is_published(version)


def test_nobody_approves_what_they_drafted(asking, deciding, carla):
    version = draft(carla)
    approval = requested(asking, version)

    shown = deciding.get(f"{APPROVALS}{approval.pk}/change/").content.decode()
    answer = decide(deciding, approval)

    assert 'name="decision"' not in shown
    assert answer.context["form"].non_field_errors()
    assert (state(approval), is_published(version)) == ("waiting", False)


def test_who_decides_about_points_does_not_publish_rules(asking, bram):
    approval = requested(asking, draft(bram))
    finance = at_desk(
        with_factor(make.staff_with("members.view_approval", "members.decide_approval"))
    )

    shown = finance.get(f"{APPROVALS}{approval.pk}/change/").content.decode()
    answer = decide(finance, approval)

    assert 'name="decision"' not in shown
    assert answer.context["form"].non_field_errors()
    assert state(approval) == "waiting"


def test_who_may_publish_but_not_decide_decides_nothing(asking, bram):
    approval = requested(asking, draft(bram))
    may = ["members.view_approval", "points.publish_programversion"]
    desk = at_desk(with_factor(make.staff_with(*may)))

    assert decide(desk, approval).status_code == 403
    assert state(approval) == "waiting"


def test_what_a_colleague_who_left_has_asked_is_not_published(asking, deciding, bram):
    version = draft(bram)
    approval = requested(asking, version)
    User.objects.filter(pk=bram.pk).update(is_active=False)

    answer = decide(deciding, approval)

    assert answer.context["form"].non_field_errors()
    assert not is_published(version)


def test_a_draft_that_waits_is_changed_by_nobody(asking, deciding, bram):
    version = draft(bram)
    requested(asking, version)

    answers = [
        desk.post(page(version, "edit"), {"toml": make.program_toml(rate=9)})
        for desk in (asking, deciding)
    ]

    assert all(answer.context["form"].non_field_errors() for answer in answers)
    version.refresh_from_db()
    assert version.rules["earning"]["points_per_unit"] == "2"


def test_what_was_changed_behind_the_request_is_not_published(asking, deciding, bram):
    version = draft(bram)
    approval = requested(asking, version)
    rules = version.rules | {"earning": version.rules["earning"] | {"points_per_unit": "9"}}
    ProgramVersion.objects.filter(pk=version.pk).update(rules=rules)

    answer = decide(deciding, approval)

    assert answer.context["form"].non_field_errors()
    assert (state(approval), is_published(version)) == ("waiting", False)


def test_what_one_tab_showed_does_not_publish_what_another_shows(asking, deciding, bram):
    one, other = requested(asking, draft(bram)), requested(asking, draft(bram, rate=5), days=40)

    answer = decide(deciding, other, digest=shown_digest(deciding, one))

    assert answer.context["form"].non_field_errors()
    assert state(other) == "waiting"


def test_a_second_tab_does_not_publish_again(asking, deciding, bram):
    approval = requested(asking, draft(bram))
    digest = shown_digest(deciding, approval)

    decide(deciding, approval, digest=digest)
    answer = decide(deciding, approval, digest=digest)

    assert answer.context["form"].non_field_errors()
    assert ProgramVersion.objects.published().count() == 2


def test_rules_that_came_between_make_it_another_change(asking, deciding, bram):
    version = draft(bram)
    approval = requested(asking, version)
    between = (timezone.now() + timedelta(days=3)).isoformat()
    publish_program(toml=make.program_toml(rate=7, effective_at=between), now=timezone.now())

    answer = decide(deciding, approval)

    assert answer.context["form"].non_field_errors()
    assert (state(approval), is_published(version)) == ("waiting", False)


def test_a_date_that_passed_while_it_waited_is_refused(asking, deciding, bram):
    version = draft(bram)
    approval = requested(asking, version, days=2)

    with time_machine.travel(timezone.now() + timedelta(days=4), tick=False):
        desk = at_desk(User.objects.get(name="Carla Smit"))
        answer = decide(desk, approval)

    assert answer.context["form"].non_field_errors()
    assert not is_published(version)


def test_an_expired_request_publishes_nothing_and_frees_the_draft(asking, bram, carla):
    version = draft(bram)
    approval = requested(asking, version)

    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        answer = decide(at_desk(carla), approval)
        at_desk(bram).post(page(version, "edit"), {"toml": make.program_toml(rate=4)})

    assert answer.context["form"].non_field_errors()
    version.refresh_from_db()
    assert (version.rules["earning"]["points_per_unit"], version.is_published) == ("4", False)


# Asking


@pytest.mark.parametrize("days", [0, -1, -400])
def test_rules_do_not_begin_in_the_past(asking, bram, days):
    version = draft(bram)

    answer = ask(asking, version, days=days)

    assert answer.context["form"].non_field_errors()
    assert not Approval.objects.exists()


@pytest.mark.parametrize("at", ["", "soon", "9999-99-99", "2027-13-01"])
def test_a_date_that_is_none_is_told_beside_its_field(asking, bram, at):
    answer = ask(asking, draft(bram), effective_at_0=at)

    assert answer.context["form"].errors["effective_at"]
    assert not Approval.objects.exists()


def test_a_form_sent_twice_asks_once_and_a_second_request_waits_its_turn(asking, bram):
    version = draft(bram)
    approval = requested(asking, version)
    key = str(approval.request_key)
    at = timezone.localtime(version.__class__.objects.get(pk=version.pk).effective_at)

    again = ask(asking, version, request_key=key)
    other_date = ask(asking, version, request_key=key, effective_at_0="2190-01-01")
    second = ask(asking, version)

    assert again.status_code == 302
    assert other_date.context["form"].non_field_errors()
    assert second.context["form"].non_field_errors()
    assert Approval.objects.count() == 1
    assert timezone.localtime(ProgramVersion.objects.get(pk=version.pk).effective_at) == at


def test_an_instant_that_is_taken_is_refused_at_once(asking, bram):
    taken = timezone.localtime() + timedelta(days=30)
    midnight = taken.replace(hour=0, minute=0, second=0, microsecond=0)
    publish_program(
        toml=make.program_toml(rate=7, effective_at=midnight.isoformat()), now=timezone.now()
    )

    answer = ask(asking, draft(bram), days=30)

    assert answer.context["form"].non_field_errors()


def test_only_rules_and_mailings_are_about_nobody(bram):
    sanne = make.member()
    fields = {
        "asked": {},
        "digest": "",
        "reason": "x",
        "asked_by": bram,
        "asked_at": timezone.now(),
        "expires_at": timezone.now(),
    }
    for kind, member in (("publication", sanne), ("adjustment", None)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Approval.objects.create(
                kind=kind, member=member, request_key=f"{'0' * 31}{kind[0] == 'p':d}", **fields
            )


# The draft's page


def test_a_draft_says_what_it_changes_or_that_nothing_differs(asking, bram):
    other, same = draft(bram), draft(bram, rate=1)

    changed = asking.get(page(other)).context["parts"]
    unchanged = asking.get(page(same))

    assert [(part.title, part.changes[0].before, part.changes[0].after) for part in changed] == [
        ("Earning", "1", "2")
    ]
    assert unchanged.context["parts"] == []
    assert "Nothing differs" in unchanged.content.decode()


def test_a_draft_and_a_request_ask_the_database_no_more_than_this(
    asking, deciding, bram, django_assert_max_num_queries
):
    version = draft(bram)
    approval = requested(asking, version)
    asking.get(page(version))
    deciding.get(f"{APPROVALS}{approval.pk}/change/")

    with django_assert_max_num_queries(24):
        asking.get(page(version))
    with django_assert_max_num_queries(20):
        deciding.get(f"{APPROVALS}{approval.pk}/change/")
