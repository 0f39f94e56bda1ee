"""A message beside the ways to look at it: language, reader, phone or desktop, light or dark."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_info, gettext_lazy, pgettext_lazy

from mailroom.message import Filled
from mailroom.reports.preview import as_seen
from members.models import Member

MOST_FOUND, MOST_READERS = 6, 8
SEE_MEMBERS = "members.view_member"
VIEWS = (
    ("phone", gettext_lazy("Phone")),
    ("desktop", pgettext_lazy("a wide screen", "Desktop")),
    ("text", gettext_lazy("Plain text")),
)
SCHEMES = (
    ("light", pgettext_lazy("colors of a screen", "Light")),
    ("dark", pgettext_lazy("colors of a screen", "Dark")),
)
Choices = Sequence[tuple[str, str | Promise]]


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to look: where it leads, and whether it is the one shown."""

    label: str | Promise
    query: str
    is_chosen: bool
    language: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What `mailroom/admin/_preview.html` shows."""

    message: Filled
    html: str
    language: str
    view: str
    scheme: str
    languages: list[Choice]
    views: list[Choice]
    schemes: list[Choice]
    member: Member | None
    readers: list[Choice]
    found: list[Choice]
    query: str
    may_choose: bool
    kept: dict[str, str]

    @property
    def without_member(self) -> str:
        return _query(self.kept)


def previewed(
    request: HttpRequest,
    write: Callable[[str, int | None], Filled],
    *,
    readers: Sequence[Member] | None = None,
) -> Preview:
    """
    Have a message written as the address asks, and lay the ways to look at it beside it.

    `write` gets a language and a member's id, or None for the example reader. Who may open
    members may choose any; where `readers` are given, everybody may choose one of them alone.
    """
    asked = request.GET
    language = _one_of(asked.get("language"), settings.LANGUAGES, (get_language() or "nl")[:2])
    view = _one_of(asked.get("view"), VIEWS, "desktop")
    scheme = _one_of(asked.get("scheme"), SCHEMES, "light")
    may_choose = readers is None and request.user.has_perm(SEE_MEMBERS)
    member = (
        _member(asked.get("member", ""))
        if may_choose
        else next((one for one in readers or () if str(one.pk) == asked.get("member")), None)
    )
    query = asked.get("q", "").strip()[:100] if may_choose else ""
    kept = {"language": language, "view": view, "scheme": scheme}
    here = kept | ({"member": str(member.pk)} if member else {})
    message = write(language, member.pk if member else None)
    return Preview(
        message=message,
        html=as_seen(message.html, dark=scheme == "dark"),
        language=language,
        view=view,
        scheme=scheme,
        languages=[
            Choice(
                get_language_info(code)["name_local"].capitalize(),
                _query(here | {"language": code}),
                code == language,
                code,
            )
            for code, _name in settings.LANGUAGES
        ],
        views=_choices(VIEWS, "view", here),
        schemes=_choices(SCHEMES, "scheme", here),
        member=member,
        readers=[
            Choice(
                one.name or "–",
                _query(kept | {"language": one.language, "member": str(one.pk)}),
                one == member,
            )
            for one in (readers or ())[:MOST_READERS]
        ],
        found=_found(query, kept),
        query=query,
        may_choose=may_choose,
        kept=kept,
    )


def _choices(choices: Choices, name: str, here: dict[str, str]) -> list[Choice]:
    return [
        Choice(label, _query(here | {name: value}), here[name] == value) for value, label in choices
    ]


def _found(query: str, kept: dict[str, str]) -> list[Choice]:
    if not query:
        return []
    members = Member.objects.taking_part().matching(query).order_by("pk")[:MOST_FOUND]
    return [
        Choice(
            f"{member} · {member.email or '–'}",
            _query(kept | {"member": str(member.pk)}),
            is_chosen=False,
        )
        for member in members
    ]


def _member(number: str) -> Member | None:
    if not number.isdecimal() or len(number) > 18:
        return None
    return Member.objects.filter(pk=int(number)).first()


def _one_of(asked: str | None, choices: Choices, otherwise: str) -> str:
    return asked if asked is not None and asked in dict(choices) else otherwise


def _query(facts: dict[str, str]) -> str:
    return "?" + urlencode(facts)
