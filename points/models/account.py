"""Accounts: the cached totals, and the lock everything takes first."""

from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from members.models import Member, Tier
from members.models.triggers import never_deleted


class AccountQuerySet(models.QuerySet["Account"]):
    """Filters that read as a sentence."""

    def lock(self, member_id: int) -> "Account":
        return self.select_for_update(of=("self",)).get(pk=member_id)

    def version_of(self, member_id: int) -> str:
        """
        Name the account's row as it is now; empty if nothing was ever posted.

        Whatever changes a member's book writes this row, and PostgreSQL numbers each writing.
        """
        written = RawSQL("points_account.xmin::text || '.' || points_account.sequence", [])
        versions = self.filter(pk=member_id).order_by().values_list(written, flat=True)
        return next(iter(versions), "")


class Account(models.Model):
    """
    One narrow row a member.

    `head` is the hash of the last entry; `status_bound` is no lower than the status points
    in the trailing window of `status_days`; `review_on` is the first local day on which the
    tier may have to fall, unknown when null.
    """

    member = models.OneToOneField(
        Member,
        verbose_name=_("member"),
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="account",
    )
    balance = models.BigIntegerField(_("balance"), default=0)
    debt = models.BigIntegerField(_("debt"), default=0)
    sequence = models.IntegerField(default=0)
    purchases = models.IntegerField(_("purchases"), default=0)
    head = models.BinaryField(default=b"")
    tier = models.ForeignKey(
        Tier,
        verbose_name=_("tier"),
        on_delete=models.PROTECT,
        default=0,
        related_name="+",
        db_index=False,
    )
    tier_since = models.DateTimeField(null=True, blank=True)
    remainder = models.DecimalField(max_digits=20, decimal_places=10, default=0, db_default=0)
    status_bound = models.BigIntegerField(default=0)
    status_days = models.SmallIntegerField(default=0)
    latest_at = models.DateTimeField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)
    reviewed_under = models.IntegerField(default=0)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["member"]
        constraints = [
            models.CheckConstraint(condition=models.Q(debt__gte=0), name="debt_not_negative"),
            models.CheckConstraint(
                condition=models.Q(balance__gte=-models.F("debt")), name="balance_covers_debt"
            ),
            models.CheckConstraint(
                condition=models.Q(sequence__range=(0, 2**24 - 1))
                & models.Q(purchases__range=(0, 2**24 - 1)),
                name="sequence_fits_the_id",
            ),
        ]
        indexes = [
            models.Index(
                fields=["review_on"],
                condition=models.Q(tier__gt=0),
                name="account_review_due",
            ),
            models.Index(fields=["tier", "member"], name="account_by_tier"),
        ]
        triggers = never_deleted()

    def __str__(self) -> str:
        return f"{self.member_id}: {self.balance}"
