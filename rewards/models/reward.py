"""Rewards: what they give, what they cost, and who may have them."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from members.models import Member, Tier
from members.models.triggers import never_deleted

MOST_POINTS = 100_000_000
"""What a reward may cost; far below what an integer holds."""


class Gives(models.TextChoices):
    """What a reward is, and what its voucher is good for."""

    DISCOUNT = "discount", _("discount on an order")
    PERCENTAGE = "percentage", _("percentage off an order")
    PRODUCT = "product", _("product")
    GIFT_CARD = "gift_card", _("gift card")
    PERK = "perk", _("service")
    EXPERIENCE = "experience", _("experience")
    DONATION = "donation", _("donation")


MONEY = (Gives.DISCOUNT, Gives.GIFT_CARD, Gives.DONATION)
"""Those that are worth an amount."""
THINGS = (Gives.PRODUCT, Gives.PERK, Gives.EXPERIENCE)
"""Those that are had once they were handed over, or once their voucher was used: not both."""


class Vat(models.TextChoices):
    """When VAT is due: on what is bought with it, or on the voucher itself."""

    MULTI = "multi", _("multi-purpose: VAT when it is used")
    SINGLE = "single", _("single-purpose: VAT when it is issued")


class RewardQuerySet(models.QuerySet["Reward"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "Reward":
        """Lock a reward, not against those who redeem it: what they write only points at it."""
        return self.select_for_update(of=("self",), no_key=True).get(pk=pk)

    def live(self, now: datetime) -> Self:
        """Those that are offered to somebody at this moment, early access aside."""
        return self.filter(state=Reward.State.LIVE).filter(
            Q(until_at__isnull=True) | Q(until_at__gt=now)
        )

    def with_its_stock(self) -> Self:
        return self.select_related("stock", "tier")


class Reward(models.Model):
    """
    One line of the catalog.

    `points` is the price. With `step_points` the member chooses: from `points`, in steps, to
    `most_points`; each step adds `step_value` to `value`. `revision` counts changes of what it
    costs or gives, so that nobody buys at a price other than the one they saw.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        LIVE = "live", _("in the catalog")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", _("everybody, also who is no member yet")
        MEMBERS = "members", _("members only")
        INVITED = "invited", _("the members on its list")

    class Period(models.TextChoices):
        DAY = "day", _("a day")
        WEEK = "week", _("a week")
        MONTH = "month", _("a month")
        YEAR = "year", _("a year")
        EVER = "ever", _("ever")

    class Handing(models.TextChoices):
        NONE = "none", _("nothing to hand over")
        SHIP = "ship", _("sent to the member")
        PICK_UP = "pick_up", _("picked up in the store")

    gives = models.CharField(_("what it gives"), max_length=10, choices=Gives)
    name_nl = models.CharField(_("name in Dutch"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    text_nl = models.TextField(_("text in Dutch"), max_length=2000, blank=True)
    text_en = models.TextField(_("text in English"), max_length=2000, blank=True)
    rules_nl = models.CharField(_("rules in one sentence, Dutch"), max_length=300, blank=True)
    rules_en = models.CharField(_("rules in one sentence, English"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    audience = models.CharField(
        _("who may see it"), max_length=9, choices=Audience, default=Audience.EVERYBODY
    )
    tier = models.ForeignKey(
        Tier,
        verbose_name=_("from tier"),
        on_delete=models.PROTECT,
        default=0,
        related_name="+",
        db_index=False,
    )
    from_at = models.DateTimeField(_("from"), null=True, blank=True)
    until_at = models.DateTimeField(_("until"), null=True, blank=True)

    points = models.PositiveBigIntegerField(_("price in points"))
    step_points = models.PositiveBigIntegerField(_("step in points"), null=True, blank=True)
    most_points = models.PositiveBigIntegerField(_("at most, in points"), null=True, blank=True)
    value = models.DecimalField(
        _("value in euros"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    step_value = models.DecimalField(
        _("each step adds, in euros"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    percent = models.DecimalField(
        _("percentage"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    most_off = models.DecimalField(
        _("at most, in euros"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    product = models.CharField(_("the shop's number of the product"), max_length=64, blank=True)
    least_order = models.DecimalField(
        _("on orders from, in euros"), max_digits=10, decimal_places=2, default=0
    )
    is_alone = models.BooleanField(_("not together with other vouchers"), default=False)

    valid_months = models.PositiveSmallIntegerField(_("voucher valid for, in months"), default=12)
    per_member = models.PositiveIntegerField(_("at most per member"), null=True, blank=True)
    period = models.CharField(_("in"), max_length=5, choices=Period, default=Period.EVER)
    handing = models.CharField(
        _("handing over"), max_length=7, choices=Handing, default=Handing.NONE
    )
    cost = models.DecimalField(
        _("cost price in euros"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    vat = models.CharField(_("VAT"), max_length=6, choices=Vat, default=Vat.MULTI)
    revision = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(_("changed at"))

    objects = RewardQuerySet.as_manager()

    class Meta:
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        ordering = ["points", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(points__gte=1, points__lte=MOST_POINTS), name="reward_has_a_price"
            ),
            models.CheckConstraint(
                condition=Q(step_points__isnull=True, step_value__isnull=True, most_points=None)
                | Q(
                    gives__in=[Gives.DISCOUNT, Gives.GIFT_CARD, Gives.DONATION],
                    step_points__gte=1,
                    step_value__gt=0,
                    most_points__gte=F("points"),
                    most_points__lte=MOST_POINTS,
                ),
                name="reward_steps_are_whole",
            ),
            models.CheckConstraint(
                condition=Q(
                    gives__in=[Gives.DISCOUNT, Gives.GIFT_CARD, Gives.DONATION], value__gt=0
                )
                | (
                    ~Q(gives__in=[Gives.DISCOUNT, Gives.GIFT_CARD, Gives.DONATION])
                    & (Q(value__isnull=True) | Q(value__gte=0))
                ),
                name="reward_of_money_has_a_value",
            ),
            models.CheckConstraint(
                condition=Q(gives="percentage", percent__gt=0, percent__lte=100)
                | (~Q(gives="percentage") & Q(percent__isnull=True)),
                name="reward_percentage_to_hundred",
            ),
            models.CheckConstraint(
                condition=~Q(gives="product") | ~Q(product=""), name="reward_names_its_product"
            ),
            models.CheckConstraint(
                condition=Q(from_at__isnull=True)
                | Q(until_at__isnull=True)
                | Q(until_at__gt=F("from_at")),
                name="reward_window_is_open",
            ),
            models.CheckConstraint(
                condition=Q(per_member__isnull=True) | Q(per_member__gte=1),
                name="reward_limit_from_one",
            ),
            models.CheckConstraint(
                condition=Q(valid_months__gte=1, valid_months__lte=120),
                name="reward_voucher_lives",
            ),
        ]
        triggers = never_deleted()

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if _english() else self.name_nl

    @property
    def text(self) -> str:
        """What it is, in the reader's language."""
        return self.text_en if _english() else self.text_nl

    @property
    def rules(self) -> str:
        """The rules in one sentence, in the reader's language."""
        return self.rules_en if _english() else self.rules_nl

    @property
    def has_steps(self) -> bool:
        return self.step_points is not None

    @property
    def has_voucher(self) -> bool:
        return self.gives != Gives.DONATION

    @property
    def has_stock(self) -> bool:
        """Whether it can run out; ask its stock along with it."""
        return hasattr(self, "stock")

    @property
    def free(self) -> int | None:
        """How many pieces are there for everybody; None if it never runs out."""
        return self.stock.free if self.has_stock else None


def _english() -> bool:
    return (get_language() or "nl").startswith("en")


class RewardPicture(models.Model):
    """A reward's picture for readers of one language; who has none of their own sees the other."""

    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="pictures")
    language = models.CharField(_("language"), max_length=2)
    content = models.BinaryField(_("picture"))
    digest = models.CharField(max_length=16)
    alt = models.CharField(_("what it shows"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        constraints = [
            models.UniqueConstraint(fields=["reward", "language"], name="one_picture_a_language"),
            models.CheckConstraint(condition=Q(language__in=["nl", "en"]), name="picture_language"),
        ]

    def __str__(self) -> str:
        return f"{self.reward_id}/{self.language}"


class StockQuerySet(models.QuerySet["Stock"]):
    """Filters that read as a sentence."""

    def lock(self, reward_id: int) -> "Stock":
        return self.select_for_update(of=("self",)).get(pk=reward_id)


class Stock(models.Model):
    """
    How many pieces of a reward are left; without such a row it never runs out.

    `held` of them are kept for who waited and whose turn it is.
    """

    reward = models.OneToOneField(
        Reward, on_delete=models.PROTECT, primary_key=True, related_name="stock"
    )
    left = models.PositiveIntegerField(_("pieces left"))
    held = models.PositiveIntegerField(_("of which held"), default=0)
    last_key = models.UUIDField(null=True, editable=False)
    """The request by which somebody counted or added pieces last; sent again it changes nothing."""

    objects = StockQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock")
        verbose_name_plural = _("stock")
        constraints = [
            models.CheckConstraint(condition=Q(left__gte=F("held")), name="stock_holds_what_it_has")
        ]
        triggers = never_deleted()

    def __str__(self) -> str:
        return f"{self.reward_id}: {self.left}"

    @property
    def free(self) -> int:
        return self.left - self.held


class EarlyAccess(models.Model):
    """Members of this tier and above may have a reward from here on, before its window opens."""

    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="early")
    tier = models.ForeignKey(
        Tier, verbose_name=_("from tier"), on_delete=models.PROTECT, related_name="+"
    )
    from_at = models.DateTimeField(_("from"))

    class Meta:
        verbose_name = _("early access")
        verbose_name_plural = _("early access")
        constraints = [
            models.UniqueConstraint(fields=["reward", "tier"], name="one_early_access_a_tier")
        ]

    def __str__(self) -> str:
        return f"{self.reward_id}: {self.tier_id}"


class Invited(models.Model):
    """A member who may see a reward that is for those on its list alone."""

    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="invited")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("member on the list")
        verbose_name_plural = _("members on the list")
        constraints = [
            models.UniqueConstraint(fields=["reward", "member"], name="invited_once"),
        ]

    def __str__(self) -> str:
        return f"{self.reward_id}: {self.member_id}"
