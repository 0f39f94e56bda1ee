"""`/members` over HTTP: enrolled once however often it is sent, looked up, accounted for."""

import pytest
from django.utils import timezone

from members.models import Consent, ConsentRequest, Member, SentRequest
from tests import make
from tests.api.conftest import till_with
from tests.api.test_purchases import purchase

pytestmark = pytest.mark.django_db
ANNA = {"email": "anna@example.nl", "name": "Anna Visser"}


@pytest.fixture
def program(db):
    return make.published_program()


def enroll(till, body=ANNA, key="k-1"):
    headers = {"Idempotency-Key": key} if key else {}
    return till.post("/members", body, **headers)


def test_somebody_is_enrolled_and_their_card_told(till, program):
    answer = enroll(till)

    assert answer.status_code == 201, answer.content
    member = Member.objects.get()
    assert answer.json() == {"member": member.cards.get().number}
    assert (member.email, member.joined_through) == ("anna@example.nl", "till")


def test_the_same_key_and_content_get_the_same_bytes_and_enroll_nobody(till, program):
    first = enroll(till)
    again = enroll(till)

    assert (again.status_code, again.content) == (201, first.content)
    assert Member.objects.count() == 1


def test_other_content_under_a_key_is_refused_and_says_what_differs(till, program):
    enroll(till)

    answer = enroll(till, ANNA | {"name": "Anna de Wit"})

    assert (answer.status_code, answer.json()["code"]) == (409, "other_content")
    assert answer.json()["details"] == {"different": ["name"]}


def test_without_a_key_nothing_happens(till, program):
    answer = enroll(till, key=None)

    assert (answer.status_code, answer.json()["code"]) == (400, "no_idempotency_key")
    assert not Member.objects.exists()


def test_an_invalid_request_and_a_refused_one_do_not_use_the_key_up(till, program):
    make.member(email="bram@example.nl")

    invalid = enroll(till, ANNA | {"email": "anna"})
    refused = enroll(till, ANNA | {"email": "bram@example.nl"})

    assert (invalid.status_code, refused.status_code) == (422, 409)
    assert not SentRequest.objects.exists()
    assert enroll(till).status_code == 201


def test_another_clients_key_is_another_key(till, program, source):
    other = till_with("members:write", source=source, name="Shop")

    assert enroll(till).status_code == 201
    assert enroll(other, {"email": "bram@example.nl"}).status_code == 201
    assert Member.objects.count() == 2


def test_no_personal_data_stays_in_what_was_kept(till, program):
    enroll(till)

    kept = SentRequest.objects.get()
    assert "anna" not in f"{kept.content}{kept.answer}".lower()


def test_a_member_is_looked_up_without_a_name(till, sanne):
    number = purchase(sanne)["member"]
    till.post("/purchases", purchase(sanne))

    answer = till.get(f"/members/{number}")

    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["balance"], told["spendable"], told["pending"]) == (25, 25, 0)
    assert "Sanne" not in answer.content.decode()


def test_a_statement_adds_up_and_knows_what_was_known(till, sanne):
    number = purchase(sanne)["member"]
    before = timezone.now().isoformat()
    till.post("/purchases", purchase(sanne))

    told = till.get(f"/members/{number}/statement?as_of=2026-03-01").json()
    known = till.get(
        f"/members/{number}/statement?as_of=2026-03-01&known_at={before.replace('+', '%2B')}"
    )
    earlier = till.get(f"/members/{number}/statement?as_of=2026-02-28").json()

    assert (told["earned"], told["balance"]) == (25, 25)
    assert earlier["balance"] == 0
    assert known.json()["balance"] == 0, known.content


def test_nobody_has_this_number(till, sanne):
    answer = till.get("/members/2999999999999")

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_member")


# News


ASKED = {"news_wording": "Mogen wij u nieuws mailen?"}


def test_a_yes_at_the_till_is_asked_once_more_by_letter_in_its_own_words(till, program):
    assert enroll(till, ANNA | ASKED | {"news": True}).status_code == 201
    enroll(till, ANNA | ASKED | {"news": True})

    asked = ConsentRequest.objects.get()
    assert (asked.address, asked.how, asked.language) == ("anna@example.nl", "till", "nl")
    assert asked.wordings == {"news": "Mogen wij u nieuws mailen?"}
    assert asked.proof
    assert not Consent.objects.exists()


def test_a_no_at_the_till_is_kept(till, program):
    enroll(till, ANNA | ASKED | {"news": False})

    said = Consent.objects.get()
    assert (said.given, said.how, said.wording) == (False, "till", "Mogen wij u nieuws mailen?")


def test_nobody_asked_is_nothing_said(till, program):
    enroll(till, ANNA | ASKED)

    assert not Consent.objects.exists()
    assert not ConsentRequest.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (ANNA | {"news": True}, "news_wording"),
        (ANNA | {"news": False}, "news_wording"),
        (ANNA | {"news": True, "news_wording": ""}, "news_wording"),
        (ANNA | {"news": True, "news_wording": "x" * 301}, "news_wording"),
        (ANNA | ASKED | {"news": "yes"}, "news"),
        (ASKED | {"news": True}, "news"),
    ],
)
def test_an_answer_that_proves_nothing_is_refused_beside_its_field(till, program, body, field):
    answer = enroll(till, body)

    assert answer.status_code == 422
    assert field in [fault["field"] for fault in answer.json()["details"]["fields"]]
    assert not Member.objects.exists()
