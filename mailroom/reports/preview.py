"""Messages as their readers will get them, shown to staff before anything leaves."""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.utils import translation

from mailroom.facts import facts_of, offered_facts
from mailroom.kinds import Kind
from mailroom.layout import Content, compile_for
from mailroom.message import Filled
from mailroom.wording import press_for
from members.models import Member

IN_THE_DARK = "@media(prefers-color-scheme:dark)"
EXAMPLE_READER = "Anna Visser"


def preview(
    content: Content, language: str, member_id: int | None, topic: str, now: datetime
) -> Filled:
    """
    Show a mailing as a member would get it, or, without one, as an example reader would.

    Its stop link leads nowhere: whoever looks at a preview must not stop a member's mail.
    """
    compiled = compile_for(content, language, topic, now)
    with translation.override(language):
        facts = {**_facts(member_id, compiled.wanted, now), **links()}
    return compiled.fill(facts)


def preview_letter(kind: Kind, language: str, member_id: int | None, now: datetime) -> Filled:
    """Show a letter that goes out by itself, with its own examples and the member's name."""
    press = press_for(
        kind.source, language=language, facts=kind.facts, now=now, choices=kind.choices
    )
    with translation.override(language):
        facts = {name: str(example) for name, example in kind.facts.items()}
        reader = _name_of(member_id)
        written = press.write(reader=reader, url=f"{settings.SITE_URL}{kind.path}", **facts)
    return Filled(written.subject, written.text, written.html)


def as_seen(html: str, *, dark: bool) -> str:
    """Make a mail show itself in light or in dark, whatever the screen it is looked at on."""
    return html.replace(IN_THE_DARK, "@media all" if dark else "@media not all")


def links() -> dict[str, str]:
    """The ways out of a mailing, as they look; they open nothing."""
    return {"stop_url": f"{settings.SITE_URL}/stop/example/"}


def _facts(member_id: int | None, wanted: Collection[str], now: datetime) -> dict[str, str]:
    member = Member.objects.filter(pk=member_id).first() if member_id is not None else None
    if member is not None:
        return facts_of([member], wanted=wanted, now=now)[member.pk]
    examples = {fact.name: str(fact.example) for fact in offered_facts()}
    known = facts_of([Member(pk=0, name=EXAMPLE_READER)], wanted={"program"}, now=now)[0]
    return {**examples, **known}


def _name_of(member_id: int | None) -> str:
    if member_id is None:
        return EXAMPLE_READER
    return Member.objects.filter(pk=member_id).values_list("name", flat=True).first() or ""
