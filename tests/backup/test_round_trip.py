import hashlib
import stat
from datetime import timedelta

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from loyalty_site.backup import restoring
from loyalty_site.backup.carrying import carried_path
from mailroom.actions.posting import post_letter
from mailroom.models import Letter, Suppression
from members.actions.consent import answer_news
from members.models import Consent, LatestConsent
from points.reports.verification import verify_ledger
from tests import make
from tests.backup.conftest import site_at
from tests.jobs.fleet import url_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def contents() -> dict[str, str]:
    """A fingerprint of the rows of each table, whatever their order."""
    found = {}
    with psycopg.connect(url_of("owner")) as line:
        names = line.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        ).fetchall()
        for (name,) in names:
            rows = line.execute(f"SELECT t::text FROM {name} AS t ORDER BY 1").fetchall()
            found[name] = f"{len(rows)} {hashlib.sha256(repr(rows).encode()).hexdigest()}"
    return found


def say(member, *, given: bool, at) -> None:
    answer_news(member_id=member.pk, given=given, how=Consent.How.PROFILE, wording="News?", now=at)


def letter(key: str, **facts) -> Letter:
    written = post_letter(
        key=key,
        to="anna@example.nl",
        language="nl",
        subject="Hello",
        text="Hello",
        html="",
        now=timezone.now(),
    )
    Letter.objects.filter(pk=written.pk).update(**facts)
    return written


def test_a_backup_that_is_put_back_is_the_same_site(backup, scratch, settings, tmp_path):
    before = contents()
    settings.MEDIA_ROOT = tmp_path / "other"

    with site_at(scratch):
        call_command("restore", str(backup))
        after, proof = contents(), verify_ledger()
        with psycopg.connect(url_of("default")) as application:
            application.execute("SELECT count(*) FROM points_entry")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute("UPDATE points_entry SET points = 0")

    assert after == before
    assert proof.entries > 0
    assert proof.violations == []
    assert (tmp_path / "other" / "logo" / "light.png").read_bytes() == b"\x89PNG and more"
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_who_said_stop_after_the_backup_stays_unmailed_and_no_letter_leaves_twice(
    lived_in, scratch, tmp_path
):
    anna, ben, _cas = lived_in
    earlier = timezone.now() - timedelta(days=1)
    say(anna, given=True, at=earlier)
    say(ben, given=True, at=earlier)
    letter("waits", state="waiting", sent_at=None)
    path = tmp_path / "klaver.tar"
    call_command("backup", str(path))
    connections["owner"].close()

    with site_at(scratch):
        call_command("restore", str(path))
        waited = Letter.objects.get(key="waits")
        Letter.objects.update(state="sent", sent_at=timezone.now(), fault="")
        letter("written-later", state="sent", sent_at=timezone.now())
        say(anna, given=False, at=timezone.now())
        Suppression.objects.create(email="x@example.nl", cause="bounce", since=timezone.now())
        connections["default"].close()
        call_command("restore", str(path), "--replace", "--yes")
        yeses = set(LatestConsent.objects.filter(given=True).values_list("member_id", flat=True))
        held = list(Suppression.objects.in_force().values_list("email", flat=True))
        ours = Letter.objects.exclude(key__startswith="welcome")
        letters = dict(ours.values_list("key", "state"))
        connections["default"].close()

    assert waited.state == "unknown"
    assert waited.fault
    assert yeses == {ben.pk}
    assert held == ["x@example.nl"]
    assert letters == {"waits": "sent", "written-later": "sent"}
    assert not carried_path(path).exists()


def test_a_restore_that_is_cut_short_leaves_the_application_outside_and_forgets_no_stop(
    backup, lived_in, scratch, monkeypatch
):
    anna = lived_in[0]

    def cut(**_):
        raise KeyboardInterrupt

    with site_at(scratch):
        call_command("restore", str(backup))
        say(anna, given=True, at=timezone.now() - timedelta(hours=1))
        say(anna, given=False, at=timezone.now())
        connections["default"].close()
        with monkeypatch.context() as patch:
            patch.setattr(restoring, "replay", cut)
            with pytest.raises(KeyboardInterrupt):
                call_command("restore", str(backup), "--replace", "--yes")
        with (
            psycopg.connect(url_of("default")) as application,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            application.execute("SELECT 1 FROM members_member")
        call_command("restore", str(backup), "--replace", "--yes")
        noes = list(LatestConsent.objects.filter(given=False).values_list("member_id", flat=True))
        connections["default"].close()

    assert noes == [anna.pk]


def test_what_is_there_is_replaced_only_if_somebody_says_so_and_nobody_uses_it(backup, scratch):
    with site_at(scratch):
        call_command("restore", str(backup))
        with pytest.raises(CommandError, match="not empty"):
            call_command("restore", str(backup))
        with pytest.raises(CommandError, match="--yes"):
            call_command("restore", str(backup), "--replace")
        with (
            psycopg.connect(url_of("default")),
            pytest.raises(CommandError, match="in use"),
        ):
            call_command("restore", str(backup), "--replace", "--yes")


def test_a_database_that_refuses_half_way_is_as_it_was(backup, scratch, monkeypatch):
    with site_at(scratch):
        call_command("restore", str(backup))
        before = contents()
        monkeypatch.setattr(
            restoring, "IN_ONE_GO", restoring.IN_ONE_GO + b"SELECT nobody_knows();\n"
        )
        with pytest.raises(CommandError, match="nobody_knows"):
            call_command("restore", str(backup), "--replace", "--yes")
        after = contents()

    assert after == before


def test_nothing_is_made_of_a_site_without_members_but_a_backup(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "none"
    make.member()

    call_command("backup", str(tmp_path))

    (path,) = tmp_path.glob("klaver-*.tar")
    assert path.stat().st_size > 1000
