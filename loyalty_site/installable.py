"""The portal on a phone's first page: its manifest, its service worker, and no network at all."""

import json
import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from loyalty_site.program import program_name
from members.branding_cache import Look, current_branding, look_of

FOR_A_MINUTE = "public, max-age=60"
HREF = re.compile(r'href="([^"]+)"')
PAPER = "#ffffff"
SHORT = 12
"""Characters of a name that fit under an icon."""


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Say how a phone installs the portal; the page that links it says in which language."""
    asked = request.GET.get("language", "")
    language = asked if asked in dict(settings.LANGUAGES) else translation.get_language()
    branding = current_branding()
    with translation.override(language):
        name = program_name(branding, timezone.now())
        told = _manifest(name, branding.tagline, look_of(branding))
    response = HttpResponse(json.dumps(told), content_type="application/manifest+json")
    response["Cache-Control"] = FOR_A_MINUTE
    return response


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Serve the service worker at the root, so that it may serve every page."""
    told = {
        "card": reverse("members:card"),
        "offline": reverse("offline"),
        "frame": HREF.findall(render_to_string("portal/_styles.html", request=request)),
        "kept": [settings.STATIC_URL, "/brand", reverse("members:card")],
        "leaving": [
            reverse(name)
            for name in ("account_logout", "account_login", "account_signup", "mfa_login_webauthn")
        ],
    }
    script = (
        f"self.KLAVER = {json.dumps(told)};\n"
        f"importScripts({json.dumps(static('portal/worker.js'))});\n"
    )
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Say in both languages that there is no network; the same for everybody."""
    return render(request, "portal/offline.html", {"spoken": dict(settings.LANGUAGES)})


def _manifest(name: str, tagline: str, look: Look) -> dict[str, object]:
    icons = [
        {
            "src": reverse("members:brand_icon", args=[side, look.icon_digest]),
            "sizes": f"{side}x{side}",
            "type": "image/png",
            "purpose": purpose,
        }
        for side in (192, 512)
        for purpose in ("any", "maskable")
    ]
    card, home = reverse("members:card"), reverse("home")
    return {
        "id": home,
        "name": name,
        "short_name": name[:SHORT].strip(),
        "description": tagline,
        "lang": translation.get_language(),
        "start_url": card,
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": look.hero,
        "icons": icons,
        "shortcuts": [
            {"name": _("My card"), "url": card, "icons": icons[:1]},
            {"name": _("My points"), "url": home, "icons": icons[:1]},
        ],
    }
