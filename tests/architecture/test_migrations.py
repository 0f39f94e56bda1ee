"""The models and the migrations say the same."""

import io

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_no_migration_is_missing():
    said = io.StringIO()

    call_command("makemigrations", check=True, dry_run=True, skip_checks=True, stdout=said)

    assert said.getvalue() == "No changes detected\n"
