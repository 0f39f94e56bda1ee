"""What tallies say, checked against the deliveries they count."""

from collections import Counter

from mailroom.models import Delivery, Tally


def tallies(mailing):
    said = {
        (tally.state, tally.reason): tally.count
        for tally in Tally.objects.filter(mailing=mailing)
        if tally.count
    }
    found = Delivery.objects.filter(mailing=mailing).values_list("state", "reason")
    assert said == Counter(found)
    return said
