"""A draft with earning rules, tried on the past."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from points.events import Line, Refund, Returned
from points.ledger_sql.histories import Period, histories
from points.program_file import compile_rules, read_program
from tests import make
from tests.points.replaying import SINCE, bought, compared, history

BREAD = Line(1, "100", "", "bread", Decimal(2), Decimal("6.00"))
WINE = Line(2, "200", "", "wine", Decimal(1), Decimal("14.50"))
WELCOME = '[[earning.rule]]\nname = "First"\npoints = 50\nfirst_purchase = true\n'
BIRTHDAY = '[[earning.rule]]\nname = "Birthday"\npoints = 25\nbirthday_days = 3\n'
WINES = '[[earning.rule]]\nname = "Wine"\nmultiplier = 2\ncategories = ["wine"]\n'
TUESDAY = make.DOUBLE_TUESDAY + 'most_points = 30\nmost_per = "month"\n'


def drafted(*rules):
    return compile_rules(2, read_program(make.program_toml() + "\n".join(rules)))


def earned(*events, rules=(), **opening):
    return compared(history(*events, **opening), draft=drafted(*rules))["draft"]["earned"]


def test_a_first_purchase_is_the_members_first_and_not_the_periods():
    buys = bought("a", "10.00", 1), bought("b", "10.00", 2)

    assert earned(*buys, rules=[WELCOME]) == 70
    assert earned(*buys, rules=[WELCOME], purchases=3) == 20


def test_a_birthday_counts():
    near = (SINCE + timedelta(days=3)).date()

    assert earned(bought("a", "10.00", 1), rules=[BIRTHDAY], birthday=near) == 35
    assert earned(bought("a", "10.00", 1), rules=[BIRTHDAY], birthday=date(1990, 1, 1)) == 10
    assert earned(bought("a", "10.00", 1), rules=[BIRTHDAY]) == 10


def test_a_cap_counts_over_its_period():
    tuesdays = [bought(str(day), "20.00", day) for day in (2, 9, 44)]

    assert earned(*tuesdays, rules=[TUESDAY]) == 60 + 30 + 20


def test_a_return_by_line_takes_what_that_line_earned():
    buys = bought("a", "20.50", 1, lines=(WINE,))
    back = Refund(
        "r",
        1,
        buys.at + timedelta(days=1),
        Decimal("20.50"),
        "a",
        lines=(Returned(2, Decimal(1), Decimal("14.50")), Returned(1, Decimal(2), Decimal("6.00"))),
    )

    assert earned(buys, rules=[WINES]) == 35
    assert earned(buys, back, rules=[WINES]) == 0


def test_it_is_said_that_rules_with_dates_count_on_those_days_only():
    dated = WINES + "starts = 2030-01-01\n"

    assert compared(history(bought("a", "10.00", 1)), draft=drafted(dated))["dated"]
    assert not compared(history(bought("a", "10.00", 1)), draft=drafted(WINES))["dated"]


@pytest.mark.django_db
def test_the_past_is_read_with_birthdays_lines_and_what_came_back_of_them():
    version = make.published_program()
    sanne = make.member(birthday=date(1990, 5, 17))
    purchase = make.purchase(
        sanne, "20.50", at=make.NOW - timedelta(days=2), lines=(BREAD, WINE), receipt="R-1"
    )
    wine = Returned(2, Decimal(1), Decimal("14.50"))
    make.refund(purchase, "14.50", lines=(wine,))
    zone = compile_rules(1, version.rules).zone
    period = Period(make.NOW - timedelta(days=9), make.NOW + timedelta(days=1), zone, ("wine",))

    (found,) = (one for batch in histories(period) for one in batch if one.member == sanne.pk)

    assert found.opening.birthday == date(1990, 5, 17)
    sold, back = found.events
    assert [line.line for line in sold.lines] == [2]
    assert back.lines == (wine,)
