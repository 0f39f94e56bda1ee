"""Taking in the people of an earlier program with the balances they bring along."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from members.actions.people import TakenIn, hold_numbers, take_in_people
from members.people_file import Opening, Person, read_people
from members.table_file import Fault
from points.actions.activity import analyze
from points.actions.posting import post_events
from points.events import Credit, Event
from points.kinds import Kind
from points.local_time import end_of_day, end_of_validity, local_day
from points.models import Entry
from points.program_cache import current_program
from points.rules import Program, Rules

OPENING = "opening"
BATCH = 5_000
TRIES = 3
WORTH_ANALYZING = 10_000


@dataclass(slots=True)
class PeopleSummary:
    """What became of a file."""

    new: int = 0
    filled: int = 0
    known: int = 0
    openings: int = 0
    points: int = 0
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done and how much there is."""
OneLot = tuple[str, datetime, int, datetime]
"""What a part of an opening balance becomes: (operation, when, points, valid until)."""
Lots = tuple[OneLot, ...]


def import_people(
    *, path: Path, source_id: int, now: datetime, progress: Progress = lambda *_: None
) -> PeopleSummary:
    """
    Enroll the people of a file, with their consent and their opening balance.

    Each row holds or is a fault, and a fault stops nothing. The same file again changes
    nothing; each transaction holds whole people, so one that was killed is run again. Raises
    UnreadableFile before anything is written.
    """
    summary = PeopleSummary()
    people = _once(path, summary)
    done = 0
    while batch := list(islice(people, BATCH)):
        _take_in(batch, source_id, now, summary)
        done += len(batch)
        progress("people", done, 0)
    summary.faults.sort(key=lambda fault: fault.row)
    if summary.new >= WORTH_ANALYZING:
        analyze()
    return summary


@transaction.atomic
def rehearse_people(
    *, path: Path, source_id: int, now: datetime, progress: Progress = lambda *_: None
) -> PeopleSummary:
    """Do everything that `import_people` does, then undo it."""
    summary = import_people(path=path, source_id=source_id, now=now, progress=progress)
    transaction.set_rollback(True)
    return summary


def _once(path: Path, summary: PeopleSummary) -> Iterator[Person]:
    """Yield each person once: a number or an address that stands there again is a fault."""
    numbers: dict[str, int] = {}
    addresses: dict[str, int] = {}
    for person in read_people(path):
        if isinstance(person, Fault):
            summary.faults.append(person)
            continue
        address = person.email.lower()
        first = numbers.setdefault(person.id, person.row)
        if first != person.row:
            why = _("id: %(id)s stands on line %(row)s already") % {"id": person.id, "row": first}
        elif address and (first := addresses.setdefault(address, person.row)) != person.row:
            why = _("email: the address stands on line %(row)s already") % {"row": first}
        else:
            yield person
            continue
        summary.faults.append(Fault(person.row, str(why)))


def _take_in(
    people: Sequence[Person], source_id: int, now: datetime, summary: PeopleSummary
) -> None:
    for attempt in range(TRIES):
        try:
            taken, faults, posted = _take_in_whole(people, source_id, now)
            break
        except IntegrityError as error:
            # Somebody took one of the addresses meanwhile; the next time it is known.
            if "member_email_unique" not in str(error) or attempt == TRIES - 1:
                raise
    summary.new += taken.new
    summary.filled += taken.filled
    summary.known += len(taken.members) - taken.new - taken.filled
    summary.faults += [*faults, *taken.faults]
    summary.warnings += taken.warnings
    summary.openings += len({event.member for event in posted})
    summary.points += sum(event.points for event in posted if isinstance(event, Credit))


@transaction.atomic
def _take_in_whole(
    people: Sequence[Person], source_id: int, now: datetime
) -> tuple[TakenIn, list[Fault], list[Event]]:
    hold_numbers(source_id=source_id)
    faults: list[Fault] = []
    brought: dict[str, Lots] = {}
    sound = []
    program = current_program()
    earlier = _posted_before(people, source_id)
    for person in people:
        lots, why = _lots(person, program, now)
        if not why and person.id in earlier and lots and earlier[person.id] != set(lots):
            why = str(_("opening: was taken over before with other points or days"))
        if why:
            faults.append(Fault(person.row, why))
            continue
        sound.append(person)
        if lots and person.id not in earlier:
            brought[person.id] = lots
    taken = take_in_people(source_id=source_id, people=sound, now=now)
    events: list[Event] = [
        Credit(key, taken.members[number], at, points, Kind.ADJUSTED, OPENING, None, until)
        for number, lots in brought.items()
        if number in taken.members
        for key, at, points, until in lots
    ]
    outcome = post_events(events, source_id=source_id, actor=f"import:{source_id}", now=now)
    for _event, refusal in outcome.refused:
        # All that may be refused was looked at before: nothing of this batch is kept.
        raise refusal
    return taken, faults, outcome.posted


def _lots(person: Person, program: Program, now: datetime) -> tuple[Lots, str]:
    """Date a person's opening balance; or say why it cannot be."""
    opening = person.opening
    if opening is None:
        return (), ""
    rules = program.at(opening.at)
    if opening.at > now:
        return (), str(_("opening_at: lies in the future"))
    if rules is None:
        return (), str(_("opening_at: the program had not begun at that moment"))
    lots = tuple(_dated(person.id, opening, rules))
    if any(until <= opening.at for _key, _at, _points, until in lots):
        return (), str(_("opening: a last day lies before opening_at"))
    return lots, ""


def _dated(number: str, opening: Opening, rules: Rules) -> Iterator[OneLot]:
    by_program = end_of_validity(local_day(opening.at, rules.zone), rules.valid_months, rules.zone)
    for place, lot in enumerate(opening.lots, start=1):
        until = end_of_day(lot.until, rules.zone) if lot.until else by_program
        yield f"{OPENING}:{number}:{place}", opening.at, lot.points, until


def _posted_before(people: Sequence[Person], source_id: int) -> dict[str, set[OneLot]]:
    """The opening balances that this source brought before, by number."""
    keys = {
        f"{OPENING}:{person.id}:{place}": person.id
        for person in people
        if person.opening is not None
        # One more than it has now: so that one with fewer lots is seen to differ.
        for place in range(1, len(person.opening.lots) + 2)
    }
    found: dict[str, set[OneLot]] = {}
    if keys:
        rows = Entry.objects.filter(
            source_id=source_id, kind=Kind.ADJUSTED, operation__in=keys
        ).values_list("operation", "occurred_at", "points", "lot__expires_at")
        for row in rows:
            found.setdefault(keys[row[0]], set()).add(row)
    return found
