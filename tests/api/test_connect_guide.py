"""What `docs/connect.md` shows can be typed over and works; its table has every code."""

import os
import re
import shlex
from pathlib import Path

import pytest

from loyalty_site.api_codes import CODES, MEANING
from members.models import Card, Member, Scope
from points.models import Purchase, Refund
from tests import make
from tests.api.conftest import Till, till_with

GUIDE = (Path(__file__).parents[2] / "docs" / "connect.md").read_text()
NUMBER = "2000000000015"
SHELL = "".join(re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL))
(PYTHON,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
STATUSES = {"no_such_address": 404, "method_not_allowed": 405, "our_fault": 500} | {
    code: status for found in CODES.values() for status, codes in found.items() for code in codes
}


@pytest.fixture
def tills(sanne):
    return till_with(*Scope.values, source=make.source("tills"))


def typed(text, number, key):
    """Read a curl command as a shell would: (method, path, body, headers)."""
    words = shlex.split(text.replace("\\\n", "").replace(NUMBER, number).replace("$KEY", key))
    assert words[0] == "curl"
    headers, body = {}, None
    for flag, value in zip(words[2::2], words[3::2], strict=True):
        if flag == "-H":
            name, told = value.split(": ", 1)
            headers[name] = told
        else:
            assert flag == "-d"
            body = value
    path = words[1].removeprefix("$KLAVER/api/v1")
    return "POST" if body else "GET", path, body, headers


@pytest.mark.django_db
def test_every_curl_command_works_in_turn(tills, sanne):
    number = Card.objects.get(member=sanne).number
    key = tills.headers["Authorization"].split()[1]
    commands = [f"curl{rest}" for rest in SHELL.split("curl")[1:]]

    sent = [typed(command, number, key) for command in commands]
    answers = [Till().send(method, path, body, **headers) for method, path, body, headers in sent]

    assert [answer.status_code for answer in answers] == [201, 200, 201, 200, 201, *[200] * 5]
    assert (Purchase.objects.count(), Refund.objects.count()) == (2, 1)
    assert Member.objects.filter(email="anna@example.nl").exists()
    batch = answers[-1].json()
    assert (batch["posted"], batch["repeated"], batch["refused"]) == (1, 1, 0)


@pytest.mark.django_db(transaction=True)
def test_the_python_program_reports_a_purchase(tills, sanne, live_server, monkeypatch, capsys):
    number = Card.objects.get(member=sanne).number
    monkeypatch.setitem(os.environ, "KLAVER", live_server.url)
    monkeypatch.setitem(os.environ, "KEY", tills.headers["Authorization"].split()[1])
    program = {}

    exec(PYTHON.replace(NUMBER, number), program)  # noqa: S102
    refused = program["send"]("GET", "/members/2999999999999")
    enrolled = program["send"]("POST", "/members", {}, key="k-1")
    again = program["send"]("POST", "/members", {}, key="k-1")

    assert capsys.readouterr().out == "14 points; balance 14\n"
    assert (refused[0], refused[1]["code"]) == (404, "unknown_member")
    assert (enrolled[0], again) == (201, enrolled)


def test_the_guide_lists_every_code_and_scope():
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (.*) \|$", GUIDE, re.MULTILINE)

    assert {(code, int(status), told) for code, status, told in rows} == {
        (code, STATUSES[code], told) for code, told in MEANING.items()
    }
    assert set(re.findall(r"^\| `(\w+:\w+)` \|", GUIDE, re.MULTILINE)) == set(Scope.values)
