"""Addresses of this room."""

from django.urls import path

from members import views

app_name = "members"
urlpatterns = [
    path("my/join/", views.claim, name="claim"),
    path("my/card/", views.card, name="card"),
    path("my/card/barcode.svg", views.card_barcode, name="card_barcode"),
    path("my/card/qr.svg", views.card_qr, name="card_qr"),
    path("my/profile/", views.profile, name="profile"),
]
