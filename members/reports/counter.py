"""Finding one member by what they tell at the counter; a name alone finds nobody."""

from dataclasses import dataclass

from members.lookup import Person, answers_to
from members.models import Member

MOST_SHOWN = 6
"""More people than this are not shown: what tells them apart is missing."""
MOST_COMPARED = 2_000


@dataclass(frozen=True, slots=True)
class Found:
    """Who fits; nobody is named where there are too many."""

    members: tuple[Member, ...] = ()
    too_many: bool = False


def find_people(people: tuple[Person, ...]) -> Found:
    """
    Find who answers to the first of these readings that somebody answers to.

    Two queries a reading, over an index. A reading without a name, or with nothing that
    tells namesakes apart, finds nobody.
    """
    for person in people:
        if person.has_name and person.is_told_apart:
            found = _who_is(person)
            if found.members or found.too_many:
                return found
    return Found()


def _who_is(person: Person) -> Found:
    rows = Member.objects.taking_part()
    if person.postal_code:
        rows = rows.filter(postal_code__startswith=person.postal_code)
    if person.birthday is not None:
        rows = rows.filter(birthday=person.birthday)
    near = list(rows.order_by().values_list("pk", "name")[: MOST_COMPARED + 1])
    fitting = [pk for pk, name in near if answers_to(name, person.words)]
    if len(near) > MOST_COMPARED or len(fitting) > MOST_SHOWN:
        return Found(too_many=True)
    return Found(tuple(Member.objects.filter(pk__in=fitting).order_by("name", "pk")))
