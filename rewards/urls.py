"""Addresses of this room."""

from django.urls import path

from rewards.views import catalog, gift_cards, vouchers

app_name = "rewards"
urlpatterns = [
    path("my/vouchers/", vouchers.vouchers, name="vouchers"),
    path("my/vouchers/<uuid:reference>/", vouchers.voucher, name="voucher"),
    path("my/vouchers/<uuid:reference>/<slug:paper>.pdf", vouchers.certificate, name="certificate"),
    path("my/vouchers/<uuid:reference>/share/", gift_cards.share, name="share"),
    path("my/vouchers/<uuid:reference>/share/end/", gift_cards.end, name="end_sharing"),
    path("gift/<str:token>/", gift_cards.shared, name="shared"),
    path("rewards/", catalog.catalog, name="catalog"),
    path("rewards/<int:reward_id>/", catalog.reward, name="reward"),
    path("rewards/<int:reward_id>/redeem/", catalog.redeem, name="redeem"),
    path("rewards/<int:reward_id>/line/", catalog.line, name="line"),
    path("rewards/taken/<int:redemption_id>/back/", catalog.take_back, name="take_back"),
    path("rewards/pictures/<int:picture_id>/<slug:digest>.webp", catalog.picture, name="picture"),
]
