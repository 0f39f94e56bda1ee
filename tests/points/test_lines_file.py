"""The lines file: each receipt's own lines, and what is wrong with one."""

from decimal import Decimal

import pytest

from points.activity_file import read_lines
from points.events import Line


@pytest.fixture
def lines(tmp_path):
    def read(*rows, header="receipt,line,product,department,category,quantity,amount"):
        path = tmp_path / "lines.csv"
        path.write_text("".join(f"{row}\n" for row in (header, *rows)))
        return list(read_lines(path, {"r1", "r2"}))

    return read


def only(found):
    (one,) = found
    return one


def test_lines_are_read_for_the_receipts_asked_for(lines):
    found = lines("r1,1,p,food,fruit,1.5,2.50", "r9,1,p,food,fruit,1,2.50", "r2,1,,,,,-1")

    assert found == [
        ("r1", Line(1, "p", "food", "fruit", Decimal("1.5"), Decimal("2.50"))),
        ("r2", Line(1, "", "", "", Decimal(1), Decimal("-1.00"))),
    ]


def test_lines_need_no_more_than_a_number_and_an_amount(lines):
    found = lines("r1,1,2.50", header="receipt,line,amount")

    assert found == [("r1", Line(1, "", "", "", Decimal(1), Decimal("2.50")))]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("r1,,p,d,c,1,2", "line: is missing"),
        ("r1,x,p,d,c,1,2", "line: must be a whole number"),
        ("r1,-1,p,d,c,1,2", "line: must be a whole number"),
        ("r1,²,p,d,c,1,2", "line: must be a whole number"),
        ("r1,1000001,p,d,c,1,2", "line: must be a whole number"),
        ("r1,1,p,d,c,much,2", "quantity: must be a number"),
        ("r1,1,p,d,c,1000000000,2", "quantity: must be a number"),
        ("r1,1,p,d,c,1,", "amount: must be an amount"),
        ("r1,1,p,d,c,1,2.345", "amount: must have two decimals at most"),
        ("r1,1,p,d,c,1,-99999999", "amount: must be -9999999.99 or more"),
        (f"r1,1,p,d,{'c' * 81},1,2", "category: has 80 characters at most"),
        ("r1,1", "2 cells where the header has 7 columns"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(lines, row, said):
    receipt, fault = only(lines(row))

    assert receipt in {"r1", ""}
    assert fault.row == 2
    assert fault.why.startswith(said)


def test_a_faulty_line_of_a_receipt_nobody_asked_for_is_passed(lines):
    assert lines("r9,x,,,,,") == []
