"""How one can join at the moment, and who stands where in line."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from members.models import Application, JoiningRules, Member

WITHOUT_BOUND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class WayIn:
    """What visitors are told before they fill in anything."""

    mode: str
    capacity: int | None = None
    waiting: int = 0
    has_room: bool = True


def way_in(rules: JoiningRules | None = None) -> WayIn:
    """Say who may join now; one query, three with a waiting list."""
    rules = rules or JoiningRules.current()
    if rules.mode != JoiningRules.Mode.WAITING_LIST:
        return WayIn(rules.mode)
    waiting = Application.objects.waiting().count()
    return WayIn(rules.mode, rules.capacity, waiting, has_room=not waiting and room_left(rules) > 0)


def room_left(rules: JoiningRules) -> int:
    """Return how many more may come in by themselves."""
    if rules.mode != JoiningRules.Mode.WAITING_LIST or rules.capacity is None:
        return WITHOUT_BOUND
    # No further than the capacity: a large program is not counted to its end.
    return rules.capacity - Member.objects.taking_part()[: rules.capacity].count()


def welcome_words(member: Member) -> str:
    """Greet somebody on their first page."""
    return _("Welcome, %(name)s! You are a member from now on and your card is ready.") % {
        "name": member.first_name or member
    }


def place_in_line(application: Application) -> int:
    """Return 1 for who is next."""
    return Application.objects.ahead_of(application).count() + 1
