"""Posting events: each once, for ever, whole or not at all."""

import pytest
from points.models import Account, Entry
from tests import make

pytestmark = pytest.mark.django_db


def test_a_purchase_earns_a_point_for_every_whole_euro():
    make.published_program()
    sanne = make.member()

    purchase = make.purchase(sanne, "25.99")

    assert purchase.earned == 25
    assert make.balance(sanne) == 25
    assert Entry.objects.of_member(sanne.pk).count() == 1
    assert Account.objects.get(pk=sanne.pk).purchases == 1
