"""How the program may stand: not yet open, about to change, with a line, with new terms."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from members.actions.joining import claim_membership
from members.actions.membership import close_membership
from members.models import Departure, User
from tests import make

People = dict[str, User]


@dataclass(frozen=True)
class Scene:
    """What has to be so, and the pages that look different then, each with whom it is shown to."""

    prepare: Callable[[datetime], People]
    pages: dict[str, tuple[str, str | None]]


def nothing_yet(_now: datetime) -> People:
    return {}


def another_version(now: datetime) -> People:
    """Announce other rules for next month."""
    make.published_program(now=now)
    make.published_program(now=now, rate=3, effective_at=(now + timedelta(days=30)).isoformat())
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
    """Let a member leave who had points, and staff end the membership of another."""
    make.published_program(now=now)
    member = make.member_with_login(name="Gerda Groen", points=1250)
    close_membership(member_id=member.pk, now=now, reason=Departure.Reason.UNSAID)
    other = make.member_with_login(name="Hugo Bakker")
    close_membership(member_id=other.pk, now=now)
    return {"gone": member.user, "ended": other.user}


def new_terms(now: datetime) -> People:
    """Publish terms that a member has not accepted yet."""
    make.published_program(now=now)
    member = make.member_with_login(name="Anna Hoekstra")
    make.terms("# Meedoen\n\nWie meedoet spaart punten.\n\n- Een kaart per persoon.", now=now)
    return {"member": member.user}


SCENES = {
    "early": Scene(nothing_yet, {"landing-early": ("/", None)}),
    "later": Scene(another_version, {"landing-later": ("/", None)}),
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
        {
            "gone": ("/my/leave/", "gone"),
            "home-gone": ("/my/", "gone"),
            "profile-gone": ("/my/profile/", "gone"),
            "ended": ("/my/leave/", "ended"),
        },
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
