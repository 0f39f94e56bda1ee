"""People of an earlier program: taken in once, with what proves it, and each bad row named."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from members.actions.consent import answer_news
from members.actions.joining import claim_membership
from members.actions.membership import close_membership
from members.models import Card, Consent, ExternalId, Member
from points.models import Account, Entry, Lot
from points.reports.explanations import explain
from points.reports.verification import verify_ledger
from tests import make

pytestmark = pytest.mark.django_db
HEADER = (
    "id,name,email,birthday,postal_code,language,joined,consent,consent_at,consent_proof,"
    "opening,opening_at"
)
ANNA = (
    "C1,Anna Visser,Anna@example.nl,1980-02-03,1234ab,en,2019-05-06,yes,"
    "2019-05-06T12:00:00+02:00,form 12,120@2027-03-01; 80,2026-03-01T00:00:00+01:00"
)
BRAM = "C2,Bram Bos,bram@example.nl,,,,,,,,,"


@pytest.fixture(autouse=True)
def _program():
    make.published_program(valid_months=24)


def file_of(tmp_path, *lines, header=HEADER):
    path = tmp_path / "people.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8", newline="")
    return path


def run(path, *arguments, source="oldclub"):
    """Run the command; return (exit code, what it said, what it complained of)."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command(
            "import_members", str(path), "--source", source, *arguments, stdout=out, stderr=err
        )
    except SystemExit as stopped:
        code = stopped.code
    except CommandError as error:
        code = error.returncode
        err.write(str(error))
    return code, out.getvalue(), err.getvalue()


def everything():
    """All that an import may have written, to compare."""
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Member, ExternalId, Card, Consent, Entry, Lot, Account)
    ]


def test_a_person_comes_with_details_consent_and_balance(tmp_path):
    code, said, complained = run(file_of(tmp_path, ANNA, BRAM))

    assert (code, complained) == (0, "")
    assert said.startswith("2 members enrolled, 0 completed, 0 known already, 200 points brought")
    anna = ExternalId.objects.get(key="C1").member
    assert (anna.name, anna.email, anna.birthday) == (
        "Anna Visser",
        "anna@example.nl",
        date(1980, 2, 3),
    )
    assert (anna.postal_code, anna.language, anna.joined_through) == ("1234 AB", "en", "import")
    assert anna.joined_at == datetime(2019, 5, 5, 22, tzinfo=UTC)
    assert anna.cards.count() == 1
    consent = Consent.objects.get()
    assert (consent.member, consent.given, consent.how, consent.proof) == (
        anna,
        True,
        "import",
        "form 12",
    )


def test_an_opening_balance_is_lots_with_their_own_last_days(tmp_path):
    run(file_of(tmp_path, ANNA))

    lots = Lot.objects.order_by("expires_at").values_list("points", "available_at", "expires_at")
    taken_over = datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert list(lots) == [
        (120, taken_over, datetime(2027, 3, 1, 23, tzinfo=UTC)),
        (80, taken_over, datetime(2028, 3, 1, 23, tzinfo=UTC)),
    ]
    assert Account.objects.get().balance == 200
    assert verify_ledger().violations == []
    with translation.override("en"):
        assert "earlier program" in explain(Entry.objects.earliest("sequence"))[0]


def test_the_same_file_again_changes_nothing(tmp_path):
    path = file_of(tmp_path, ANNA, BRAM)
    run(path)
    before = everything()

    code, said, complained = run(path)

    assert (code, complained) == (0, "")
    assert said.startswith("0 members enrolled, 0 completed, 2 known already, 0 points")
    assert everything() == before


def test_a_rehearsal_says_the_same_and_keeps_nothing(tmp_path):
    before = everything()

    code, said, _ = run(file_of(tmp_path, ANNA, BRAM), "--dry-run")

    assert code == 0
    assert said.startswith("Nothing was kept (dry run). 2 members enrolled")
    assert everything() == before


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (",Carla,,,,,,,,,,", "id: is missing"),
        ("C9,C4rla,,,,,,,,,,", "Write your name without 4"),
        ("C9,Carla 🌷,,,,,,,,,,", "Write your name without 🌷"),
        (f"C9,{'x' * 121},,,,,,,,,,", "name: has 120 characters at most"),
        ("C9,,carla,,,,,,,,,", "email: carla is not an e-mail address"),
        ("C9,,a@b.nl)c@evil.nl,,,,,,,,,", "mail cannot use"),
        ("C9,,a@mailinator.com,,,,,,,,,", "works for a few minutes only"),
        ("C9,,anna@example.nl,,,,,,,,,", "email: the address stands on line 2 already"),
        ("C9,,sanne@example.nl,,,,,,,,,", "email: this address belongs to another member"),
        ("C1,Carla,,,,,,,,,,", "id: C1 stands on line 2 already"),
        ("C9,,,3-2-1980,,,,,,,,", "birthday: must be a day such as 2026-01-31"),
        ("C9,,,2026-02-30,,,,,,,,", "birthday: must be a day"),
        ("C9,,,2199-01-01,,,,,,,,", "A birthday cannot lie in the future"),
        ("C9,,,,12345678901234,,,,,,,", "postal_code: has 12 characters at most"),
        ("C9,,,,?,,,,,,,", "This is not a postal code"),
        ("C9,,,,,de,,,,,,", "language: must be nl or en, not 'de'"),
        ("C9,,,,,,2199-01-01,,,,,", "joined: lies in the future"),
        ("C9,,,,,,1066-01-01,,,,,", "joined: must lie between 1990 and 2200"),
        ("C9,,,,,,,maybe,,,,", "consent: must be yes, no or nothing"),
        ("C9,,,,,,,yes,,form,,", "consent_at: must be a moment"),
        ("C9,,,,,,,yes,2020-01-01T00:00:00Z,,,", "consent_proof: is missing"),
        ("C9,,,,,,,,,,-5,2026-03-01T00:00:00Z", "opening: must be points and their last day"),
        ("C9,,,,,,,,,,5@2027-13-01,2026-03-01T00:00:00Z", "opening: must be a day"),
        ("C9,,,,,,,,,,0@2027-12-01,2026-03-01T00:00:00Z", "opening: must be above 0"),
        ("C9,,,,,,,,,,5,", "opening_at: must be a moment"),
        ("C9,,,,,,,,,,5,2199-03-01T00:00:00Z", "opening_at: lies in the future"),
        ("C9,,,,,,,,,,5,2015-03-01T00:00:00Z", "opening_at: the program had not begun"),
        ("C9,,,,,,,,,,5@2026-02-01,2026-03-01T00:00:00Z", "a last day lies before opening_at"),
        (f"C9,,,,,,,,,,{'5;' * 51},2026-03-01T00:00:00Z", "opening: must have 50 parts at most"),
        ("C9,Carla", "2 cells where the header has 12 columns"),
    ],
)
def test_a_bad_row_is_named_and_the_rest_goes_on(tmp_path, line, complaint):
    make.member(email="sanne@example.nl")

    code, said, complained = run(file_of(tmp_path, ANNA, line, BRAM))

    assert code == 1
    assert "people.csv, line 3: " in complained
    assert complaint in complained
    assert complained.count("\n") == 1
    assert "2 members enrolled" in said
    assert set(ExternalId.objects.values_list("key", flat=True)) == {"C1", "C2"}


