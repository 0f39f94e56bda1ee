"""A backup of a lived-in site, and an empty database to put it into."""

from contextlib import contextmanager

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from tests import make
from tests.jobs.fleet import url_of

SCRATCH = "klaver_scratch"


def execute(statement: str, name: str) -> None:
    with psycopg.connect(url_of("owner"), autocommit=True) as owner:
        owner.execute(sql.SQL(statement).format(sql.Identifier(name)))


@pytest.fixture
def scratch():
    """An empty database of the owner's, named for this process."""
    name = f"{SCRATCH}_{connections['owner'].settings_dict['NAME']}"[:60]
    execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    execute("CREATE DATABASE {}", name)
    yield name
    execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@contextmanager
def site_at(name: str):
    """Let this process be the site whose database has that name."""
    lines = [connections[alias] for alias in ("default", "owner")]
    usual = lines[0].settings_dict["NAME"]
    try:
        for line in lines:
            line.close()
            line.settings_dict["NAME"] = name
        yield
    finally:
        for line in lines:
            line.close()
            line.settings_dict["NAME"] = usual


@pytest.fixture
def lived_in(settings, tmp_path):
    """A site with members, points, consents, letters and a picture."""
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "media" / "logo").mkdir(parents=True)
    (tmp_path / "media" / "logo" / "light.png").write_bytes(b"\x89PNG and more")
    make.published_program()
    joined_at = make.NOW.replace(microsecond=123_456)
    members = [make.member(points=points, joined_at=joined_at) for points in (250, 90, 40)]
    purchase = make.purchase_in("North", members[0])
    make.refund(purchase)
    return members


@pytest.fixture
def backup(lived_in, tmp_path):
    path = tmp_path / "klaver.tar"
    call_command("backup", str(path))
    connections["owner"].close()
    return path
