"""Who did what a line of the ledger tells of, in words."""

from django.utils.translation import gettext as _

from members.models import Source, User


def who_did(actor: str) -> str:
    """Name the program, an import, or people; of two people the second approved."""
    if actor == "program":
        return _("the program")
    kind, _colon, number = actor.partition(":")
    if kind == "import":
        source = Source.objects.filter(pk=number).first() if number.isdecimal() else None
        return _("an import from %(source)s") % {"source": source} if source else _("an import")
    names = [_person(part) for part in actor.split(",")]
    if len(names) == 2:
        return _("%(who)s, approved by %(second)s") % {"who": names[0], "second": names[1]}
    return names[0]


def _person(part: str) -> str:
    """A login by its name; what is no login as it stands."""
    kind, _colon, number = part.partition(":")
    if kind != "user" or not number.isdecimal():
        return part
    user = User.objects.filter(pk=int(number)).first()
    return user.get_full_name() if user else part