def test_what_was_rejected_is_written_to_a_file(tmp_path):
    rejects = tmp_path / "rejects.csv"

    run(file_of(tmp_path, ANNA, ",Carla,,,,,,,,,,"), "--rejects", str(rejects))

    assert list(csv.reader(rejects.open())) == [
        ["file", "line", "reason"],
        ["people.csv", "3", "id: is missing"],
    ]


@pytest.mark.parametrize(
    ("header", "source", "complaint"),
    [
        ("name,email", "oldclub", "column 'id' is missing"),
        ("id,points", "oldclub", "unknown column 'points'"),
        ("id", "Old Club", "A source is named with"),
        ("id", "klaver", "own source"),
    ],
)
def test_a_file_that_cannot_be_used_is_not_begun(tmp_path, header, source, complaint):
    code, _, complained = run(file_of(tmp_path, header=header), source=source)

    assert code == 2
    assert complaint in complained


# Who is known already


def test_who_came_by_number_alone_gets_what_was_missing(tmp_path):
    run(file_of(tmp_path, "C1", header="id"))
    card = Card.objects.get().number

    _, said, complained = run(file_of(tmp_path, ANNA))

    assert said.startswith("0 members enrolled, 1 completed, 0 known already, 200 points")
    assert complained == ""
    anna = Member.objects.get()
    assert (anna.name, anna.email) == ("Anna Visser", "anna@example.nl")
    assert anna.cards.get().number == card


def test_what_a_member_has_stays_and_is_told(tmp_path):
    run(file_of(tmp_path, ANNA))
    before = everything()

    code, _, complained = run(file_of(tmp_path, ANNA.replace("Anna Visser", "Anna Bos")))

    assert code == 0
    assert "warning: people.csv, line 2: name: stays as it stands here" in complained
    assert everything() == before


def test_a_later_answer_here_is_not_overruled_by_an_old_one(tmp_path, now):
    run(file_of(tmp_path, "C1", header="id"))
    anna = Member.objects.get()
    answer_news(member_id=anna.pk, given=False, how=Consent.How.PROFILE, wording="News?", now=now)

    run(file_of(tmp_path, ANNA))

    assert Consent.objects.latest_of(anna.pk).get().given is False


def test_another_opening_balance_for_the_same_person_is_refused(tmp_path):
    run(file_of(tmp_path, ANNA))
    before = everything()

    for other in ("121@2027-03-01; 80", "120@2027-03-02; 80", "120@2027-03-01", "200"):
        code, _, complained = run(file_of(tmp_path, ANNA.replace("120@2027-03-01; 80", other)))

        assert code == 1
        assert "opening: was taken over before with other points or days" in complained
        assert everything() == before


def test_who_left_is_not_brought_back(tmp_path, now):
    run(file_of(tmp_path, "C1", header="id"))
    close_membership(member_id=Member.objects.get().pk, now=now)
    before = everything()

    code, _, complained = run(file_of(tmp_path, ANNA))

    assert code == 1
    assert "line 2: id: this member has ended the membership" in complained
    assert everything() == before


def test_the_same_number_of_another_source_is_somebody_else(tmp_path):
    run(file_of(tmp_path, ANNA))

    run(file_of(tmp_path, BRAM.replace("C2", "C1")), source="otherclub")

    assert Member.objects.count() == 2


def test_who_logs_in_with_the_address_claims_the_membership(tmp_path, now):
    run(file_of(tmp_path, ANNA))
    user = make.login(email="anna@example.nl")

    claimed = claim_membership(user_id=user.pk, now=now)

    assert claimed == ExternalId.objects.get(key="C1").member
    assert make.balance(claimed) == 200


def test_many_people_take_as_many_statements_as_few(tmp_path, django_assert_max_num_queries):
    lines = [ANNA.replace("C1", f"C{n}").replace("Anna@", f"anna{n}@") for n in range(300)]

    with django_assert_max_num_queries(50):
        run(file_of(tmp_path, *lines))

    assert Member.objects.count() == 300
