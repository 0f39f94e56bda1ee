"""The card page and what a till makes of it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.conf import settings
from django.utils import timezone

from members.actions.cards import CardIsBlocked, block_card, issue_card, replace_card
from members.actions.membership import MembershipClosed
from members.actions.proof import ProofExpired, ProofWrong, check_proof, proof_key
from members.card_proof import code, step_at
from members.models import Card, Member
from tests import make
from tests.portal.conftest import client_of

CARD = "/my/card/"


def text(response):
    return unescape(" ".join(response.content.decode().split()))


def data(page, name):
    return re.search(rf'data-{name}="([^"]*)"', page)[1]


def shown_at(number, at, steps=0):
    return number + code(proof_key(number=number), step_at(at) + steps)


@pytest.fixture
def number(member):
    return member.cards.get().number


def test_the_page_holds_what_it_needs_to_make_codes_by_itself(door, number):
    before = timezone.now()

    page = text(door.get(CARD))

    assert data(page, "number") == number
    assert bytes.fromhex(data(page, "key")) == proof_key(number=number)
    assert before.timestamp() - 1 < int(data(page, "rendered")) / 1000 <= timezone.now().timestamp()
    assert data(page, "seconds") == "30"
    assert data(page, "kept") == ""
    assert f"{number[0]} {number[1:7]} {number[7:]}" in page


def test_without_scripts_the_code_of_now_is_shown_and_drawn_anew_in_time(door, member, number):
    page = text(door.get(CARD))

    assert "<noscript>" in page
    assert '<meta http-equiv="refresh" content="240">' in page.split("<noscript>")[1]
    digits = re.search(r"data-digits>([\d ]+)<", page)[1]
    assert check_proof(shown=number + digits, now=timezone.now()).member_id == member.pk
    assert b"<svg" in door.get("/my/card/qr.svg").content


def test_the_page_says_what_to_do_when_a_scanner_does_not_read_it(door):
    assert "turn up the brightness of your screen" in text(door.get(CARD))


def test_the_newest_card_that_works_is_shown(door, member):
    newest = issue_card(member_id=member.pk, now=timezone.now())

    assert data(text(door.get(CARD)), "number") == newest.number


def test_the_page_of_who_has_no_card_holds_no_key(door, member):
    block_card(card_id=member.cards.get().pk, reason="lost", now=timezone.now())

    page = text(door.get(CARD))

    assert "None of your cards works" in page
    assert "data-key" not in page
    assert door.get("/my/card/qr.svg").status_code == 404


def test_no_browser_and_no_proxy_keeps_the_page_by_itself(door):
    for address in (CARD, "/my/card/qr.svg", "/my/card/barcode.svg"):
        assert "no-store" in door.get(address).headers["Cache-Control"]


# What a till makes of it


def test_a_card_with_its_code_of_now_is_proven(member, number):
    now = timezone.now()

    proven = check_proof(shown=f"{number} {shown_at(number, now)[13:]}", now=now)

    assert (proven.member_id, proven.card_id) == (member.pk, member.cards.get().pk)
    assert proven.step == step_at(now)


@pytest.mark.parametrize("steps", [-10, 1])
def test_the_code_of_five_minutes_ago_or_of_a_fast_phone_is_taken(number, steps):
    now = timezone.now()

    assert check_proof(shown=shown_at(number, now, steps), now=now).step == step_at(now) + steps


@pytest.mark.parametrize("steps", [-11, -120])
def test_an_older_code_is_called_expired(number, steps):
    now = timezone.now()

    with pytest.raises(ProofExpired) as refused:
        check_proof(shown=shown_at(number, now, steps), now=now)
    assert refused.value.code == "proof_expired"


@pytest.mark.parametrize("steps", [-121, 2])
def test_a_code_from_hours_before_or_from_later_is_wrong(number, steps):
    now = timezone.now()

    with pytest.raises(ProofWrong) as refused:
        check_proof(shown=shown_at(number, now, steps), now=now)
    assert refused.value.code == "proof_wrong"


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "12345678",
        "2" * 21,
        "٢" * 21,
        "x" * 21,
        "2000000000008",
        "1" * 500,
        "'; DROP TABLE",
        "\x00",
    ],
)
def test_what_is_no_card_with_a_code_is_wrong(number, shown):
    with pytest.raises(ProofWrong):
        check_proof(shown=shown, now=timezone.now())


def test_the_code_of_another_card_is_wrong(member, number):
    other = make.member().cards.get().number
    now = timezone.now()

    with pytest.raises(ProofWrong):
        check_proof(shown=number + shown_at(other, now)[13:], now=now)


def test_a_blocked_card_proves_nothing_though_its_code_is_right(member, number):
    now = timezone.now()
    block_card(card_id=member.cards.get().pk, reason="lost", now=now)

    with pytest.raises(CardIsBlocked):
        check_proof(shown=shown_at(number, now), now=now)
    with pytest.raises(ProofWrong):
        check_proof(shown=number + "00000000", now=now)


def test_the_new_card_of_a_replaced_one_has_another_key(member, number):
    now = timezone.now()
    new = replace_card(card_id=member.cards.get().pk, reason="lost", now=now)

    assert proof_key(number=new.number) != proof_key(number=number)
    assert check_proof(shown=shown_at(new.number, now), now=now).card_id == new.pk


def test_a_closed_membership_proves_nothing(member, number):
    Member.objects.filter(pk=member.pk).update(status="closed", closed_at=timezone.now())
    now = timezone.now()

    with pytest.raises(MembershipClosed):
        check_proof(shown=shown_at(number, now), now=now)


def test_another_secret_makes_another_key(number, settings):
    before = proof_key(number=number)

    settings.SECRET_KEY = "another one"

    assert proof_key(number=number) != before


def test_telling_costs_one_query(number, django_assert_num_queries):
    now = timezone.now()

    with django_assert_num_queries(1):
        check_proof(shown=shown_at(number, now), now=now)


# On a phone's first page


def test_the_worker_keeps_the_card_and_is_never_kept_itself(visitor):
    response = visitor.get("/sw.js")

    script = response.content.decode()
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert response.headers["Cache-Control"] == "no-cache"
    assert '"card": "/my/card/"' in script
    assert "portal/tokens.css" in script
    assert 'importScripts("/static/portal/worker.js")' in script


@pytest.mark.parametrize(
    ("language", "words"), [("nl", "Mijn kaart"), ("en", "My card"), ("xx", "My card")]
)
def test_the_manifest_installs_the_card_in_the_readers_language(visitor, program, language, words):
    response = visitor.get(f"/manifest.webmanifest?language={language}")

    told = response.json()
    assert response.headers["Content-Type"] == "application/manifest+json"
    assert (told["name"], told["start_url"], told["scope"]) == ("Marktzicht", CARD, "/")
    assert told["shortcuts"][0]["name"] == words
    assert {icon["sizes"] for icon in told["icons"]} == {"192x192", "512x512"}
    for icon in told["icons"]:
        picture = visitor.get(icon["src"])
        assert picture.headers["Content-Type"] == "image/png"
        assert "immutable" in picture.headers["Cache-Control"]


def test_every_page_links_the_manifest_in_its_language(visitor, program):
    visitor.cookies[settings.LANGUAGE_COOKIE_NAME] = "nl"

    assert 'href="/manifest.webmanifest?language=nl"' in text(visitor.get("/"))


def test_the_page_without_a_network_speaks_both_languages_and_names_nobody(door, member):
    page = text(door.get("/offline/"))

    assert 'lang="nl"' in page
    assert 'lang="en"' in page
    assert member.first_name not in page
    assert 'href="/my/card/"' in page


def test_the_policy_allows_a_worker_and_a_manifest_of_our_own(visitor, program):
    policy = visitor.get("/").headers["Content-Security-Policy"]

    assert "worker-src 'self'" in policy
    assert "manifest-src 'self'" in policy


def test_logging_out_empties_a_members_device_but_not_a_colleagues(door):
    member_left = door.post("/accounts/logout/")
    staff_left = client_of(make.staff()).post("/accounts/logout/")

    assert member_left.headers["Clear-Site-Data"] == '"storage"'
    assert "Clear-Site-Data" not in staff_left.headers


def test_asking_whether_to_log_out_empties_nothing(door):
    assert "Clear-Site-Data" not in door.get("/accounts/logout/").headers


def test_a_card_of_yesterday_still_has_a_page(door, member):
    Card.objects.filter(member=member).update(issued_at=timezone.now() - timedelta(days=900))

    assert door.get(CARD).status_code == 200
