"""Branding: one form for the one row, with a picture of what it makes of the portal."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from members.actions.branding import BrandingChangedMeanwhile, branding_version, change_branding
from members.admin.branding_form import BrandingForm, unusable
from members.admin.one_row import OneRowPage
from members.colors import is_color, tokens
from members.models import Branding, User

Values = QueryDict | dict[str, Any]
SCHEMES = ("light", "dark")
# The portal's own grays, near enough for a small picture.
GRAYS = {
    "light": {"paper": "#f9f9f4", "surface": "#ffffff", "line": "#dcded8", "ink": "#1b231d"},
    "dark": {"paper": "#0f1411", "surface": "#181e1a", "line": "#2e342f", "ink": "#e9ece5"},
}


@admin.register(Branding)
class BrandingPage(OneRowPage):
    """How the program looks and speaks."""

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                "preview/",
                self.admin_site.admin_view(self.preview_view),
                name="members_branding_preview",
            ),
            path(
                "preview-<slug:scheme>.svg",
                self.admin_site.admin_view(self.picture_view),
                name="members_branding_picture",
            ),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        """Show the form, and save it by one action."""
        may_change = self.may_change(request)
        branding = Branding.current()
        if request.method == "POST":
            form = BrandingForm(request.POST, request.FILES, instance=branding)
            if form.is_valid():
                try:
                    self._save(request, form)
                except BrandingChangedMeanwhile as refusal:
                    form = _with_theirs(request.POST, refusal)
                else:
                    messages.success(
                        request, _("Saved. Within half a minute every page looks like this.")
                    )
                    return redirect(self.address)
        else:
            form = BrandingForm(instance=branding, initial={"shown": branding_version()})
        return self._page(request, form, may_change=may_change)

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Show what two colors look like, and what is wrong with them; the page asks as one types."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return render(request, "members/admin/_branding_preview.html", _preview(request.GET))

    def picture_view(self, request: HttpRequest, scheme: str) -> HttpResponse:
        """Draw the portal in two colors, in light or in dark."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = _asked(request.GET)
        colors = tokens(asked["color"], asked["accent"])[scheme == "dark"]
        context = {
            "colors": {name.replace("-", "_"): color for name, color in colors.items()},
            "grays": GRAYS["dark" if scheme == "dark" else "light"],
            "name": asked["name"] or "Klaver",
            "greeting": Branding(tone=asked["tone"]).greeting("Anna"),
        }
        return render(
            request,
            "members/admin/branding_preview.svg",
            context,
            content_type="image/svg+xml",
        )

    def _save(self, request: HttpRequest, form: BrandingForm) -> None:
        change_branding(
            wanted=form.wanted,
            logo=form.logo,
            shown=form.cleaned_data["shown"],
            staff_id=cast("User", request.user).pk,
            now=timezone.now(),
        )

    def _page(self, request: HttpRequest, form: BrandingForm, *, may_change: bool) -> HttpResponse:
        stored = Branding.current()
        if not may_change:
            for field in form.fields.values():
                field.disabled = True
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Branding"),
            "form": form,
            "may_change": may_change,
            "logo_digest": stored.logo_digest,
            "history": self.history(),
            **_preview({name: form[name].value() for name in ("color", "accent", "name", "tone")}),
        }
        return TemplateResponse(request, "members/admin/branding.html", context)


def _with_theirs(posted: QueryDict, refusal: BrandingChangedMeanwhile) -> BrandingForm:
    """Keep what one typed, take in what the other changed, and say so; nothing is saved."""
    data = posted.copy()
    for name, (was, now) in refusal.theirs.items():
        if name in data and str(data[name]).strip() == was:
            data[name] = now
    data["shown"] = str(branding_version())
    form = BrandingForm(data, instance=Branding.current())
    form.add_error(None, str(refusal))
    return form


def _asked(values: Values) -> dict[str, str]:
    """Read what the picture is to show; what is no color yet is drawn in the clover's."""
    own = Branding()
    asked = {name: str(values.get(name) or "") for name in ("color", "accent", "name", "tone")}
    for name in ("color", "accent"):
        if not is_color(asked[name]):
            asked[name] = getattr(own, name)
    if asked["tone"] not in Branding.Tone.values:
        asked["tone"] = own.tone
    return asked


def _preview(values: Values) -> dict[str, Any]:
    asked = _asked(values)
    query = QueryDict(mutable=True)
    query.update(asked)
    faults = {name: unusable(name, asked[name]) for name in ("color", "accent")}
    return {
        "pictures": [
            f"{reverse('admin:members_branding_picture', args=[scheme])}?{query.urlencode()}"
            for scheme in SCHEMES
        ],
        "faults": [
            {"name": name, "words": fault[0], "nearest": fault[1]}
            for name, fault in faults.items()
            if fault
        ],
    }
