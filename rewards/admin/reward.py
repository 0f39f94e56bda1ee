"""The catalog in the back office: what there is, how many, for whom, and what became of it."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from members.admin.buttons import ask, found, question_page
from members.admin.pages import StaffPage
from members.admin.traces import Done, kept
from points.reports.wording import money, whole
from rewards.actions.catalog import (
    add_stock,
    count_stock,
    end_early_access,
    give_early_access,
    invite_to_reward,
    put_in_catalog,
    save_reward,
    set_picture,
    take_off_list,
    withdraw_reward,
)
from rewards.admin.reward_form import FIELDS, SHOWN_WHEN, RewardForm
from rewards.admin.reward_questions import (
    ADD,
    CAME_IN,
    EARLY,
    INVITED,
    PICTURE,
    PUT_IN,
    STOCK,
    WITHDRAW,
    PictureForm,
)
from rewards.models import EarlyAccess, Place, Reward, RewardPicture
from rewards.models.reward import RewardQuerySet
from rewards.reports.redeemed import redeemed_lately
from rewards.reports.worth import price_text, worth_text

CHANGE = "rewards.change_reward"
STOCK_TAKING = "rewards.change_stock"
COLORS = {"draft": "default", "live": "success", "withdrawn": "danger"}


@admin.register(Reward)
class RewardPage(StaffPage):
    """What members can have for their points."""

    form = RewardForm
    list_display = ["picture", "name_shown", "worth", "price", "in_stock", "waiting", "state_label"]
    list_display_links = ["picture", "name_shown"]
    list_filter = [("state", ChoicesDropdownFilter), ("gives", ChoicesDropdownFilter)]
    list_filter_submit = True
    search_fields = ["name_nl__istartswith", "name_en__istartswith"]
    search_help_text = gettext_lazy("The beginning of a name")
    ordering = ["-id"]
    nothing_yet = gettext_lazy(
        "A reward is what members get for their points. Begin with a discount on the groceries: "
        "everybody can use it."
    )
    change_form_after_template = "rewards/admin/_figures.html"
    conditional_fields = SHOWN_WHEN
    fieldsets = [
        (gettext_lazy("What it is"), {"fields": FIELDS[:7]}),
        (gettext_lazy("For whom and when"), {"fields": FIELDS[7:11]}),
        (gettext_lazy("What it costs and gives"), {"fields": FIELDS[11:21]}),
        (gettext_lazy("Limits and handing over"), {"fields": FIELDS[21:25]}),
        (gettext_lazy("For the books"), {"fields": FIELDS[25:]}),
    ]
    actions_detail = [
        "put_in",
        "withdraw",
        "stock",
        {
            "title": gettext_lazy("More"),
            "items": ["set_its_picture", "early", "invited"],
        },
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reward]:
        rows: RewardQuerySet = super().get_queryset(request)
        pictures = RewardPicture.objects.filter(reward=OuterRef("pk")).order_by("-language")
        # By themselves: joined to every place there ever was, a list would take longer each year.
        waiting = (
            Place.objects.filter(reward=OuterRef("pk"), state=Place.State.WAITING)
            .order_by()
            .values("reward")
            .annotate(many=Count("pk"))
        )
        shown: QuerySet[Reward] = rows.with_its_stock().annotate(
            picture_id=Subquery(pictures.values("pk")[:1]),
            picture_digest=Subquery(pictures.values("digest")[:1]),
            in_line=Coalesce(Subquery(waiting.values("many")), 0),
        )
        return shown

    def save_model(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: Reward,
        form: ModelForm[Reward],
        change: bool,  # noqa: FBT001
    ) -> None:
        wanted = {name: form.cleaned_data[name] for name in FIELDS if name in form.cleaned_data}
        number = obj.pk if change else None
        saved = save_reward(reward_id=number, wanted=wanted, now=timezone.now())
        obj.pk = saved.pk

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = dict(extra_context or {})
        shown = self.get_object(request, object_id) if object_id else None
        if isinstance(shown, Reward) and self.has_view_permission(request):
            number = shown.pk
            lately = redeemed_lately(number, timezone.now())
            context |= {
                "lately": lately,
                "points_text": whole(lately.points),
                "cost_text": money(lately.cost),
                "pictures": RewardPicture.objects.filter(reward_id=number).defer("content"),
                "early": EarlyAccess.objects.filter(reward_id=number).select_related("tier"),
            }
        page: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        return page

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        reward = self.get_object(request, str(object_id))
        if not isinstance(reward, Reward):
            return []
        hidden = "put_in" if reward.state == Reward.State.LIVE else "withdraw"
        buttons: list[Any] = super().get_actions_detail(request, object_id)
        return [
            button
            for button in buttons
            if isinstance(button, dict) or not button.action_name.endswith(f"_{hidden}")
        ]

    @display(description=gettext_lazy("picture"))
    def picture(self, reward: Reward) -> SafeString | str:
        number, digest = vars(reward)["picture_id"], vars(reward)["picture_digest"]
        if number is None:
            return "–"
        address = reverse("rewards:picture", args=[number, digest])
        return format_html('<img src="{}" width="72" height="48" alt="">', address)

    @display(description=gettext_lazy("name"))
    def name_shown(self, reward: Reward) -> str:
        return reward.name

    @display(description=gettext_lazy("gives"))
    def worth(self, reward: Reward) -> str:
        return worth_text(reward) or reward.get_gives_display()

    @display(description=gettext_lazy("price"))
    def price(self, reward: Reward) -> str:
        return price_text(reward)

    @display(description=gettext_lazy("stock"))
    def in_stock(self, reward: Reward) -> str:
        return whole(reward.stock.left) if reward.has_stock else _("endless")

    @display(description=gettext_lazy("in line"))
    def waiting(self, reward: Reward) -> str:
        return whole(vars(reward)["in_line"])

    @display(description=gettext_lazy("state"), label=COLORS)
    def state_label(self, reward: Reward) -> tuple[str, str]:
        return reward.state, reward.get_state_display()

    @action(
        description=gettext_lazy("Put in the catalog"),
        url_path="put-in",
        permissions=[CHANGE],
        icon="visibility",
        variant=ActionVariant.PRIMARY,
    )
    def put_in(self, request: HttpRequest, object_id: str) -> HttpResponse:
        reward = found(self, Reward, request, object_id)

        def act(answers: dict[str, Any]) -> Done:  # noqa: ARG001
            before = reward.state
            after = put_in_catalog(reward_id=reward.pk, now=timezone.now()).state
            return Done(_("Put in the catalog"), {"state": before}, {"state": after})

        return ask(self, request, reward, PUT_IN, act=act, back=_page(reward))

    @action(
        description=gettext_lazy("Withdraw"),
        url_path="withdraw",
        permissions=[CHANGE],
        icon="visibility_off",
        variant=ActionVariant.DANGER,
    )
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        reward = found(self, Reward, request, object_id)

        def act(answers: dict[str, Any]) -> Done:  # noqa: ARG001
            before = reward.state
            after = withdraw_reward(reward_id=reward.pk, now=timezone.now()).state
            return Done(_("Withdrawn from the catalog"), {"state": before}, {"state": after})

        return ask(self, request, reward, WITHDRAW, act=act, back=_page(reward))

    @action(
        description=gettext_lazy("Stock"),
        url_path="stock",
        permissions=[STOCK_TAKING],
        icon="inventory_2",
    )
    def stock(self, request: HttpRequest, object_id: str) -> HttpResponse:
        reward = found(self, Reward, request, object_id)

        def act(answers: dict[str, Any]) -> Done:
            before = reward.stock.left if reward.has_stock else None
            change = add_stock if answers["how"] == CAME_IN else count_stock
            after = change(
                reward_id=reward.pk,
                pieces=answers["pieces"],
                request_key=answers["request_key"],
                now=timezone.now(),
            )
            words = _("Stock: %(pieces)s") % {"pieces": whole(after.left)}
            return Done(words, {"left": before}, {"left": after.left})

        return ask(self, request, reward, STOCK, act=act, back=_page(reward))

    @action(
        description=gettext_lazy("Early access"),
        url_path="early",
        permissions=[CHANGE],
        icon="schedule",
    )
    def early(self, request: HttpRequest, object_id: str) -> HttpResponse:
        reward = found(self, Reward, request, object_id)

        def act(answers: dict[str, Any]) -> Done:
            tier, from_at = answers["tier"], answers["from_at"]
            if from_at is None:
                end_early_access(reward_id=reward.pk, tier=tier.pk)
                return Done(_("No early access for %(tier)s") % {"tier": tier})
            give_early_access(reward_id=reward.pk, tier=tier.pk, from_at=from_at)
            return Done(
                _("Early access for %(tier)s") % {"tier": tier}, {}, {"from_at": kept(from_at)}
            )

        return ask(self, request, reward, EARLY, act=act, back=_page(reward))

    @action(
        description=gettext_lazy("Members on the list"),
        url_path="invited",
        permissions=[CHANGE],
        icon="group",
    )
    def invited(self, request: HttpRequest, object_id: str) -> HttpResponse:
        reward = found(self, Reward, request, object_id)

        def act(answers: dict[str, Any]) -> Done:
            member = answers["member"]
            if answers["what"] == ADD:
                invite_to_reward(reward_id=reward.pk, member_id=member.pk, now=timezone.now())
                return Done(_("A member was put on the list"), {}, {"member": member.pk})
            take_off_list(reward_id=reward.pk, member_id=member.pk)
            return Done(_("A member was taken off the list"), {"member": member.pk}, {})

        return ask(self, request, reward, INVITED, act=act, back=_page(reward))

    @action(
        description=gettext_lazy("Picture"),
        url_path="picture",
        permissions=[CHANGE],
        icon="image",
    )
    def set_its_picture(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for a file; a question with one cannot be asked as the others are."""
        reward = found(self, Reward, request, object_id)
        form = PictureForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            self._keep_picture(request, reward, form.cleaned_data)
            messages.success(request, _("The picture was saved"))
            return redirect(_page(reward))
        return question_page(self, request, PICTURE, form, obj=reward, back=_page(reward))

    @transaction.atomic
    def _keep_picture(self, request: HttpRequest, reward: Reward, answers: dict[str, Any]) -> None:
        chosen = answers["language"]
        for language in ("nl", "en") if chosen == "both" else (chosen,):
            set_picture(
                reward_id=reward.pk,
                language=language,
                content=answers["picture"],
                alt=answers["alt"],
            )
        self.record(request, reward, Done(_("Picture changed"), {}, {"alt": answers["alt"]}))


def _page(reward: Reward) -> str:
    return reverse("admin:rewards_reward_change", args=[reward.pk])
