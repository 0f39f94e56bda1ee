"""The letters that this room writes by itself."""

from django.utils.translation import gettext_lazy as _

from mailroom.kinds import Kind

KINDS = (
    Kind(
        "invitation",
        _("Invitation"),
        _("When somebody is invited, at once."),
        key="invitation",
        path="/join/example/",
        facts={"until": _("15 July 2026")},
        choices={"is_known": True},
    ),
    Kind(
        "admitted",
        _("There is room"),
        _("When somebody is let in from the waiting list."),
        key="admitted",
        path="/my/card/",
    ),
    Kind(
        "second_factor",
        _("Second factor removed"),
        _("When a colleague's second factor is removed by another, at once; to that colleague."),
        key="second-factor",
        path="/account/login/",
        facts={"colleague": "Bea de Boer"},
    ),
)
