"""The letters about points that go out by themselves."""

from django.utils.translation import gettext_lazy as _

from mailroom.kinds import Kind

CARD = "2000000000015"
KINDS = (
    Kind(
        "points/welcome",
        _("Welcome"),
        _("When somebody has joined, at once; to who waited in line goes “There is room”."),
        key="welcome",
        path="/my/card/",
        facts={"card": CARD, "balance": _("100 points")},
        choices={"has_points": True, "has_card": True},
    ),
    Kind(
        "points/welcome_at_the_till",
        _("Welcome, with a card from the shop"),
        _("When somebody got a card in the shop and gave an address, at once."),
        key="welcome-till",
        path="/account/signup/",
        facts={"card": CARD, "balance": _("100 points"), "email": "anna@example.nl"},
        choices={"has_points": True, "has_card": True},
    ),
    Kind(
        "points/expiring",
        _("Points about to expire"),
        _(
            "30 and 7 days before points expire, if at least 50 expire in the week that begins then."
        ),
        key="expiry",
        path="/my/points/expiring/",
        facts={"points": _("320 points"), "later": _("85 points"), "day": _("15 July 2026")},
        choices={"has_more": True, "is_soon": False},
    ),
    Kind(
        "points/tier_reached",
        _("Tier reached"),
        _("Within ten minutes after a member has risen to a tier."),
        key="tier",
        facts={"tier": _("Silver"), "times": _("1.5")},
        choices={"has_extra": True},
    ),
)
