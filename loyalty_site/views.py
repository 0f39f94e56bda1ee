"""Pages that show several rooms at once."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language as set_language_cookie

from loyalty_site.home import points_at_home
from members.actions.profile import choose_language
from members.models import Member, User
from members.reports.joining import way_in
from members.terms_cache import has_to_accept
from members.views.door import for_members
from points.program_cache import current_program
from points.reports.program_changes import announcements
from points.reports.program_words import program_words
from rewards.reports.vouchers import waiting_vouchers


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """Explain the program to whoever comes by."""
    now = timezone.now()
    program = current_program()
    return render(
        request,
        "portal/landing.html",
        {
            "program": program_words(program, now),
            "upcoming": announcements(program, now),
            "joining": way_in(),
        },
    )


@require_safe
@for_members
def home(request: HttpRequest, member: Member) -> HttpResponse:
    """Answer a member's four questions: what have I, what can I spend, lose and reach."""
    now = timezone.now()
    takes_part = member.status != Member.Status.CLOSED
    return render(
        request,
        "portal/home.html",
        {
            "member": member,
            "has_to_accept": takes_part and has_to_accept(member.pk, now),
            "points": points_at_home(request, member, waiting_vouchers(member.pk, now), now),
        },
    )


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Speak another language from now on, on this device and to this login."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        choose_language(user_id=request.user.pk, language=User.Language(language))
    return set_language_cookie(request)
