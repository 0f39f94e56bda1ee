"""What staff may do alone, what they did today, and whom they may invite first."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import Member

ONLY = 1


class AdjustmentLimit(models.Model):
    """How many points one colleague may give or take in a day without a second person."""

    id = models.SmallIntegerField(primary_key=True, default=ONLY, editable=False)
    points_a_day = models.PositiveIntegerField(
        _("points a day"),
        default=500,
        help_text=_(
            "Given and taken points of one member of staff add up, and so does what purchases "
            "earn that they enter by hand. With 500, a colleague who has given 450 today asks a "
            "second person for the next 100. 0: always a second person."
        ),
    )

    class Meta:
        verbose_name = _("limit for adjusting points")
        verbose_name_plural = _("limit for adjusting points")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=ONLY), name="one_adjustment_limit"),
        ]

    def __str__(self) -> str:
        return str(self.points_a_day)

    @classmethod
    def current(cls) -> int:
        """Return the limit, or the default as long as nobody set one."""
        row = cls.objects.filter(pk=ONLY).first() or cls()
        return row.points_a_day


class AdjustedInADayQuerySet(models.QuerySet["AdjustedInADay"]):
    """Filters that read as a sentence."""

    def lock(self, pk: int) -> "AdjustedInADay":
        return self.select_for_update(of=("self",)).get(pk=pk)


class AdjustedInADay(models.Model):
    """What one member of staff has adjusted alone on a local day; locked while it is counted."""

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    day = models.DateField(_("day"))
    points = models.PositiveBigIntegerField(_("points"), default=0)

    objects = AdjustedInADayQuerySet.as_manager()

    class Meta:
        verbose_name = _("adjusted in a day")
        verbose_name_plural = _("adjusted in a day")
        constraints = [
            models.UniqueConstraint(fields=["staff", "day"], name="one_count_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.day}: {self.points}"


class Spending(models.Model):
    """What a member spent in the last twelve months, as counted at `counted_at`."""

    member = models.OneToOneField(
        Member,
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="spending",
    )
    total = models.DecimalField(_("spent"), max_digits=12, decimal_places=2)
    purchases = models.PositiveIntegerField(_("purchases"))
    latest_at = models.DateTimeField(_("latest purchase"))
    counted_at = models.DateTimeField(_("counted at"))

    class Meta:
        verbose_name = _("best customer")
        verbose_name_plural = _("best customers")
        ordering = ["-total", "member"]
        indexes = [models.Index(fields=["-total", "member"], name="spending_most_first")]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.total}"
