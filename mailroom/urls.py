"""Addresses of this room."""

from django.urls import path

from mailroom import views, webhooks

app_name = "mailroom"
urlpatterns = [
    path("outbox/", views.outbox, name="outbox"),
    path("anymail/<slug:provider>/tracking/", webhooks.mail_news, name="mail_news"),
]
