"""Many at once: what the locks on a draft and on a run are for."""

from decimal import Decimal

import pytest

from points.actions.publication import save_draft
from points.actions.replays import ask_replay, run_replay
from points.models import Replay
from tests import make
from tests.members.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NOW = make.NOW


def test_many_who_ask_at_once_get_one_run_and_many_workers_carry_it_out_once():
    make.published_program()
    draft = save_draft(toml=make.program_toml(rate=2))
    staff = [make.staff_with("points.add_replay") for _ in range(8)]

    def ask(number):
        return ask_replay(
            draft_id=draft.pk,
            months=12,
            point_cost=Decimal("0.01"),
            staff_id=staff[number].pk,
            now=NOW,
        ).state

    answers = at_once(ask, 8)
    replay = Replay.objects.get()
    runs = at_once(lambda _: run_replay(replay_id=replay.pk, now=NOW), 8)

    assert sorted(answers) == ["replay_under_way"] * 7 + ["waiting"]
    assert len([run for run in runs if run is not None]) == 1
    replay.refresh_from_db()
    assert (replay.state, replay.attempts) == ("done", 1)
