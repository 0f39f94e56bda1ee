"""Addresses of this room."""

from django.urls import path

from points import views

app_name = "points"
urlpatterns = [
    path("my/points/", views.book, name="book"),
    path("my/points/expiring/", views.expiring, name="expiring"),
    path("my/points/download/", views.download, name="download"),
]
