"""How the program may stand: not yet open, with a line, by invitation, with new terms."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from members.actions.joining import claim_membership
from members.actions.membership import close_membership
from members.models import User
from tests import make

People = dict[str, User]


@dataclass(frozen=True)
class Scene:
    """What has to be so, and the pages that look different then, each with whom it is shown to."""

    prepare: Callable[[datetime], People]
    pages: dict[str, tuple[str, str | None]]


def nothing_yet(_now: datetime) -> People:
    return {}


def a_line(now: datetime) -> People:
    """Let the one place be taken, and three wait."""
    make.published_program(now=now)
    make.member(now=now)
    make.joining("waiting_list", capacity=1, now=now)
    waiting = [make.applicant(now=now - timedelta(days=day)) for day in (3, 2, 1)]
    for user in waiting:
        claim_membership(user_id=user.pk, now=now)
    return {"waiting": waiting[-1]}


def by_invitation(now: datetime) -> People:
    make.published_program(now=now)
    make.joining("invitation", now=now)
    return {"stranger": make.login(name="Ties Visser")}


def refused(now: datetime) -> People:
    """Answer the questions without being invited."""
    make.published_program(now=now)
    make.joining("invitation", now=now)
    return {"refused": make.applicant(now=now)}


def farewell(now: datetime) -> People:
    """Let a member leave who had points."""
    make.published_program(now=now)
    member = make.member_with_login(name="Gerda Groen", points=1250)
    close_membership(member_id=member.pk, now=now)
    return {"gone": member.user}


def new_terms(now: datetime) -> People:
    """Publish terms that a member has not accepted yet."""
    make.published_program(now=now)
    member = make.member_with_login(name="Anna Hoekstra")
    make.terms("# Meedoen\n\nWie meedoet spaart punten.\n\n- Een kaart per persoon.", now=now)
    return {"member": member.user}


SCENES = {
    "early": Scene(nothing_yet, {"landing-early": ("/", None)}),
    "line": Scene(
        a_line,
        {
            "landing-line": ("/", None),
            "join-line": ("/accounts/signup/", None),
            "waiting": ("/my/", "waiting"),
        },
    ),
    "invitation": Scene(
        by_invitation,
        {
            "landing-invitation": ("/", None),
            "join-invitation": ("/accounts/signup/", None),
            "no-member-invitation": ("/my/", "stranger"),
        },
    ),
    "refused": Scene(refused, {"join-refused": ("/my/", "refused")}),
    "farewell": Scene(
        farewell,
        {"gone": ("/my/leave/", "gone"), "profile-gone": ("/my/profile/", "gone")},
    ),
    "terms": Scene(
        new_terms,
        {
            "terms": ("/terms/", None),
            "join-terms": ("/accounts/signup/", None),
            "home-terms": ("/my/", "member"),
            "my-terms": ("/my/terms/", "member"),
        },
    ),
}
