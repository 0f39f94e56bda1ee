"""Addresses."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from loyalty_site import installable, views
from loyalty_site.api import api
from loyalty_site.api_page import api_docs
from loyalty_site.health import health

urlpatterns = [
    path("api/v1/docs", api_docs, name="api_docs"),
    path("api/v1/", api.urls),
    path("", views.landing, name="landing"),
    path("my/", views.home, name="home"),
    path("manifest.webmanifest", installable.manifest, name="manifest"),
    path("sw.js", installable.worker, name="worker"),
    path("offline/", installable.offline, name="offline"),
    path("healthz/", health, name="healthz"),
    path("language/", views.set_language, name="set_language"),
    path("", include("members.urls")),
    path("", include("points.urls")),
    path("", include("rewards.urls")),
    path("", include("mailroom.urls")),
    path("", include("loyalty_site.staff_urls")),
    # Nobody has a password; allauth has pages for it all the same.
    re_path(r"^accounts/password/", RedirectView.as_view(pattern_name="account_login")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
