"""The letters about rewards that go out by themselves."""

from django.utils.translation import gettext_lazy as _

from mailroom.kinds import Kind

KINDS = (
    Kind(
        "rewards/your_turn",
        _("Your turn in line for a reward"),
        _("When a reward that was gone is there again, at once, to who is first in line."),
        key="turn",
        path="/rewards/",
        facts={"reward": _("Breakfast basket"), "until": _("Tuesday 15 July, 10:30")},
    ),
)
