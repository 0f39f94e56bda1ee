"""A gift card given away by a link: seen by who has it, until its owner ends it."""

from base64 import urlsafe_b64encode
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from rewards.actions.issuing import code_of
from rewards.actions.sharing import (
    GiftCardIsOver,
    OnlyGiftCardsAreShared,
    end_sharing,
    share_gift_card,
)
from rewards.code_vault import share_key_of, share_token
from rewards.codes import shown
from rewards.models import Voucher
from tests import make
from tests.rewards.issued import gift_card, voucher


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def card(member, now):
    return gift_card(member, now=now)


def share(door, card, **answers):
    door.post(f"/my/vouchers/{card.reference}/share/", answers)
    card.refresh_from_db()
    return f"/gift/{share_token(card.share_key)}/" if card.share_key else ""


def test_who_has_the_link_sees_the_card_without_a_login(door, visitor, card, member):
    address = share(door, card, shows_name="on")

    page = visitor.get(address).content.decode()

    assert shown(code_of(voucher=card)) in page
    assert "€25" in page
    assert f"{member.first_name} gives you a gift card of Marktzicht" in page
    assert member.email not in page


def test_the_giver_may_stay_unnamed(door, visitor, card, member):
    page = visitor.get(share(door, card)).content.decode()

    assert member.first_name not in page
    assert "A gift card of Marktzicht for you" in page


def test_its_owner_sees_the_link_and_can_end_it(door, visitor, card):
    address = share(door, card)
    assert address in door.get(f"/my/vouchers/{card.reference}/").content.decode()

    door.post(f"/my/vouchers/{card.reference}/share/end/")

    assert visitor.get(address).status_code == 404
    again = share(door, card)
    assert again != address
    assert visitor.get(again).status_code == 200
    assert visitor.get(address).status_code == 404


def test_asking_twice_gives_the_same_link(door, card):
    assert share(door, card) == share(door, card, shows_name="on")


def test_nothing_remembers_or_passes_on_the_link(door, visitor, card):
    answer = visitor.get(share(door, card))

    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_the_database_alone_opens_no_link(visitor, program, door, card):
    share(door, card)
    forged = urlsafe_b64encode(card.share_key.bytes + bytes(16)).decode().rstrip("=")
    guesses = [str(card.share_key), card.share_key.hex, str(card.reference), forged]
    guesses.append(share_token(uuid4()))

    for guess in [*guesses, "x", "é", "%00", "=" * 43, "A" * 43, "A" * 5000]:
        assert visitor.get(f"/gift/{guess}/").status_code == 404, guess


def test_a_token_is_read_only_if_it_was_made_here(settings):
    key = UUID(int=7)
    token = share_token(key)
    assert share_key_of(token) == key

    settings.VOUCHER_KEY = "another one"

    assert share_key_of(token) is None


def test_an_address_that_opens_many_links_is_told_to_wait(door, visitor, card):
    address = share(door, card)

    answers = [visitor.get(address).status_code for _ in range(21)]

    assert answers == [200] * 20 + [429]


def test_no_link_stands_in_the_log_also_where_it_is_refused(door, visitor, card, caplog):
    address = share(door, card)
    for _ in range(22):
        visitor.get(address)
    door.post(f"/my/vouchers/{card.reference}/share/end/")
    visitor.get(address)

    assert address not in caplog.text
    assert code_of(voucher=card) not in caplog.text


def test_a_card_that_is_over_shows_no_code_behind_its_link(door, visitor, card, now):
    address = share(door, card)
    Voucher.objects.filter(pk=card.pk).update(voided_at=now)

    page = visitor.get(address).content.decode()

    assert shown(code_of(voucher=card)) not in page
    assert "can no longer be used" in page


def test_only_gift_cards_that_can_be_used_are_shared(door, member, now):
    discount = voucher(member, now=now)
    expired = gift_card(member, now=now - timedelta(days=9), days=8)
    wanted = {"member_id": member.pk, "shows_name": False, "now": now}

    with pytest.raises(OnlyGiftCardsAreShared):
        share_gift_card(voucher_id=discount.pk, **wanted)
    with pytest.raises(GiftCardIsOver):
        share_gift_card(voucher_id=expired.pk, **wanted)
    assert door.post(f"/my/vouchers/{discount.reference}/share/").status_code == 409
    assert not Voucher.objects.filter(share_key__isnull=False).exists()


def test_nobody_shares_or_ends_the_card_of_another(card, now):
    other = make.member()

    with pytest.raises(Voucher.DoesNotExist):
        share_gift_card(voucher_id=card.pk, member_id=other.pk, shows_name=True, now=now)
    with pytest.raises(Voucher.DoesNotExist):
        end_sharing(voucher_id=card.pk, member_id=other.pk)


GREETING = "Gefeliciteerd, oma!\n<b>Lief</b> & http://x.example"


def test_a_greeting_stands_on_the_page_as_it_was_typed_and_no_more(door, visitor, card):
    page = visitor.get(share(door, card, greeting=GREETING)).content.decode()

    assert "Gefeliciteerd, oma!<br>&lt;b&gt;Lief&lt;/b&gt; &amp; http://x.example" in page
    assert 'href="http://x.example' not in page


def test_its_owner_reads_the_greeting_and_it_ends_with_the_link(door, visitor, card):
    share(door, card, greeting="Voor jou")
    assert "Voor jou" in door.get(f"/my/vouchers/{card.reference}/").content.decode()

    door.post(f"/my/vouchers/{card.reference}/share/end/")

    card.refresh_from_db()
    assert card.greeting == ""
    assert "Voor jou" not in visitor.get(share(door, card)).content.decode()


def test_a_greeting_of_200_characters_fits_with_its_line_ends(door, card):
    text = "a" * 99 + "\r\n" + "b" * 100

    assert share(door, card, greeting=text)
    assert len(card.greeting) == 200


def test_a_longer_greeting_makes_no_link_and_is_kept_to_be_mended(door, card):
    answer = door.post(
        f"/my/vouchers/{card.reference}/share/", {"greeting": "a" * 201, "shows_name": "on"}
    )

    card.refresh_from_db()
    page = answer.content.decode()
    assert answer.status_code == 422
    assert card.share_key is None
    assert "Make it at most 200 characters; it has 201." in page
    assert "a" * 201 in page


def test_bytes_that_are_no_text_are_refused(door, card):
    answer = door.post(f"/my/vouchers/{card.reference}/share/", {"greeting": "a\x00b"})

    card.refresh_from_db()
    assert answer.status_code == 422
    assert card.share_key is None
