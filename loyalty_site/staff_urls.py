"""Addresses by which staff come in, and of the counter."""

from django.urls import path

from loyalty_site.admin import counter
from loyalty_site.login_link import open_link

urlpatterns = [
    path("accounts/link/<str:token>/", open_link, name="login_link"),
    path("admin/counter/", counter.look_up, name="counter"),
    path("admin/counter/<int:member_id>/", counter.member_at_counter, name="counter_member"),
]
