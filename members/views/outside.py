"""What somebody sees who is logged in and takes no part yet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from members.forms import AnswersForm
from members.models import Application, JoiningRules, User
from members.reports.joining import place_in_line


def outside(request: HttpRequest, user: User, form: AnswersForm | None = None) -> HttpResponse:
    """Say where one stands: in line, without an invitation, or free to join."""
    application = Application.objects.filter(user=user).first()
    rules = JoiningRules.current()
    if application is not None and application.is_waiting:
        facts = {"place": place_in_line(application), "since": application.queued_at}
        return render(request, "members/waiting.html", facts | {"rules": rules})
    if application is not None and rules.mode == JoiningRules.Mode.INVITATION:
        return render(request, "members/join_by_invitation.html")
    form = form or AnswersForm(initial={"name": user.name})
    return render(request, "members/no_member.html", {"form": form})
