"""What people set for themselves."""

from django.db import transaction

from members.actions.enrollment import refusing_a_taken_address
from members.models import Member, User


@transaction.atomic
def name_login(*, user_id: int, name: str, language: User.Language) -> None:
    """Call a login by the name, and in the language, that its person joined with."""
    User.objects.filter(pk=user_id).update(name=name.strip(), language=language)


@transaction.atomic
def choose_language(*, user_id: int, language: User.Language) -> None:
    """Speak this language to a login and its member from now on, in pages and in mail."""
    User.objects.filter(pk=user_id).update(language=language)
    Member.objects.filter(user_id=user_id).update(language=language)


@transaction.atomic
def follow_login_address(*, user_id: int) -> None:
    """
    Write to a member where their login is read from now on.

    The login's address must have been verified. Refuses one that another member has.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    with refusing_a_taken_address():
        Member.objects.filter(user=user).update(email=user.email)
