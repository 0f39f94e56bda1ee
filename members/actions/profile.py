"""What people set for themselves."""

from django.db import transaction

from members.models import Member, User


@transaction.atomic
def choose_language(*, user_id: int, language: User.Language) -> None:
    """Speak this language to a login and its member from now on, in pages and in mail."""
    User.objects.filter(pk=user_id).update(language=language)
    Member.objects.filter(user_id=user_id).update(language=language)
