"""Addresses of this room."""

from django.urls import path

from members.views import brand, card, joining, mail, profile, terms

app_name = "members"
urlpatterns = [
    path("brand.css", brand.styles, name="brand_styles"),
    path("brand/logo-<slug:digest>.png", brand.logo, name="brand_logo"),
    path("brand/icon-<int:side>-<slug:digest>.png", brand.icon, name="brand_icon"),
    path("join/<str:token>/", joining.invited, name="invited"),
    path("stop/<str:token>/", mail.preferences, name="stop"),
    path("mail/yes/<str:token>/", mail.confirm, name="confirm_consent"),
    path("terms/", terms.terms, name="terms"),
    path("terms/<int:number>/", terms.terms_version, name="terms_version"),
    path("my/join/", joining.join, name="join"),
    path("my/join/again/", joining.claim, name="claim"),
    path("my/join/leave/", joining.leave, name="leave_line"),
    path("my/terms/", terms.my_terms, name="my_terms"),
    path("my/news/", profile.news, name="news"),
    path("my/leave/", profile.leave, name="leave"),
    path("my/card/", card.card, name="card"),
    path("my/card/barcode.svg", card.card_barcode, name="card_barcode"),
    path("my/card/qr.svg", card.card_qr, name="card_qr"),
    path("my/profile/", profile.profile, name="profile"),
]
