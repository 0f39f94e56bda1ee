"""Who did what a line of the ledger tells of, in words."""

from django.utils.translation import gettext as _

from members.models import ApiClient, Source, User


def who_did(actor: str) -> str:
    """Name the program, an import, a till, the member, or people; of two people the second approved."""
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
    """A login or a till by its name, a member as the one it is about; else as it stands."""
    kind, _colon, number = part.partition(":")
    if kind == "member":
        return _("the member")
    if not number.isdecimal():
        return part
    if kind == "api":
        client = ApiClient.objects.filter(pk=int(number)).first()
        return client.name if client else part
    user = User.objects.filter(pk=int(number)).first() if kind == "user" else None
    return user.get_full_name() if user else part
