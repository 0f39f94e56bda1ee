"""Undoing a redemption, as tests do it."""

from uuid import uuid4

from rewards.actions.redemption import undo_redemption


def undo(made, points, *, key=None, now):
    return undo_redemption(
        redemption_id=made.pk,
        points=points,
        request_key=key or uuid4(),
        actor="user:1",
        now=now,
    )
