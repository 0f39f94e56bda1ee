"""Addresses of this room."""

from django.urls import path

from members.views import card, joining, profile

app_name = "members"
urlpatterns = [
    path("my/join/", joining.claim, name="claim"),
    path("my/card/", card.card, name="card"),
    path("my/card/barcode.svg", card.card_barcode, name="card_barcode"),
    path("my/card/qr.svg", card.card_qr, name="card_qr"),
    path("my/profile/", profile.profile, name="profile"),
]
