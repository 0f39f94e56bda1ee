"""The API's document as a page for people."""

import json
import re
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from loyalty_site.api import api
from loyalty_site.api_document import JSON

Schema = dict[str, Any]


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """Show every operation with its scope, fields, answers and examples; to anyone, as it is."""
    about = api.description.replace("`", "")
    return render(request, "loyalty_site/api_docs.html", {"about": about, "operations": _all()})


@lru_cache(maxsize=1)
def _all() -> list[dict[str, Any]]:
    document = json.loads(json.dumps(api.get_openapi_schema()))
    schemas = document["components"]["schemas"]
    return [
        _operation(method.upper(), path, found, schemas)
        for path, methods in document["paths"].items()
        for method, found in methods.items()
    ]


def _operation(method: str, path: str, found: Schema, schemas: Schema) -> dict[str, Any]:
    body = found.get("requestBody", {}).get("content", {}).get(JSON)
    return {
        "name": found["operationId"],
        "title": found["summary"],
        "method": method,
        "path": path,
        "description": found["description"].replace("`", ""),
        "scope": found["security"][0]["Key"][0],
        "fields": [_parameter(one) for one in found["parameters"]]
        + (_fields(body["schema"], schemas) if body else []),
        "request": _written(body["example"]) if body else "",
        "answers": [
            _answer(status, answer["description"], answer["content"][JSON])
            for status, answer in found["responses"].items()
        ],
    }


def _parameter(one: Schema) -> dict[str, Any]:
    return _field(one["name"], one["schema"] | one, required=one["required"])


def _fields(schema: Schema, schemas: Schema) -> list[dict[str, Any]]:
    """List the fields of a body, and below those that hold objects the fields of these."""
    model = schemas[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema
    found: list[dict[str, Any]] = []
    for name, one in model.get("properties", {}).items():
        found.append(_field(name, one, required=name in model.get("required", [])))
        inner = _fields(one.get("items", {}), schemas)
        found += [field | {"name": f"{name}[].{field['name']}"} for field in inner]
    return found


def _field(name: str, schema: Schema, *, required: bool) -> dict[str, Any]:
    return {
        "name": name,
        "kind": _kind(schema.get("schema", schema)),
        "required": required,
        "told": schema.get("description", ""),
    }


def _kind(schema: Schema) -> str:
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"])
    return str(schema.get("format") or schema.get("type", "object"))


def _answer(status: str, description: str, content: Schema) -> dict[str, Any]:
    lead, *codes = description.split("\n- ")
    example = content.get("example")
    return {
        "status": status,
        "lead": lead.strip(),
        "codes": [re.sub(r"`", "", code).split(": ", 1) for code in codes],
        "example": _written(example) if example else "",
    }


def _written(example: object) -> str:
    return json.dumps(example, indent=2, ensure_ascii=False)
