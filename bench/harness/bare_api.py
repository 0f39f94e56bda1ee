"""The site's own addresses, and a bare ninja endpoint: the floor of what a purchase costs."""

import pickle
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest
from django.urls import path
from ninja import NinjaAPI, Schema

from loyalty_site.urls import urlpatterns as ours
from points.ledger_sql.cursor import prepared_cursor

Statement = tuple[str, object, bool]
"""What is sent, its values, and whether the ledger has the server prepare it."""
STATEMENTS = Path(settings.STATE_DIR) / "api_statements.pickle"


class Sent(Schema):
    """What a till sends, read but not judged."""

    number: int
    receipt: str
    member: str
    placed_at: str
    total: str
    currency: str


class Answer(Schema):
    purchase: str
    points: int


@cache
def transactions() -> list[tuple[list[Statement], list[Statement]]]:
    """What came before each purchase's transaction, and the transaction."""
    return pickle.loads(STATEMENTS.read_bytes())  # noqa: S301 - the benchmark wrote it itself


bare = NinjaAPI(urls_namespace="bare", docs_url=None, openapi_url=None)


@bare.post("/purchases")
def post(request: HttpRequest, body: Sent) -> Answer:  # noqa: ARG001
    before, within = transactions()[body.number]
    send(before)
    with transaction.atomic():
        send(within)
    return Answer(purchase=body.receipt, points=len(within))


def send(statements: list[Statement]) -> None:
    for statement, values, is_prepared in statements:
        with prepared_cursor() if is_prepared else connection.cursor() as cursor:
            cursor.execute(statement, values)
            if cursor.description:
                cursor.fetchall()


urlpatterns = [path("bare/", bare.urls), *ours]
