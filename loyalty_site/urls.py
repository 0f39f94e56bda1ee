"""Addresses."""

from django.contrib import admin
from django.urls import include, path

from loyalty_site import views

urlpatterns = [
    path("", views.landing, name="landing"),
    path("my/", views.home, name="home"),
    path("language/", views.set_language, name="set_language"),
    path("", include("members.urls")),
    path("", include("points.urls")),
    path("", include("mailroom.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
