"""
What must happen has a sweep: a message may be lost, and a job does the same by state.

A new task, or a new receiver of an announcement, fails here until a line says which job of
`loyalty_site/jobs.py` sees to it, or why nothing is lost without one.
"""

import ast
from functools import cache
from pathlib import Path

from loyalty_site.embedded.layout import PROJECT
from loyalty_site.jobs import JOBS

TICK = "tick"
"""Not a job but what sends them off: beat knocks each minute, and each worker when it starts."""
TASKS = {
    "loyalty_site.tasks.tick": TICK,
    "loyalty_site.tasks.run_job": TICK,
    "mailroom.tasks.deliver": "send_letters",
    "mailroom.tasks.mail_on": "send_mailings",
    "points.tasks.count_spending_again": "count_spending",
    "points.tasks.replay_draft": "resume_replays",
    "rewards.tasks.make_codes": "resume_batches",
}
"""Every task → the job that does its work if its message is lost."""
NOTHING_LOST = "what it forgets is forgotten by time as well"
RECEIVERS = {
    "mailroom.receivers.ask_the_mailbox": "post_missing_letters",
    "mailroom.receivers.mail_at_once": "send_mailings",
    "mailroom.receivers.send_at_once": "send_letters",
    "mailroom.receivers.write_to_the_admitted": "post_missing_letters",
    "mailroom.receivers.write_to_the_invited": "post_missing_letters",
    "members.receivers.go_by_the_new_terms": NOTHING_LOST,
    "members.receivers.show_the_new_branding": NOTHING_LOST,
    "points.receivers.note_what_was_left": "note_departures",
    "points.receivers.welcome": "welcome_new_members",
    "rewards.receivers.tell_whose_turn_it_is": "mind_the_line",
    "rewards.receivers.make_at_once": "resume_batches",
}
"""Everything that listens to an announcement → the job that makes up for a missed one."""
SENDERS = {"delay", "apply_async", "send_task"}
DECORATORS = {"task", "shared_task"}


@cache
def sources() -> list[tuple[str, ast.Module]]:
    rooms = [path.parent for path in PROJECT.glob("*/apps.py")]
    files = [
        file for room in rooms for file in room.rglob("*.py") if "migrations" not in file.parts
    ]
    return [(dotted(file), ast.parse(file.read_text())) for file in sorted(files)]


def dotted(file: Path) -> str:
    return ".".join(file.relative_to(PROJECT).with_suffix("").parts)


def name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return name_of(node.func)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def decorated(tree: ast.Module, names: set[str]) -> list[tuple[ast.FunctionDef, ast.expr]]:
    return [
        (node, mark)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for mark in node.decorator_list
        if name_of(mark) in names
    ]


def tasks() -> set[str]:
    return {
        f"{module}.{function.name}"
        for module, tree in sources()
        for function, _mark in decorated(tree, DECORATORS)
    }


@cache
def calls(tree: ast.Module) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def sent() -> set[tuple[str, str]]:
    """Every place that sends a message: where, and by which name it knows the task."""
    return {
        (module, name_of(call.func.value))
        for module, tree in sources()
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute) and call.func.attr in SENDERS
    }


def announced() -> set[str]:
    return {
        name_of(call.args[0])
        for _module, tree in sources()
        for call in calls(tree)
        if name_of(call.func) == "announce" and call.args
    }


def listeners() -> set[str]:
    signals = announced()
    return {
        f"{module}.{function.name}"
        for module, tree in sources()
        for function, mark in decorated(tree, {"receiver"})
        if isinstance(mark, ast.Call) and name_of(mark.args[0]) in signals
    }


def test_every_task_names_the_job_that_sweeps_after_it():
    assert tasks() == set(TASKS)


def test_every_receiver_of_an_announcement_names_the_job_that_makes_up_for_a_missed_one():
    assert listeners() == set(RECEIVERS)


def test_the_sweeps_are_jobs():
    jobs = {job.name for job in JOBS}

    assert set(TASKS.values()) - {TICK} <= jobs
    assert set(RECEIVERS.values()) - {NOTHING_LOST} <= jobs


def test_nobody_sends_what_is_no_task_of_ours():
    known = {name.rpartition(".")[2] for name in TASKS}

    # `send_again` sends what failed before, by the name that its row has.
    assert {task for _module, task in sent()} <= known | {"app"}
