"""Drafts tried on the past: asked, claimed once, carried out, stopped, lost."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from members.actions.entitlement import MayNot
from members.models import PROGRAM_SOURCE, Member
from points.actions import replays
from points.actions.posting import post_event
from points.actions.publication import save_draft
from points.actions.replays import (
    AlreadyInForce,
    NothingToCompare,
    ReplayOver,
    ReplayUnderWay,
    ask_replay,
    run_replay,
    stop_replay,
)
from points.events import Debit, Line, Purchase, Refund, Restore, VoidRefund
from points.ledger_sql.histories import MEMBERS_A_BATCH
from points.models import Replay
from points.tasks import replay_draft
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.NOW
LATER = NOW + timedelta(days=30)


def days_ago(days):
    return NOW - timedelta(days=days)


@pytest.fixture
def bram():
    return make.staff_with("points.add_replay")


@pytest.fixture
def draft():
    make.published_program()
    return save_draft(toml=make.program_toml(rate=2, effective_at="2027-01-01T00:00:00+01:00"))


def asked(draft, by, *, months=12, now=NOW) -> Replay:
    return ask_replay(
        draft_id=draft.pk, months=months, point_cost=Decimal("0.01"), staff_id=by.pk, now=now
    )


def replayed(draft, by, **fields) -> dict:
    done = run_replay(replay_id=asked(draft, by, **fields).pk, now=NOW)
    assert done.state == "done", done.error
    return done.result


def test_the_past_is_replayed_and_nothing_is_written(draft, bram):
    sanne = make.member(joined_at=days_ago(400))
    make.purchase(sanne, "60.00", at=days_ago(40))
    make.purchase(sanne, "40.00", at=days_ago(20))

    result = replayed(draft, bram)

    assert (result["today"]["earned"], result["draft"]["earned"]) == (100, 200)
    assert result["winners"]["examples"] == [{"member": sanne.pk, "today": 100, "draft": 200}]
    assert make.balance(sanne) == 100


def test_what_was_before_the_period_is_what_everybody_begins_with(draft, bram):
    sanne = make.member(joined_at=days_ago(500))
    make.purchase(sanne, "600.00", at=days_ago(200))
    spend(sanne, 150, days_ago(150))
    make.purchase(sanne, "10.00", at=days_ago(20))

    result = replayed(draft, bram, months=3)

    assert result["opening"] == 450
    assert result["today"]["outstanding"] == 460
    assert result["draft"]["outstanding"] == 470
    assert result["moves"] == [[1, 1, 1]]


def spend(member, points, at, *, key="s1"):
    post_event(Debit(key, member.pk, at, points), source_id=PROGRAM_SOURCE, actor="user:0", now=NOW)


def post(event, source_id):
    post_event(event, source_id=source_id, actor="import:1", now=NOW)


def test_returns_redemptions_and_their_undoing_are_replayed(draft, bram):
    sanne, till = make.member(joined_at=days_ago(400)), make.source()
    make.purchase(sanne, "100.00", at=days_ago(80), receipt="a")
    make.purchase(sanne, "50.00", at=days_ago(79), receipt="b")
    post(Refund("ra", sanne.pk, days_ago(70), Decimal("20.00"), "a"), till)
    post(Refund("rb", sanne.pk, days_ago(70), Decimal("10.00"), "b"), till)
    post(VoidRefund("vb", sanne.pk, days_ago(60), "rb"), till)
    post(Debit("s", sanne.pk, days_ago(50), 60), till)
    post(Restore("t", sanne.pk, days_ago(40), "s", 25), till)

    result = replayed(draft, bram)

    assert (result["today"]["earned"], result["draft"]["earned"]) == (130, 260)
    assert result["today"]["redeemed"] == result["draft"]["redeemed"] == 35
    assert result["today"]["outstanding"] == make.balance(sanne) == 95
    assert result["spent"] == "130.00"


def test_lines_are_read_where_either_version_names_them(bram):
    make.published_program()
    draft = save_draft(toml=make.program_toml(excluded='["Tabak"]'))
    sanne = make.member(joined_at=days_ago(400))
    lines = (
        Line(1, "1", "Kruidenier", "TABAK", Decimal(1), Decimal("30.00")),
        Line(2, "2", "Kruidenier", "Kaas", Decimal(1), Decimal("20.00")),
    )
    post(Purchase("a", sanne.pk, days_ago(9), Decimal("50.00"), lines), make.source())

    result = replayed(draft, bram)

    assert (result["today"]["earned"], result["draft"]["earned"]) == (50, 20)


def test_who_joined_is_welcomed_by_both_and_an_import_by_none(bram):
    make.published_program(welcome_bonus=10)
    draft = save_draft(toml=make.program_toml(welcome_bonus=25))
    make.member(joined_at=days_ago(10))
    make.member(joined_at=days_ago(400))
    brought_in = make.member(joined_at=days_ago(10))
    Member.objects.filter(pk=brought_in.pk).update(joined_through=Member.Through.IMPORT)

    result = replayed(draft, bram)

    assert (result["today"]["earned"], result["draft"]["earned"]) == (10, 25)


def test_members_come_in_batches_and_all_are_counted(draft, bram, monkeypatch):
    monkeypatch.setattr("points.ledger_sql.histories.MEMBERS_A_BATCH", 2)
    for _ in range(5):
        make.purchase(make.member(joined_at=days_ago(50)), "10.00", at=days_ago(5))

    result = replayed(draft, bram)

    assert MEMBERS_A_BATCH > 2
    assert (result["members"], result["today"]["earned"]) == (5, 50)


def test_a_batch_asks_no_more_for_many_than_for_one(
    draft, bram, django_assert_max_num_queries, django_assert_num_queries
):
    make.purchase(make.member(joined_at=days_ago(50)), "10.00", at=days_ago(5))
    one = asked(draft, bram)
    with django_assert_max_num_queries(24) as first:
        run_replay(replay_id=one.pk, now=NOW)
    for _ in range(6):
        make.purchase(make.member(joined_at=days_ago(50)), "10.00", at=days_ago(5))
    many = asked(draft, bram)

    with django_assert_num_queries(len(first)):
        run_replay(replay_id=many.pk, now=NOW)


# Asking


def test_only_a_draft_beside_rules_in_force_is_tried(bram):
    lonely = save_draft(toml=make.program_toml())
    with pytest.raises(NothingToCompare):
        asked(lonely, bram)

    published = make.published_program()
    with pytest.raises(AlreadyInForce):
        asked(published, bram)


def test_who_may_not_try_asks_in_vain(draft):
    with pytest.raises(MayNot):
        asked(draft, make.staff())


def test_one_at_a_time(draft, bram):
    asked(draft, bram)

    with pytest.raises(ReplayUnderWay):
        asked(draft, bram)
    with pytest.raises(IntegrityError), transaction.atomic():
        Replay.objects.create(draft=draft, against=draft, asked_by=bram, asked_at=NOW, heard_at=NOW)


def test_a_run_whose_worker_died_says_so_and_gives_way(draft, bram):
    lost = asked(draft, bram)
    later = NOW + timedelta(minutes=3)
    assert (lost.is_silent(NOW), lost.is_silent(later)) == (False, True)

    again = asked(draft, bram, now=later)

    lost.refresh_from_db()
    assert (lost.state, again.state) == ("failed", "waiting")
    assert run_replay(replay_id=lost.pk, now=later) is None


# Carrying out


def test_a_task_sent_twice_runs_once(draft, bram):
    replay = asked(draft, bram)

    first = run_replay(replay_id=replay.pk, now=NOW)
    second = run_replay(replay_id=replay.pk, now=LATER)

    assert (first.attempts, second) == (1, None)


def test_a_run_that_another_worker_has_is_left_alone_until_it_is_silent(draft, bram):
    replay = asked(draft, bram)
    Replay.objects.filter(pk=replay.pk).update(state="running", attempts=1, heard_at=NOW)

    assert run_replay(replay_id=replay.pk, now=NOW + timedelta(minutes=1)) is None
    taken_over = run_replay(replay_id=replay.pk, now=NOW + timedelta(minutes=3))

    assert (taken_over.state, taken_over.attempts) == ("done", 2)


def test_a_draft_that_was_changed_meanwhile_is_not_tried(draft, bram):
    replay = asked(draft, bram)
    save_draft(toml=make.program_toml(rate=9), draft_id=draft.pk)

    assert run_replay(replay_id=replay.pk, now=NOW) is None

    replay.refresh_from_db()
    assert (replay.state, replay.error) == ("failed", "The draft was changed meanwhile.")


def test_a_stopped_run_ends_at_the_next_sign_of_life(draft, bram, monkeypatch):
    for _ in range(3):
        make.purchase(make.member(joined_at=days_ago(50)), "10.00", at=days_ago(5))
    replay = asked(draft, bram)
    real = replays.histories

    def stopped_after_the_first(period):
        for batch in real(period):
            stop_replay(replay_id=replay.pk, staff_id=bram.pk, now=NOW)
            yield batch

    monkeypatch.setattr(replays, "histories", stopped_after_the_first)

    assert run_replay(replay_id=replay.pk, now=NOW) is None

    replay.refresh_from_db()
    assert (replay.state, replay.result) == ("stopped", None)
    with pytest.raises(ReplayOver):
        stop_replay(replay_id=replay.pk, staff_id=bram.pk, now=NOW)


def test_what_goes_wrong_is_kept_and_the_next_run_may_begin(draft, bram, monkeypatch):
    def broken(_period):
        raise ValueError("no such thing\nwith Sanne's address in it")

    monkeypatch.setattr(replays, "histories", broken)
    failed = run_replay(replay_id=asked(draft, bram).pk, now=NOW)

    assert (failed.state, failed.error) == ("failed", "ValueError: no such thing")
    assert asked(draft, bram).state == "waiting"


def test_the_task_runs_it_by_its_number(draft, bram):
    replay = asked(draft, bram)

    replay_draft(replay.pk)

    replay.refresh_from_db()
    assert replay.result["members"] == 0
