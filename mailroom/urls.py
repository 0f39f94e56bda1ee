"""Addresses of this room."""

from django.urls import path

from mailroom import views

app_name = "mailroom"
urlpatterns = [
    path("outbox/", views.outbox, name="outbox"),
]
