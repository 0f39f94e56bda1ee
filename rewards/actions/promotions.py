"""Promotional codes: one word that everybody may use, so many times in all."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from members.actions.entitlement import staff_who_may
from members.refusals import Refusal
from members.signals import announce
from rewards.actions.batches import ADD, OtherBatch, keep_batch, new_batch
from rewards.actions.issuing import Worth
from rewards.code_vault import digest_of, seal
from rewards.codes import LOOK_ALIKE
from rewards.models import Batch, Voucher
from rewards.models.batch import MOST_USES
from rewards.models.reward import Gives
from rewards.promotion_words import tidy, written
from rewards.signals import voucher_issued

SHOWN_OF_A_WORD = 2
"""Fewer than of a random code: of a short word five letters would be all of it."""


class NotAWord(Refusal):
    code = "not_a_word"


class WordTaken(Refusal):
    code = "code_taken"


class WordInName(Refusal):
    code = "code_in_name"


class UsesOutOfRange(Refusal):
    code = "uses_out_of_range"


class NoGiftCard(Refusal):
    code = "no_gift_card"


@transaction.atomic
def start_promotion(
    *,
    name: str,
    word: str,
    worth: Worth,
    valid_from: datetime,
    expires_at: datetime,
    most_uses: int,
    per_member: int | None,
    request_key: UUID,
    staff_id: int,
    now: datetime,
) -> Batch:
    """
    Make a word a code that everybody may use, `most_uses` times in all.

    The same request key makes one. Refuses a word that is a code already, used up or expired
    ones among them: a code that was printed once never comes to mean something else.
    """
    staff = staff_who_may(staff_id=staff_id, permission=ADD)
    found_by = tidy(word)
    _refuse_word(found_by, name)
    _refuse_uses(most_uses, per_member)
    if worth.gives == Gives.GIFT_CARD:
        raise NoGiftCard(_("A gift card has a code of its own; it cannot be for everybody."))
    batch = new_batch(
        form=Batch.Form.PROMOTION,
        name=name,
        worth=worth,
        valid_from=valid_from,
        expires_at=expires_at,
        request_key=request_key,
        staff_id=staff.pk,
        now=now,
    )
    batch.made, batch.per_member = 1, per_member
    batch.state, batch.ready_at = Batch.State.READY, now
    kept = keep_batch(batch=batch)
    if kept is batch:
        _issue(batch, worth, word, most_uses, now)
    elif not kept.vouchers.filter(digest=digest_of(found_by), most_uses=most_uses).exists():
        raise OtherBatch(_("This form was sent before with other answers; open it again."))
    return kept


def _issue(batch: Batch, worth: Worth, word: str, most_uses: int, now: datetime) -> None:
    shown = written(word)
    try:
        with transaction.atomic():
            voucher = Voucher.objects.create(
                digest=digest_of(tidy(word)),
                sealed=seal(shown),
                tail=shown[-SHOWN_OF_A_WORD:],
                gives=worth.gives,
                value=worth.value,
                percent=worth.percent,
                most_off=worth.most_off,
                product=worth.product,
                least_order=worth.least_order,
                is_alone=worth.is_alone,
                vat=worth.vat,
                cost=worth.cost,
                batch=batch,
                issued_at=now,
                valid_from=batch.valid_from,
                expires_at=batch.expires_at,
                most_uses=most_uses,
            )
    except IntegrityError:
        raise WordTaken(_("This word is a code already, or looks too much like one.")) from None
    announce(voucher_issued, voucher_id=voucher.pk)


def _refuse_word(found_by: str, name: str) -> None:
    if not found_by:
        raise NotAWord(_("Choose a word of 4 to 20 letters and digits, without accents."))
    if found_by in written(name).translate(LOOK_ALIKE):
        raise WordInName(
            _("Give it another name than its code: names are readable where codes are not.")
        )


def _refuse_uses(most_uses: int, per_member: int | None) -> None:
    if not 1 <= most_uses <= MOST_USES:
        raise UsesOutOfRange(_("It can be used from 1 to 10,000,000 times."))
    if per_member is not None and not 1 <= per_member <= most_uses:
        raise UsesOutOfRange(_("One member cannot use it more often than all together."))
