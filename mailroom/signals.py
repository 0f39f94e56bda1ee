"""What this room announces."""

from django.dispatch import Signal

letter_posted = Signal()
program_named = Signal()
"""Asks, with `now`: what is the program called? The room that has its rules answers."""
mailing_started = Signal()
"""With `mailing_id`: it was started or goes on; somebody should send it."""
mailing_finished = Signal()
facts_offered = Signal()
"""Asks: what can a message say of a member? Each room answers a list of `mailroom.facts.Fact`."""
facts_wanted = Signal()
"""Asks, with `member_ids`, `wanted` names, `now`: each room answers {member id: {name: words}}.

The language of the words is the one in force. Called once for a batch, never for each member.
"""
letters_offered = Signal()
"""Asks: which letters do you write by yourself? Each room answers a list of `mailroom.kinds.Kind`."""
