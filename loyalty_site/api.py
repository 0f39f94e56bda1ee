"""The REST API: the rooms' endpoints under one roof, and every error in one shape."""

import json
from collections.abc import Callable
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    UnreadablePostError,
)
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from loyalty_site.api_document import ABOUT, DocumentedAPI
from members.api.errors import ApiError
from members.api.faults import not_valid
from members.api.people import router as people
from points.api.purchases import router as purchases
from points.api.refunds import router as refunds
from points.api.statements import router as statements
from rewards.api.catalog import catalog, redemptions
from rewards.api.vouchers import router as vouchers

Answer = Callable[[HttpRequest], HttpResponse]
PREFIX = "/api/"


class StrictParser(Parser):
    """JSON as the standard has it: no NaN, no key twice, nothing too deep, nothing not UTF-8."""

    def parse_body(self, request: HttpRequest) -> Any:  # noqa: ANN401 - what any JSON may be
        try:
            text = request.body.decode("utf-8")
        except UnicodeDecodeError:
            raise unreadable(_("The body is not UTF-8.")) from None
        try:
            return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once_each)
        except RecursionError:
            raise unreadable(_("The JSON is nested too deeply.")) from None
        except ValueError as error:
            raise unreadable(_("The body is not JSON: %(fault)s.") % {"fault": error}) from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not allowed")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands in an object twice")
    return found


def unreadable(message: str) -> ApiError:
    return ApiError(400, "unreadable", message)


def too_large() -> ApiError:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return ApiError(
        413,
        "too_large",
        _("The body has more than %(most)s bytes; send it in parts.") % {"most": most},
        {"most_bytes": most},
    )


api = DocumentedAPI(
    title="Klaver",
    version="1",
    description=ABOUT,
    urls_namespace="api",
    docs_url=None,
    parser=StrictParser(),
)
api.add_router("/purchases", purchases)
api.add_router("/purchases", refunds)
api.add_router("/members", people)
api.add_router("/members", statements)
api.add_router("/rewards", catalog)
api.add_router("/members", redemptions)
api.add_router("/vouchers", vouchers)


def in_one_shape(error: ApiError) -> JsonResponse:
    return JsonResponse(error.body, status=error.status, headers=error.headers)


@api.exception_handler(ApiError)
def _refused(_request: HttpRequest, error: ApiError) -> HttpResponse:
    return in_one_shape(error)


@api.exception_handler(HttpError)
def _cannot_be_parsed(_request: HttpRequest, error: HttpError) -> HttpResponse:
    # What the parser refused comes wrapped.
    why = error.__cause__
    return in_one_shape(why if isinstance(why, ApiError) else unreadable(str(error)))


@api.exception_handler(RequestDataTooBig)
def _too_large(_request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
    # Django looks at Content-Length first, and reads nothing of what is longer.
    return in_one_shape(too_large())


@api.exception_handler(UnreadablePostError)
def _cut_off(_request: HttpRequest, _error: UnreadablePostError) -> HttpResponse:
    return in_one_shape(unreadable(_("The body broke off.")))


@api.exception_handler(ValidationError)
def _not_valid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    return in_one_shape(not_valid(error.errors))


@api.exception_handler(Http404)
def _not_found(_request: HttpRequest, _error: Http404) -> HttpResponse:
    return in_one_shape(no_such_address())


def no_such_address() -> ApiError:
    return ApiError(404, "no_such_address", _("There is nothing at this address."))


def json_for_the_api(get_response: Answer) -> Answer:
    """
    Let whatever Django itself answers below `/api/` have the shape of every other error.

    What somebody's key opened is kept by nobody on the way.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if _has_no_length(request):
            return in_one_shape(unreadable(_("Send the body at once, with its Content-Length.")))
        response = get_response(request)
        if request.path.startswith(PREFIX) and "Authorization" in request.headers:
            patch_cache_control(response, no_store=True)
        if (
            not request.path.startswith(PREFIX)
            or response.status_code < 400
            or response.headers.get("Content-Type", "").startswith("application/json")
        ):
            return response
        return _reshaped(response)

    return middleware


def _has_no_length(request: HttpRequest) -> bool:
    """Tell whether a body comes in pieces: WSGI has no end of it, so none of it would be read."""
    return (
        request.path.startswith(PREFIX)
        and "Transfer-Encoding" in request.headers
        and not request.headers.get("Content-Length")
    )


def _reshaped(response: HttpResponse) -> HttpResponse:
    match response.status_code:
        case 404:
            return in_one_shape(no_such_address())
        case 405:
            allowed = response.headers.get("Allow", "")
            error = ApiError(
                405,
                "method_not_allowed",
                _("This address takes %(methods)s.") % {"methods": allowed},
                {"allowed": allowed.split(", ")},
                {"Allow": allowed},
            )
            return in_one_shape(error)
        case status if status < 500:
            return in_one_shape(ApiError(status, "unreadable", _("The request could not be read.")))
        case status:
            return in_one_shape(
                ApiError(status, "our_fault", _("Something went wrong on our side; try again."))
            )
