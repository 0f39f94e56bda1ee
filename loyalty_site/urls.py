"""Addresses."""

from django.contrib import admin
from django.urls import include, path

from loyalty_site import views
from loyalty_site.health import health

urlpatterns = [
    path("", views.landing, name="landing"),
    path("my/", views.home, name="home"),
    path("healthz/", health, name="healthz"),
    path("language/", views.set_language, name="set_language"),
    path("", include("members.urls")),
    path("", include("points.urls")),
    path("", include("mailroom.urls")),
    path("", include("loyalty_site.staff_urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
