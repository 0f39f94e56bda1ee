"""
The pages that people wait for, with a million members and ten million entries.

In this process each page is asked for by many different members; its 95th percentile and its
queries are shown. Then the member's first page is fetched over HTTP from the server a shop runs,
in turns with a bare page of three queries on the same server.
"""

import gc
import os
import random
from statistics import median, quantiles

from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

os.environ["DJANGO_SETTINGS_MODULE"] = "harness.site"

from harness import ground  # noqa: F401 - makes the database and Django ready
from harness.crowd import REGULARS, make_crowd
from harness.measure import ROUNDS, SCALE, in_turn, report, say, scaled
from harness.program import publish
from harness.web import client_of, member_of_staff, pages_a_second, server, timed

from members.models import Card, User

ASKED = 100
WITHIN = 150
"""Milliseconds in which nineteen of twenty pages must be there."""
CONNECTIONS = 4
BATCH = 200
Page = tuple[float, int, int]


def passers_by(members: int, count: int) -> list[int]:
    """Choose members at random, a few of the best customers among them."""
    chance = random.Random(3)
    return [
        chance.randrange(1, REGULARS) if number % 10 == 0 else chance.randrange(1, members)
        for number in range(count)
    ]


def portal(members: int) -> dict[str, list[Page]]:
    addresses = {name: reverse(name) for name in ("landing", "home", "points:book", "members:card")}
    seen: dict[str, list[Page]] = {address: [] for address in addresses.values()}
    for member in passers_by(members, scaled(ASKED, least=10)):
        client = client_of(User.objects.get(member__pk=member))
        for address in addresses.values():
            seen[address].append(timed(client, address))
    return seen


def office(members: int) -> dict[str, list[Page]]:
    desk = client_of(member_of_staff())
    people = reverse("admin:members_member_changelist")
    entries = reverse("admin:points_entry_changelist")
    purchases = reverse("admin:points_purchase_changelist")
    chance = random.Random(4)
    asked: dict[str, list[str]] = {
        "first page of staff": [reverse("admin:index")],
        "members": [people, f"{people}?p=7", f"{people}?p=99"],
        "members, filtered": [
            f"{people}?status__exact=frozen",
            f"{people}?account__tier__rank__exact=1",
        ],
        "members, searched": [],
        "a member": [],
        "entries": [entries, f"{entries}?p=7", f"{entries}?days=7", f"{entries}?kind__exact=4"],
        "entries of a member": [],
        "purchases": [purchases, f"{purchases}?p=7", f"{purchases}?days=7"],
    }
    for member in passers_by(members, scaled(ASKED, least=10)):
        card = Card.objects.filter(member_id=member).values_list("number", flat=True)[0]
        words = [f"Sanne de Vries {member}", f"member{member}@", card, card[:5], "sanne", "Tim Y"]
        asked["members, searched"].append(f"{people}?q={chance.choice(words).replace(' ', '+')}")
        asked["a member"].append(reverse("admin:members_member_change", args=[member]))
        asked["entries of a member"].append(f"{entries}?q={card}")
    seen: dict[str, list[Page]] = {}
    for name, addresses in asked.items():
        times = max(1, scaled(ASKED, least=10) // len(addresses))
        seen[name] = [timed(desk, address) for _ in range(times) for address in addresses]
    return seen


def tell(seen: dict[str, list[Page]]) -> dict[str, float]:
    """Print each page's figures; return its 95th percentile in milliseconds."""
    slowest = {}
    for name, pages in seen.items():
        cuts = quantiles([took for took, _queries, _size in pages], n=20)
        queries = sorted({count for _took, count, _size in pages})
        size = max(size for _took, _queries, size in pages)
        slowest[name] = cuts[18]
        say(
            f"{name:22} p50 {cuts[9]:6.1f} ms, p95 {cuts[18]:6.1f} ms, {size / 1000:5.0f} kB,"
            f" queries {', '.join(map(str, queries))}"
        )
    return slowest


def cookies_of(client: Client) -> str:
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def over_http(members: int) -> tuple[float, float]:
    """Return pages a second of the member's first page, and of the bare page."""
    known = passers_by(members, scaled(BATCH, least=20))
    cookies = {member: cookies_of(client_of(User.objects.get(pk=member))) for member in set(known)}
    home = [(reverse("home"), cookies[member]) for member in known]
    bare = [(f"/bare/{member}/", "") for member in known]
    with server() as port:
        for requests in (bare, home):
            pages_a_second(port, requests[:40], connections=CONNECTIONS)
        seconds = in_turn(
            3 * ROUNDS,
            ours=lambda: 1 / pages_a_second(port, home, connections=CONNECTIONS),
            floor=lambda: 1 / pages_a_second(port, bare, connections=CONNECTIONS),
        )
    return 1 / median(seconds["ours"]), 1 / median(seconds["floor"])


def main() -> None:
    call_command("collectstatic", interactive=False, verbosity=0)
    members = make_crowd(publish())
    # As the server does when all is loaded.
    gc.collect()
    gc.freeze()
    for warm_up in (portal, office):
        warm_up(members)
    slowest = tell(portal(members)) | tell(office(members))
    late = {name: took for name, took in slowest.items() if took > WITHIN}
    say(f"above {WITHIN} ms: {late}" if late else f"all p95 under {WITHIN} ms")
    ours, floor = over_http(members)
    report(
        "pages",
        ours=ours,
        floor=floor,
        ratio=ours / floor,
        unit="pages/s",
        slowest_p95_ms=max(slowest.values()),
        members=members,
        scale=SCALE,
    )


main()
