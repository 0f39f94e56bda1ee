"""A business's colors, logo and icons, at addresses that change when they do."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from members.branding_cache import Look, current_branding, forget_branding, look_of
from members.logo import icon as draw_icon
from members.models import Branding

FOR_GOOD = "public, max-age=31536000, immutable"
FOR_A_MINUTE = "public, max-age=60"
ICON_SIDES = (180, 192, 512)


@require_safe
def styles(request: HttpRequest) -> HttpResponse:
    """Serve the colors; for good at the address that names them, for a minute elsewhere."""
    asked = request.GET.get("v", "")
    look = _look_with(lambda look: look.digest == asked)
    response = HttpResponse(look.styles, content_type="text/css; charset=utf-8")
    response["Cache-Control"] = FOR_GOOD if look.digest == asked else FOR_A_MINUTE
    return response


@require_safe
def logo(request: HttpRequest, digest: str) -> HttpResponse:
    """Serve the logo of that digest; whoever asks for an earlier one is led to today's."""
    stored = Branding.stored_logo(digest)
    if stored:
        return _picture(stored)
    today = Branding.current().logo_digest
    if not today:
        return HttpResponseRedirect(static("portal/clover.svg"))
    return HttpResponseRedirect(reverse("members:brand_logo", args=[today]))


@require_safe
def icon(request: HttpRequest, side: int, digest: str) -> HttpResponse:
    """Serve the icon for a phone's first page."""
    if side not in ICON_SIDES:
        raise Http404
    look = _look_with(lambda look: look.icon_digest == digest)
    if look.icon_digest != digest:
        return HttpResponseRedirect(reverse("members:brand_icon", args=[side, look.icon_digest]))
    return _picture(
        draw_icon(side, look.hero, Branding.stored_logo(current_branding().logo_digest))
    )


def _look_with(is_asked_for: Callable[[Look], bool]) -> Look:
    """Return today's look; read it anew if it is not what a page of another process named."""
    look = look_of(current_branding())
    if not is_asked_for(look):
        forget_branding()
        look = look_of(current_branding())
    return look


def _picture(png: bytes) -> HttpResponse:
    response = HttpResponse(png, content_type="image/png")
    response["Cache-Control"] = FOR_GOOD
    return response
