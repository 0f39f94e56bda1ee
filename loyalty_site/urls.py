"""Addresses."""

from django.contrib import admin
from django.urls import include, path

from loyalty_site import installable, views
from loyalty_site.health import health

urlpatterns = [
    path("", views.landing, name="landing"),
    path("my/", views.home, name="home"),
    path("manifest.webmanifest", installable.manifest, name="manifest"),
    path("sw.js", installable.worker, name="worker"),
    path("offline/", installable.offline, name="offline"),
    path("healthz/", health, name="healthz"),
    path("language/", views.set_language, name="set_language"),
    path("", include("members.urls")),
    path("", include("points.urls")),
    path("", include("mailroom.urls")),
    path("", include("loyalty_site.staff_urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
