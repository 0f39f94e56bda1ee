"""Who did what a line of the ledger tells of, in words."""

import pytest
from django.utils.translation import override

from members.actions.api_clients import create_client
from points.reports.actors import who_did
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db


def test_who_did_it_is_named():
    els, ruben = make.staff(name="Els"), make.staff(name="Ruben")
    till = make.source("till")
    made = create_client(name="Web shop", source_id=make.source(), scopes=["vouchers:use"], now=NOW)

    with override("en"):
        told = [
            who_did(actor)
            for actor in (
                "program",
                f"user:{els.pk}",
                f"user:{els.pk},user:{ruben.pk}",
                f"import:{till}",
                "import:x",
                "user:0",
                f"api:{made.key.client_id}",
                "member:7",
                "something else",
            )
        ]

    assert told == [
        "the program",
        "Els",
        "Els, approved by Ruben",
        "an import from till",
        "an import",
        "user:0",
        "Web shop",
        "the member",
        "something else",
    ]
