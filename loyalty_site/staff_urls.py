"""Addresses by which staff come in."""

from django.urls import path

from loyalty_site.login_link import open_link

urlpatterns = [path("accounts/link/<str:token>/", open_link, name="login_link")]
