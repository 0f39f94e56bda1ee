"""The catalog in the portal: what one sees, chooses, confirms and takes back."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from rewards.actions.catalog import save_reward, set_picture, withdraw_reward
from rewards.actions.choices import count_choices
from rewards.models import Choice, Invited, Place, Redemption, Stock
from tests import make
from tests.rewards.undoing import undo

pytestmark = pytest.mark.django_db
KEY = re.compile(r'name="key" value="([0-9a-f-]{36})"')
STEPS = {"step_points": 100, "step_value": Decimal(1), "most_points": 1_000}


@pytest.fixture(autouse=True)
def program(now):
    make.published_program(now=now)


@pytest.fixture
def member():
    return make.member_with_login(now=timezone.now() - timedelta(hours=1), points=800)


@pytest.fixture
def client(member):
    browser = Client()
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    browser.force_login(member.user)
    return browser


def page_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def confirmed(client, reward, points=500):
    address = f"/rewards/{reward.pk}/redeem/"
    key = KEY.search(page_of(client, f"{address}?points={points}"))[1]
    asked = {"points": points, "revision": reward.revision, "key": key}
    return client.post(address, asked), asked


def test_who_is_no_member_sees_the_catalog_and_is_asked_to_join():
    open_to_all, members_only = make.reward(), make.reward(audience="members")

    page = page_of(Client(headers={"accept-language": "en"}), "/rewards/")

    assert open_to_all.name_en in page
    assert members_only.name_en not in page
    assert "/accounts/signup/" in page


def test_what_can_be_had_comes_first_and_the_rest_says_how_far(client):
    dear, cheap = make.reward(points=1_140), make.reward(points=300)

    page = page_of(client, "/rewards/")

    assert page.index(cheap.name_en) < page.index(dear.name_en)
    assert "340 points to go" in page


def test_what_members_of_the_same_tier_chose_most_comes_first(client, now):
    _rare, often = make.reward(points=100), make.reward(points=400)
    for _ in range(2):
        make.redeem(make.member(points=400), often, now=timezone.now())
    count_choices(now=timezone.now())

    page = page_of(client, "/rewards/")

    assert page.index(often.name_en) < page.index(_rare.name_en)


def test_what_was_undone_or_is_long_ago_does_not_count_as_chosen(now):
    what = make.reward()
    make.redeem(make.member(points=500), what, now=now)
    undo(make.redeem(make.member(points=500), what, now=now), 500, now=now)
    count_choices(now=now)
    assert Choice.objects.get().members == 1

    count_choices(now=now + timedelta(days=91))

    assert not Choice.objects.exists()


def test_who_chose_it_twice_counts_once(now):
    what, by = make.reward(), make.member(points=1_000)
    for _ in range(2):
        make.redeem(by, what, now=now)

    count_choices(now=now)

    assert Choice.objects.get().members == 1


def test_only_who_is_invited_sees_what_is_for_its_list(client, member, now):
    what = make.reward(audience="invited")
    assert client.get(f"/rewards/{what.pk}/").status_code == 404

    Invited.objects.create(reward=what, member=member, since=now)

    assert what.name_en in page_of(client, "/rewards/")


def test_a_draft_has_no_page(client):
    assert client.get(f"/rewards/{make.reward(state='draft').pk}/").status_code == 404


def test_the_confirmation_says_what_is_left(client):
    what = make.reward()

    page = page_of(client, f"/rewards/{what.pk}/redeem/")

    assert "800 points" in page
    assert "300 points" in page


def test_confirming_redeems_once_however_often_it_is_sent(client, member):
    what = make.reward()
    first, asked = confirmed(client, what)

    again = client.post(f"/rewards/{what.pk}/redeem/", asked)

    made = Redemption.objects.get()
    assert first.status_code == again.status_code == 302
    assert first["Location"] == again["Location"]
    assert made.actor == f"user:{member.user_id}"


def test_a_choice_of_points_needs_no_script(client):
    what = make.reward(**STEPS)

    page = page_of(client, f"/rewards/{what.pk}/")

    assert '<option value="800">800 points – €8.00 off</option>' in page
    assert 'value="900"' not in page


@pytest.mark.parametrize("points", ["", "550", "-1", "99999999999999999999", "x"])
def test_a_price_that_is_none_stands_beside_the_choice(client, points):
    what = make.reward(**STEPS)

    page = page_of(client, f"/rewards/{what.pk}/redeem/?points={points}")

    assert "errorlist" in page


def test_a_reward_that_changed_meanwhile_is_shown_again(client, now):
    what = make.reward()
    page_of(client, f"/rewards/{what.pk}/redeem/")
    save_reward(reward_id=what.pk, wanted={"points": 600}, now=now)

    answer, _asked = confirmed(client, what)

    page = page_of(client, answer["Location"])
    assert "changed while you looked at it" in page
    assert not Redemption.objects.exists()


def test_a_reward_withdrawn_meanwhile_is_refused_in_words(client, now):
    what = make.reward()
    key = KEY.search(page_of(client, f"/rewards/{what.pk}/redeem/"))[1]
    withdraw_reward(reward_id=what.pk, now=now)

    answer = client.post(f"/rewards/{what.pk}/redeem/", {"points": 500, "revision": 1, "key": key})

    assert "no longer in the catalog" in page_of(client, answer["Location"])


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"points": "x", "revision": "1", "key": "y"},
        {"points": 2**80, "revision": 1, "key": "0" * 32},
        {"points": "\x00", "revision": -1, "key": "\x00"},
    ],
)
def test_nonsense_redeems_nothing(client, sent):
    answer = client.post(f"/rewards/{make.reward().pk}/redeem/", sent)

    assert answer.status_code == 302
    assert not Redemption.objects.exists()


def test_a_number_beyond_every_reward_is_not_found(client):
    assert client.get(f"/rewards/{2**70}/").status_code == 404
    assert client.get(f"/rewards/{2**70}/redeem/").status_code == 404


def test_a_place_in_line_is_taken_and_left(client, member):
    what = make.reward(stock=0)
    client.post(f"/rewards/{what.pk}/line/")
    assert "You are in line, with 0 people before you" in page_of(client, f"/rewards/{what.pk}/")

    client.post(f"/rewards/{what.pk}/line/", {"leave": "1"})

    assert Place.objects.get(member=member).state == "left"


@pytest.mark.parametrize(
    ("fields", "status"), [({"audience": "invited"}, 404), ({"tier_id": 2}, 302)]
)
def test_nobody_waits_for_what_is_not_for_them(client, fields, status):
    what = make.reward(stock=0, **fields)

    assert client.post(f"/rewards/{what.pk}/line/").status_code == status
    assert not Place.objects.exists()


def test_what_was_redeemed_a_moment_ago_can_be_taken_back(client, member):
    what = make.reward(stock=1)
    confirmed(client, what)
    made = Redemption.objects.get()
    assert "Take it back" in page_of(client, f"/rewards/{what.pk}/")

    client.post(f"/rewards/taken/{made.pk}/back/")
    client.post(f"/rewards/taken/{made.pk}/back/")

    made.voucher.refresh_from_db()
    assert made.voucher.voided_at
    page = page_of(client, f"/my/vouchers/{made.voucher.reference}/")
    assert "You took this back" in page
    assert "Ask us why" not in page
    assert make.balance(member) == 800
    assert Stock.objects.get().left == 1


def test_a_quarter_of_an_hour_later_nothing_is_taken_back(client, member, time_machine):
    made = make.redeem(member, make.reward(), now=timezone.now() - timedelta(minutes=16))

    client.post(f"/rewards/taken/{made.pk}/back/")

    assert make.balance(member) == 300


def test_nobody_takes_back_what_is_somebody_elses(client):
    made = make.redeem(make.member(points=500), make.reward(), now=timezone.now())

    assert client.post(f"/rewards/taken/{made.pk}/back/").status_code == 404


def test_a_picture_is_served_for_good_at_its_own_address(client, now):
    what = make.reward()
    picture = set_picture(reward_id=what.pk, language="nl", content=b"RIFF", alt="Brood")

    answer = client.get(f"/rewards/pictures/{picture.pk}/{picture.digest}.webp")

    assert "immutable" in answer["Cache-Control"]
    assert client.get(f"/rewards/pictures/{picture.pk}/0.webp").status_code == 404
    assert client.get(f"/rewards/pictures/{picture.pk}/%00.webp").status_code == 404


def test_the_catalog_takes_as_many_queries_however_much_there_is(
    client, django_assert_max_num_queries
):
    for number in range(3):
        make.reward(stock=number, per_member=1, audience="members")
    page_of(client, "/rewards/")
    with django_assert_max_num_queries(40) as few:
        page_of(client, "/rewards/")
    for number in range(9):
        make.reward(stock=number % 2, per_member=1, audience="members")

    with django_assert_max_num_queries(40) as many:
        page_of(client, "/rewards/")

    assert len(many) == len(few)
