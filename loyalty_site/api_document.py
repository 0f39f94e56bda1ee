"""The OpenAPI document: every operation with its scope, its statuses, its codes and examples."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from loyalty_site.api_codes import CODES, MEANING, RETRY_AFTER
from loyalty_site.api_examples import ANSWERS, DETAILS, PARAMETERS, REQUESTS
from members.api.auth import Key

JSON = "application/json"
ABOUT = """
What tills and web shops report and ask.

Send `Authorization: Bearer <key>`; each operation names the scope its key needs. Money is a string
with a point, a moment has its zone, points are whole numbers. Every answer other than success has
the shape `ErrorBody`, with a stable `code`; so have 404 and 405 for addresses and methods that are
not here, and 500 and 503, after which the same request may be sent again. Nothing of a refused
request is kept.
""".strip()
SUCCESS = {
    200: "Done; or done before, with the same answer.",
    201: "Done, for the first time.",
}
PHRASES = {
    400: "Unreadable",
    401: "No key, or none that is known",
    403: "Not within the client's scopes",
    404: "Not known",
    409: "Refused",
    413: "Too large",
    422: "Not valid",
    429: "Too often",
}
HEADERS: dict[int, dict[str, Any]] = {
    401: {
        "WWW-Authenticate": {
            "description": "`Bearer`, with the fault if the key is not known.",
            "required": True,
            "schema": {"type": "string"},
        },
    },
    429: {
        "Retry-After": {
            "description": "Seconds to wait.",
            "required": True,
            "schema": {"type": "integer", "minimum": 1, "maximum": 3600},
        },
    },
}


class Document(OpenAPISchema):
    """What ninja knows of the endpoints, made complete."""

    def operation_security(self, operation: Operation) -> list[dict[str, list[str]]]:
        """Name the scope: OpenAPI 3.1 lets a bearer scheme list what a role must have."""
        self.securitySchemes["Key"] = {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key, made by `manage.py create_api_client` or in the admin.",
        }
        return [
            {"Key": [key.scope.value]} for key in operation.auth_callbacks if isinstance(key, Key)
        ]

    def operation_parameters(self, operation: Operation) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = super().operation_parameters(operation)
        for parameter in found:
            parameter.pop("examples", None)
            parameter["example"] = PARAMETERS[parameter["name"]]
        return found

    def request_body(self, operation: Operation) -> dict[str, Any]:
        found: dict[str, Any] = super().request_body(operation)
        if found:
            found["content"][JSON]["example"] = REQUESTS[self._name(operation)]
        return found

    def responses(self, operation: Operation) -> dict[int, dict[str, Any]]:
        """Keep the statuses that an operation can answer, each with its codes."""
        name = self._name(operation)
        told = super().responses(operation)
        # The models of the errors put ErrorBody among the schemas.
        found = {status: answer for status, answer in told.items() if status < 400}
        for status, answer in found.items():
            answer["description"] = _success(status, repeats=200 in found and 201 in found)
            answer["content"][JSON]["example"] = ANSWERS[name]
        for status, codes in sorted(CODES[name].items()):
            found[status] = _error(status, codes)
        return found

    def _name(self, operation: Operation) -> str:
        return str(operation.operation_id or self.api.get_openapi_operation_id(operation))


class DocumentedAPI(NinjaAPI):
    """An API whose document is that of this module; operations go by their function's name."""

    def get_openapi_schema(
        self,
        *,
        path_prefix: str | None = None,
        path_params: dict[str, Any] | None = None,
    ) -> OpenAPISchema:
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        return Document(self, prefix)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


def _success(status: int, *, repeats: bool) -> str:
    if not repeats:
        return "Done."
    return SUCCESS[status]


def _error(status: int, codes: tuple[str, ...]) -> dict[str, Any]:
    examples = {
        code: {
            "summary": MEANING[code],
            "value": {
                "code": code,
                "message": MEANING[code].replace("`", ""),
                "details": DETAILS.get(code, {}),
            },
        }
        for code in codes
    }
    lines = "\n".join(f"- `{code}`: {MEANING[code]}" for code in codes)
    found: dict[str, Any] = {
        "description": f"{PHRASES[status]}.\n\n{lines}",
        "content": {
            JSON: {"schema": {"$ref": "#/components/schemas/ErrorBody"}, "examples": examples}
        },
    }
    headers = HEADERS.get(status, {})
    if status == 409 and RETRY_AFTER.intersection(codes):
        headers = {
            "Retry-After": {
                "description": "Seconds to wait; with `still_running` alone.",
                "schema": {"type": "integer", "minimum": 1},
            }
        }
    if headers:
        found["headers"] = headers
    return found
