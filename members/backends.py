"""How a login is found again on each request."""

from allauth.account.auth_backends import AuthenticationBackend

from members.models import User


class LoginBackend(AuthenticationBackend):
    """Brings the membership along with the login: nearly every page asks for both."""

    def get_user(self, user_id: int) -> User | None:
        try:
            user = User.objects.select_related("member").get(pk=user_id)
        except User.DoesNotExist:
            return None
        return user if self.user_can_authenticate(user) else None
