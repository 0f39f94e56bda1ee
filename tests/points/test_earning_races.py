"""Many tills at once: a cap holds."""

from decimal import Decimal

import pytest

from points.actions.posting import post_event
from points.actions.publication import publish_version, save_draft
from points.events import Purchase
from points.models import Purchase as PurchaseRow
from points.reports.verification import verify_ledger
from tests import make
from tests.members.at_once import at_once
from tests.points.programs import toml

pytestmark = pytest.mark.django_db(transaction=True)
NOW = make.NOW


def test_eight_tills_at_once_never_give_more_than_a_cap():
    cap = {"most_points": 25, "most_per": "day"}
    rule = {"multiplier": 2, "most_points": 8, "most_per": "day"}
    draft = save_draft(toml=toml(rule, **cap))
    publish_version(version_id=draft.pk, now=NOW)
    sanne, source = make.member(), make.source()

    def buy(number):
        event = Purchase(f"r{number}", sanne.pk, NOW, Decimal(5))
        post_event(event, source_id=source, actor="api:1", now=NOW)
        return "bought"

    assert at_once(buy, 8) == ["bought"] * 8

    earned = sorted(PurchaseRow.objects.values_list("earned", flat=True), reverse=True)
    # 5 + 5, then 5 + what the rule has left, then what all may give.
    assert earned == [10, 8, 5, 2, 0, 0, 0, 0]
    assert make.balance(sanne) == 25
    assert verify_ledger().violations == []
