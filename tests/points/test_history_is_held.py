"""What the database refuses, whoever asks: history stays as it was written."""

import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction

from points.models import Account, Allocation, Entry, Lot, ProgramVersion, Purchase
from points.reports.verification import verify_ledger
from tests import make
from tests.settings import SERVERS

NOW = make.NOW
HISTORY = ["points_entry", "points_allocation", "points_purchaseline"]
KEPT = [*HISTORY, "points_lot", "points_debt", "points_purchase", "points_refund", "points_account"]


def as_role(url):
    """A connection of another role to the same test database."""
    name = connections["default"].settings_dict["NAME"]
    return psycopg.connect(url, dbname=name, autocommit=True)


@pytest.mark.django_db
@pytest.mark.parametrize("table", HISTORY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_application_may_not_rewrite_history(table, statement):
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", KEPT)
def test_even_the_owner_deletes_nothing(table):
    make.published_program()
    sanne = make.member()
    make.purchase(sanne, "10.00")
    with as_role(SERVERS.owner) as owner:
        count = owner.execute(f"SELECT count(*) FROM {table}").fetchone()[0]

        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            if count or statement.startswith("TRUNCATE"):
                with pytest.raises(psycopg.errors.RaiseException):
                    owner.execute(statement)

        assert owner.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == count


@pytest.mark.django_db(transaction=True)
def test_a_superusers_edit_of_an_old_entry_is_found_by_name():
    make.published_program()
    sanne = make.member()
    for _ in range(3):
        make.purchase(sanne, "10.00")
    edited = Entry.objects.of_member(sanne.pk).get(sequence=2)
    assert verify_ledger().violations == []

    with as_role(SERVERS.owner.replace("klaver_owner", "postgres")) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE points_entry SET points = 1000 WHERE id = %s", (edited.pk,))

    violations = verify_ledger().violations
    assert violations[0] == (
        f"entry {edited.pk} (member {sanne.pk}, number 2):"
        " its content does not match its fingerprint"
    )
    assert any("is not the sum of its entries" in violation for violation in violations)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("edit", "found"),
    [
        ("DELETE FROM points_entry WHERE sequence = 3", "its last entry should be number 3"),
        ("DELETE FROM points_entry WHERE sequence = 2", "2 was expected here"),
        ("UPDATE points_entry SET recorded_at = now() WHERE sequence = 1", "fingerprint"),
        ("UPDATE points_entry SET explanation = '{}' WHERE sequence = 1", "fingerprint"),
        ("UPDATE points_lot SET remaining = 0", "what remains is not what it got"),
        ("UPDATE points_account SET balance = 1000", "is not the sum of its entries"),
        ("UPDATE points_account SET debt = 5, balance = 25", "debt is not the sum of its debts"),
        ("UPDATE points_account SET tier_id = 1", "tier is not the last one"),
        ("UPDATE points_purchase SET refunded = 3", "do not fit its refunds"),
    ],
)
def test_each_tampering_is_found(edit, found):
    make.published_program()
    sanne = make.member()
    for _ in range(3):
        make.purchase(sanne, "10.00")

    with as_role(SERVERS.owner.replace("klaver_owner", "postgres")) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(edit)

    assert any(found in violation for violation in verify_ledger().violations)


@pytest.mark.django_db
def test_a_published_version_cannot_be_changed_or_deleted():
    version = make.published_program()

    for change in (
        lambda: ProgramVersion.objects.filter(pk=version.pk).update(name="Other"),
        lambda: ProgramVersion.objects.filter(pk=version.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda: Purchase.objects.update(total=1),
        lambda: Purchase.objects.update(earned=1),
        lambda: Purchase.objects.update(taken=11),
        lambda: Purchase.objects.update(taken=1, waived=2),
        lambda: Lot.objects.update(points=99),
        lambda: Lot.objects.update(remaining=-1),
        lambda: Lot.objects.update(remaining=10, expired=1),
        lambda: Account.objects.update(debt=-1),
        lambda: Account.objects.update(sequence=2**24),
        lambda: Allocation.objects.create(
            entry=Entry.objects.get(), lot=Lot.objects.get(), cause=Entry.objects.get(), points=0
        ),
    ],
)
def test_the_database_refuses_what_must_never_be(change):
    make.published_program()
    make.purchase(make.member(), "10.00")

    with pytest.raises(DatabaseError), transaction.atomic():
        change()
