"""The OpenAPI document: complete, kept as a snapshot, and true of the answers."""

import json
from pathlib import Path
from uuid import UUID

import jsonschema_rs
import pytest

from loyalty_site.api import api
from loyalty_site.api_codes import CODES, MEANING
from loyalty_site.api_examples import ANSWERS, REQUESTS
from members.models import Scope
from tests.api.conftest import Till, till_with

SNAPSHOT = Path(__file__).parent / "openapi.json"
DOCUMENT = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))
OPERATIONS = {
    found["operationId"]: (method, path, found)
    for path, methods in DOCUMENT["paths"].items()
    for method, found in methods.items()
}
RENEW = f"The document has changed. If that is meant: rm {SNAPSHOT.name}, run this test twice."


def filled(path):
    return (
        path.removeprefix("/api/v1")
        .replace("{number}", "2000000000015")
        .replace("{source}", "chain")
        .replace("{receipt}", "R-1")
        .replace("{reservation}", str(UUID(int=1)))
        .replace("{capture}", str(UUID(int=2)))
    )


def schema_of(content):
    return content["schema"] | {"components": DOCUMENT["components"]}


def test_the_document_is_the_one_that_is_kept(db):
    served = Till().get("/openapi.json")

    assert served.status_code == 200
    text = json.dumps(served.json(), indent=2, ensure_ascii=False) + "\n"
    if not SNAPSHOT.exists():
        SNAPSHOT.write_text(text)
        pytest.fail("Written anew; look at the difference, then run this again.")
    assert text == SNAPSHOT.read_text(), RENEW


def test_every_operation_is_described_and_no_other_is():
    assert OPERATIONS.keys() == CODES.keys() == ANSWERS.keys()
    used = {code for found in CODES.values() for codes in found.values() for code in codes}
    assert MEANING.keys() - used == {"no_such_address", "method_not_allowed", "our_fault"}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_names_its_scope_its_statuses_and_examples(name):
    method, _path, found = OPERATIONS[name]

    (requirement,) = found["security"]
    assert requirement["Key"][0] in Scope.values
    assert found["summary"]
    assert found["description"]
    expected = {"400", "401", "403", "429"} | ({"413", "422"} if method == "post" else set())
    assert expected <= found["responses"].keys()
    for status, answer in found["responses"].items():
        content = answer["content"]["application/json"]
        assert answer["description"]
        examples = [one["value"] for one in content.get("examples", {}).values()]
        for example in examples or [content["example"]]:
            jsonschema_rs.validate(schema_of(content), example)
        if status >= "400":
            assert content["schema"] == {"$ref": "#/components/schemas/ErrorBody"}
            assert [one["code"] for one in examples] == list(CODES[name][int(status)])
    assert found["responses"]["429"]["headers"]["Retry-After"]["required"]
    assert ("requestBody" in found) == (name in REQUESTS)
    if name in REQUESTS:
        content = found["requestBody"]["content"]["application/json"]
        jsonschema_rs.validate(schema_of(content), content["example"])
    assert all("example" in parameter for parameter in found["parameters"])


@pytest.mark.django_db
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_asks_the_scope_it_names_and_no_other(name, source):
    method, path, found = OPERATIONS[name]
    scope = found["security"][0]["Key"][0]
    others = till_with(*[one for one in Scope.values if one != scope], source=source)
    alone = till_with(scope, source=source, name="Alone")

    refused = others.send(method.upper(), filled(path))
    let_in = alone.send(method.upper(), filled(path))

    assert (refused.status_code, refused.json()["details"]) == (403, {"scope": scope})
    assert let_in.status_code not in {401, 403, 405}
    assert Till().send(method.upper(), filled(path)).status_code == 401


def test_still_running_says_how_long_to_wait():
    assert "Retry-After" in OPERATIONS["enroll"][2]["responses"]["409"]["headers"]
    assert "headers" not in OPERATIONS["report"][2]["responses"]["409"]


@pytest.mark.django_db
def test_a_page_shows_the_document_to_people():
    page = Till().get("/docs")

    assert page.status_code == 200
    text = page.content.decode()
    for _method, path, found in OPERATIONS.values():
        assert path in text
        assert found["security"][0]["Key"][0] in text
    assert "Idempotency-Key" in text
    assert "lines[].amount" in text
    assert "purchases[].lines[].amount" in text
