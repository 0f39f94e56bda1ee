"""What staff write down of what a member says about mail: a no at once, a yes as a question."""

from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from unfold.decorators import action
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from members.actions.consent import stop_mail
from members.actions.consent_requests import say_yes
from members.admin.buttons import Question, ReasonForm, ask, found
from members.admin.of_a_member import OfAMember
from members.admin.reader import staff_of
from members.admin.traces import Done
from members.mail_topics import topic_words, yes_words
from members.models import Consent, ConsentRequest, Member

MAY_ANSWER = "members.answer_for_member"


class TopicsForm(ReasonForm):
    """Which kinds of mail, each with the words to ask it in."""

    topics = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Which mail"),
        coerce=Consent.Topic,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        error_messages={"required": gettext_lazy("Tick at least one.")},
    )
    field_order = ["topics", "reason"]


WANTS = Question(
    title=gettext_lazy("Wants mail"),
    text=gettext_lazy(
        "Ask in the words that stand here, and tick what they say yes to. We mail them a letter; "
        "their yes counts once they press the button in it."
    ),
    submit=gettext_lazy("Send the letter"),
)
WANTS_NOT = Question(
    title=gettext_lazy("Wants no mail"),
    text=gettext_lazy(
        "It counts at once. Letters about their own membership still come. They can change it on "
        "their profile page."
    ),
    submit=gettext_lazy("Write it down"),
)


class MailButtons(OfAMember):
    """Two buttons of a member's page and of the counter."""

    @action(
        description=gettext_lazy("Wants mail"),
        url_path="wants-mail",
        permissions=[MAY_ANSWER],
        icon="mark_email_read",
    )
    def wants_mail(self, request: HttpRequest, object_id: str) -> HttpResponse:
        member = found(self, Member, request, object_id)

        def act(answers: dict[str, Any]) -> Done:
            wordings = yes_words(answers["topics"], member.language)
            request_made = say_yes(
                member_id=member.pk,
                wordings=wordings,
                language=member.language,
                how=Consent.How.STAFF,
                staff_id=staff_of(request).pk,
                now=timezone.now(),
            )
            return _asked(request_made, [topic.value for topic in wordings])

        question = _about(WANTS, member, wants=True)
        return ask(self, request, member, question, act=act, back=self.back(request, member))

    @action(
        description=gettext_lazy("Wants no mail"),
        url_path="wants-no-mail",
        permissions=[MAY_ANSWER],
        icon="unsubscribe",
    )
    def wants_no_mail(self, request: HttpRequest, object_id: str) -> HttpResponse:
        member = found(self, Member, request, object_id)

        def act(answers: dict[str, Any]) -> Done:
            with override(member.language):
                wordings = {topic: topic_words(topic).no for topic in answers["topics"]}
            for topic, wording in wordings.items():
                stop_mail(
                    member_id=member.pk,
                    topics=[topic],
                    how=Consent.How.STAFF,
                    wording=wording,
                    language=member.language,
                    proof=_("told %(colleague)s")
                    % {"colleague": staff_of(request).get_full_name()},
                    now=timezone.now(),
                )
            return Done(
                _("Wants no mail: %(topics)s") % {"topics": _named(list(wordings))},
                after={"stopped": [topic.value for topic in wordings]},
            )

        question = _about(WANTS_NOT, member, wants=False)
        return ask(self, request, member, question, act=act, back=self.back(request, member))


def _about(question: Question, member: Member, *, wants: bool) -> Question:
    """Put the topics into the form, in the words that this member is asked in."""
    choices = [(topic.value, topic_words(topic).title) for topic in Consent.Topic]
    with override(member.language):
        words = [topic_words(topic) for topic in Consent.Topic]
    spoken = [(f"“{each.yes if wants else each.no}”",) for each in words]
    to_read_out = format_html_join(mark_safe("<br>"), "{}", spoken)

    class Form(TopicsForm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            field = self.fields["topics"]
            if isinstance(field, forms.TypedMultipleChoiceField):
                field.choices, field.help_text = choices, to_read_out

    return replace(question, form=Form)


def _asked(made: ConsentRequest | None, topics: list[str]) -> Done:
    if made is None:
        return Done(_("They had said yes to this already; no letter was needed"))
    if made.write_at > timezone.now():
        words = _("A letter to %(address)s asks them tomorrow: they had one today")
    else:
        words = _("A letter to %(address)s asks whether they want mail")
    return Done(words % {"address": made.address}, after={"asked": topics})


def _named(topics: list[Consent.Topic]) -> str:
    return ", ".join(topic_words(topic).title for topic in topics)
