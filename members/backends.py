"""How a login is found again on each request."""

from allauth.account.auth_backends import AuthenticationBackend

from members.models import User


class LoginBackend(AuthenticationBackend):
    """Brings the membership along with the login: nearly every page asks for both."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("member").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
