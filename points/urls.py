"""Addresses of this room."""

from django.urls import path

from points import claim_views, views

app_name = "points"
urlpatterns = [
    path("my/points/", views.book, name="book"),
    path("my/points/expiring/", views.expiring, name="expiring"),
    path("my/points/claim/", claim_views.claim, name="claim"),
    path("my/points/claim/<int:purchase_id>/", claim_views.claimed, name="claimed"),
    path("my/points/download/", views.download, name="download"),
]
