"""Who gets into the back office, by any of its addresses, and who does not."""

import time
from io import StringIO

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from loyalty_site.security import WORKING_DAY
from tests import make
from tests.admin.conftest import SECRET, at_desk, with_factor
from tests.admin.test_smoke import page_names

pytestmark = pytest.mark.django_db


def addresses() -> list[str]:
    """Every address of the admin that can be made, with a number where one is needed."""
    found = []
    for name in page_names():
        for args in ([], ["7"], ["points"], ["7", "7"]):
            try:
                found.append(reverse(name, args=args))
                break
            except Exception:  # noqa: BLE001, S112 - the next shape may fit
                continue
    return found


def logged_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_there_are_many_addresses():
    assert len(addresses()) > 50


def test_strangers_are_sent_to_the_login_from_every_address():
    client = Client()

    for address in addresses():
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert answer["Location"].startswith("/accounts/login/?next="), address


def test_members_are_refused_at_every_address():
    member = make.member_with_login()
    client = at_desk(with_factor(member.user))

    for address in addresses():
        assert client.get(address).status_code == 403, address


@pytest.mark.parametrize("superuser", [False, True])
def test_staff_without_a_second_factor_must_set_one_up_first(superuser):
    client = logged_in(make.staff(superuser=superuser))

    for address in addresses():
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert answer["Location"] == reverse("mfa_activate_totp"), address


@pytest.mark.parametrize("superuser", [False, True])
def test_a_second_factor_not_used_in_this_session_must_be_used_now(superuser):
    client = logged_in(with_factor(make.staff(superuser=superuser)))

    for address in addresses():
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert answer["Location"].startswith(f"{reverse('mfa_reauthenticate')}?next="), address


def test_a_second_factor_opens_the_back_office_for_a_working_day():
    user = with_factor(make.staff(superuser=True))

    assert at_desk(user).get("/admin/").status_code == 200
    assert at_desk(user, used_at=time.time() - WORKING_DAY - 1).get("/admin/").status_code == 302


def test_a_second_factor_of_somebody_else_in_the_same_session_does_not_count():
    client = at_desk(with_factor(make.staff(superuser=True)))
    session = client.session
    session["account_authentication_methods_user"] = "0"
    session.save()

    assert client.get("/admin/").status_code == 302


def test_a_code_at_the_prompt_leads_back_to_the_page_that_was_asked_for():
    user = with_factor(make.staff(superuser=True))
    client = logged_in(user)
    prompt = client.get("/admin/members/member/")["Location"]

    answer = client.post(prompt, {"code": code_now()})

    assert answer["Location"] == "/admin/members/member/"
    assert client.get("/admin/members/member/").status_code == 200


def test_what_was_posted_without_a_second_factor_is_not_done():
    member = make.member()
    client = logged_in(with_factor(make.staff(superuser=True)))

    client.post(f"/admin/members/member/{member.pk}/freeze/", {"reason": "test"})

    member.refresh_from_db()
    assert member.status == "active"


def test_the_back_office_alone_may_evaluate_scripts():
    strict = Client().get(reverse("account_login"))["Content-Security-Policy"]
    client = at_desk(with_factor(make.staff(superuser=True)))
    office = client.get("/admin/")["Content-Security-Policy"]

    assert "unsafe" not in strict
    assert "'unsafe-eval'" in office
    assert "frame-ancestors 'none'" in office


# The way in when mail is down


def printed_link(email: str) -> str:
    out = StringIO()
    call_command("login_link", email, "--site", "http://testserver/", stdout=out, stderr=StringIO())
    return out.getvalue().strip().removeprefix("http://testserver")


def code_now() -> str:
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))


def test_a_printed_link_lets_staff_in_with_their_second_factor_and_without_mail():
    user = with_factor(make.staff(superuser=True))
    link = printed_link(user.email)
    client = Client()

    assert client.get(link).status_code == 200
    asked = client.post(link)
    assert asked["Location"] == reverse("mfa_authenticate")
    assert client.get("/admin/").status_code == 302
    answer = client.post(asked["Location"], {"code": code_now()})

    assert answer["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert mail.outbox == []


def test_a_printed_link_works_once():
    link = printed_link(with_factor(make.staff()).email)

    first = Client().post(link)

    assert first.status_code == 302
    assert Client().get(link).status_code == 404
    assert Client().post(link).status_code == 404


def test_looking_at_a_printed_link_does_not_use_it_up():
    link = printed_link(with_factor(make.staff()).email)
    Client().get(link)

    assert Client().get(link).status_code == 200


def test_a_printed_link_is_stale_after_ten_minutes():
    user = with_factor(make.staff())
    with time_machine.travel(time.time() - 601, tick=True):
        link = printed_link(user.email)

    assert Client().get(link).status_code == 404


def test_a_forged_link_opens_nothing():
    link = printed_link(with_factor(make.staff()).email)

    assert Client().get(f"{link[:-3]}aa/").status_code == 404


def test_a_link_stops_working_for_who_left():
    user = with_factor(make.staff())
    link = printed_link(user.email)
    user.is_active = False
    user.save()

    assert Client().post(link).status_code == 404


@pytest.mark.parametrize("email", ["nobody@example.nl", "member@example.nl"])
def test_no_link_is_printed_for_others_than_staff(email):
    make.login(email="member@example.nl")

    with pytest.raises(CommandError) as refusal:
        printed_link(email)

    assert refusal.value.returncode == 2
