"""An audience in a sentence, in the reader's language: "Members who are Gold or Silver and …"."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext

from campaigns.conditions import Condition, Kind
from members.models import Tier, User
from points.reports.wording import day, listed, money, points_text, whole

LANGUAGES = ("nl", "en")
Say = Callable[[Condition, bool], str]


def sentence(conditions: Sequence[Condition]) -> str:
    """Say whom these conditions leave: everybody, or members who meet all of them."""
    if not conditions:
        return _("All members")
    return _("Members who %(conditions)s") % {"conditions": listed(phrases(conditions))}


def sentences(conditions: Sequence[Condition]) -> dict[str, str]:
    """The sentence in each language, to be kept with a campaign."""
    said = {}
    for language in LANGUAGES:
        with override(language):
            said[language] = sentence(conditions)
    return said


def phrases(conditions: Sequence[Condition]) -> list[str]:
    """Say each condition as what follows on "members who"."""
    return [_SAY[one.kind](one, one.negated) for one in conditions]


def either(words: Sequence[str]) -> str:
    """Write "a, b or c"."""
    if len(words) < 2:
        return "".join(words)
    return _("%(most)s or %(last)s") % {"most": ", ".join(words[:-1]), "last": words[-1]}


def period(one: Condition) -> str:
    """Say when: in the last so many days, or between which."""
    if one.days == 0:
        return _("today")
    if one.days is not None:
        return ngettext("in the last %(days)s day", "in the last %(days)s days", one.days) % {
            "days": whole(one.days)
        }
    if one.first is not None and one.last is not None:
        return _("from %(first)s up to and including %(last)s") % {
            "first": day(one.first),
            "last": day(one.last),
        }
    if one.first is not None:
        return _("since %(first)s") % {"first": day(one.first)}
    if one.last is not None:
        return _("before %(day)s") % {"day": day(one.last + timedelta(days=1))}
    return pgettext("when somebody bought", "ever")


def _tier(one: Condition, negated: bool) -> str:  # noqa: FBT001
    named = {str(tier.rank): tier.name for tier in Tier.objects.all()}
    names = {"tiers": either([named.get(rank, rank) for rank in one.among])}
    return (_("are not %(tiers)s") if negated else _("are %(tiers)s")) % names


def _spendable(one: Condition, negated: bool) -> str:  # noqa: FBT001
    least, most = (None if end is None else int(end) for end in (one.least, one.most))
    if least is not None and most is not None:
        ends = {"least": whole(least), "most": points_text(most)}
        return (
            _("cannot spend between %(least)s and %(most)s")
            if negated
            else _("can spend between %(least)s and %(most)s")
        ) % ends
    if most is None:
        said = {"points": points_text(least or 0)}
        return (
            _("cannot spend %(points)s") if negated else _("can spend %(points)s or more")
        ) % said
    said = {"points": points_text(most)}
    return (
        _("can spend more than %(points)s") if negated else _("can spend at most %(points)s")
    ) % said


def _bought(one: Condition, negated: bool) -> str:  # noqa: FBT001
    if not one.has_period:
        return _("have never bought anything") if negated else _("have bought before")
    if negated and one.days:
        return ngettext(
            "have not bought for %(days)s day", "have not bought for %(days)s days", one.days
        ) % {"days": whole(one.days)}
    when = {"period": period(one)}
    return (_("bought nothing %(period)s") if negated else _("bought %(period)s")) % when


def _spend(one: Condition, negated: bool) -> str:  # noqa: FBT001
    ends = {"period": period(one)}
    least, most = one.least, one.most
    if least is not None and most is not None:
        ends |= {"least": money(least), "most": money(most)}
        return (
            _("did not spend between %(least)s and %(most)s %(period)s")
            if negated
            else _("spent between %(least)s and %(most)s %(period)s")
        ) % ends
    if most is None:
        ends |= {"amount": money(least or Decimal(0))}
        return (
            _("spent less than %(amount)s %(period)s")
            if negated
            else _("spent %(amount)s or more %(period)s")
        ) % ends
    ends |= {"amount": money(most)}
    return (
        _("spent more than %(amount)s %(period)s")
        if negated
        else _("spent at most %(amount)s %(period)s")
    ) % ends


def _things(one: Condition, negated: bool) -> str:  # noqa: FBT001
    said = {"names": either(one.among), "period": period(one)}
    return (
        _("bought nothing from %(names)s %(period)s")
        if negated
        else _("bought from %(names)s %(period)s")
    ) % said


def _store(one: Condition, negated: bool) -> str:  # noqa: FBT001
    said = {"names": either(one.among), "period": period(one)}
    return (
        _("bought nothing in %(names)s %(period)s")
        if negated
        else _("bought in %(names)s %(period)s")
    ) % said


def _usual_store(one: Condition, negated: bool) -> str:  # noqa: FBT001
    said = {"names": either(one.among), "period": period(one)}
    return (
        _("did not come most often to %(names)s %(period)s")
        if negated
        else _("came most often to %(names)s %(period)s")
    ) % said


def _birthday_month(one: Condition, negated: bool) -> str:  # noqa: FBT001
    said = {"months": either([str(MONTHS[int(month)]) for month in one.among])}
    return (
        _("do not have their birthday in %(months)s")
        if negated
        else _("have their birthday in %(months)s")
    ) % said


def _birthday_soon(one: Condition, negated: bool) -> str:  # noqa: FBT001
    days = one.days or 0
    if not days:
        return _("do not have their birthday today") if negated else _("have their birthday today")
    said = {"days": whole(days)}
    if negated:
        return (
            ngettext(
                "do not have their birthday within %(days)s day",
                "do not have their birthday within %(days)s days",
                days,
            )
            % said
        )
    return (
        ngettext(
            "have their birthday within %(days)s day",
            "have their birthday within %(days)s days",
            days,
        )
        % said
    )


def _joined(one: Condition, negated: bool) -> str:  # noqa: FBT001
    when = {"period": period(one)}
    return (_("did not join %(period)s") if negated else _("joined %(period)s")) % when


def _language(one: Condition, negated: bool) -> str:  # noqa: FBT001
    named = dict(User.Language.choices)
    said = {"languages": either([str(named.get(code, code)) for code in one.among])}
    return (_("do not read %(languages)s") if negated else _("read %(languages)s")) % said


_SAY: dict[Kind, Say] = {
    Kind.TIER: _tier,
    Kind.SPENDABLE: _spendable,
    Kind.BOUGHT: _bought,
    Kind.SPEND: _spend,
    Kind.CATEGORY: _things,
    Kind.DEPARTMENT: _things,
    Kind.STORE: _store,
    Kind.USUAL_STORE: _usual_store,
    Kind.BIRTHDAY_MONTH: _birthday_month,
    Kind.BIRTHDAY_SOON: _birthday_soon,
    Kind.JOINED: _joined,
    Kind.LANGUAGE: _language,
}
