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
        "consent",
        _("Do you want our mail?"),
        _("When a till or a colleague passes on a yes; it counts once the reader confirms it."),
        key="consent",
        path="/mail/yes/example/",
        facts={
            "wordings": _("“Mail me news and offers.”"),
            "asked_on": _("15 June 2026"),
            "until": _("15 July 2026"),
        },
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
