"""Addresses of this room."""

from django.urls import path

from rewards.views import catalog

app_name = "rewards"
urlpatterns = [
    path("rewards/", catalog.catalog, name="catalog"),
    path("rewards/<int:reward_id>/", catalog.reward, name="reward"),
    path("rewards/<int:reward_id>/redeem/", catalog.redeem, name="redeem"),
    path("rewards/<int:reward_id>/line/", catalog.line, name="line"),
    path("rewards/taken/<int:redemption_id>/back/", catalog.take_back, name="take_back"),
    path("rewards/pictures/<int:picture_id>/<str:digest>.png", catalog.picture, name="picture"),
]
