"""Settings, read from the environment; `.env.example` lists every variable."""

from pathlib import Path

import django_stubs_ext
import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from loyalty_site.connections import broker, connections_from, database, redis_database
from loyalty_site.logging import logging_settings
from loyalty_site.mail_provider import provider_settings, read_pairs
from loyalty_site.monitoring import report_errors_to

# Lets generic Django classes be written with their parameters, as in ModelForm[User].
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(str(BASE_DIR / ".env"))

STATE_DIR = Path(env.str("EMBEDDED_DIR", default=str(BASE_DIR / ".run")))
DEBUG = env.bool("DEBUG", default=True)
DEFAULT_SECRET = "only-for-development-and-refused-when-debug-is-off"  # noqa: S105
SECRET_KEY = env.str("SECRET_KEY", default=DEFAULT_SECRET)
if not DEBUG and SECRET_KEY == DEFAULT_SECRET:
    message = "SECRET_KEY: DEBUG is off and the key is still the default; set a long random one."
    raise ImproperlyConfigured(message)
# What voucher codes are sealed and found with; its own, so that SECRET_KEY can be replaced.
VOUCHER_KEY = env.str("VOUCHER_KEY", default=DEFAULT_SECRET)
if not DEBUG and VOUCHER_KEY == DEFAULT_SECRET:
    message = "VOUCHER_KEY: DEBUG is off and the key is still the default; set a long random one."
    raise ImproperlyConfigured(message)
VOUCHERS_MOST_SHARE = env.int("VOUCHERS_MOST_SHARE", default=100)
if not 1 <= VOUCHERS_MOST_SHARE <= 100:
    raise ImproperlyConfigured("VOUCHERS_MOST_SHARE: a percentage of an order, from 1 to 100.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if host != "*"]

ROOMS = [
    "insights",
    "campaigns",
    "service_desk",
    "rewards",
    "referrals",
    "points",
    "mailroom",
    "members",
]
INSTALLED_APPS = [
    "loyalty_site",
    *ROOMS,
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "loyalty_site.apps.StaffSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "anymail",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "pgtrigger",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "loyalty_site.security.ContentSecurityPolicy",
    "loyalty_site.api.json_for_the_api",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "loyalty_site.language.member_language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "loyalty_site.security.second_factor_for_staff",
    "loyalty_site.security.nothing_left_behind",
    "loyalty_site.program.one_program_a_page",
]
ROOT_URLCONF = "loyalty_site.urls"
WSGI_APPLICATION = "loyalty_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "loyalty_site.context.portal",
            ],
        },
    },
]

SERVERS = connections_from(env)
DATABASES = {
    "default": database(SERVERS.application, pool=True),
    "owner": database(SERVERS.owner, pool=False),
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": redis_database(SERVERS.redis, 1),
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = ["members.backends.LoginBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "loyalty_site.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "members.forms.JoinForm",
    "login": "loyalty_site.forms.AddressForm",
    "add_email": "loyalty_site.forms.NewAddressForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "loyalty_site.forms.PasskeyForm",
    "edit_webauthn": "loyalty_site.forms.RenamePasskeyForm",
}
MFA_TOTP_ISSUER = "Klaver"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
# Tracking would cost six queries on every page; the list of sessions shows when each began.
USERSESSIONS_TRACK_ACTIVITY = False

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "loyalty_site" / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Amsterdam")
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["loyalty_site.formats"]

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = DEBUG
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}

HOST_NAMES = [host.lstrip(".") for host in ALLOWED_HOSTS if host.strip(".*")]
SITE_URL = env.str(
    "SITE_URL",
    default="http://localhost:8000" if DEBUG or not HOST_NAMES else f"https://{HOST_NAMES[0]}",
).rstrip("/")

EMAIL_BACKEND = "mailroom.outbox.OutboxBackend"
EMAIL_TIMEOUT = 20
OUTBOX_DIR = STATE_DIR / "outbox"
if email_url := env.str("EMAIL_URL", default=""):
    vars().update(env.email_url_config(email_url))
elif not DEBUG:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
# EMAIL_PROVIDER, ANYMAIL, and its backend in place of the above where one is named.
vars().update(
    provider_settings(
        env.str("EMAIL_PROVIDER", default=""), read_pairs(env.str("ANYMAIL", default="")), email_url
    )
)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Klaver <klaver@example.nl>")

CELERY_BROKER_URL = broker(SERVERS.redis, 0)
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 3000
CELERY_TASK_TIME_LIMIT = 3300
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# However long the broker is away: a worker that gives up would need a person.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = not DEBUG
SECURE_REDIRECT_EXEMPT = [r"^healthz/$"]
SECURE_HSTS_SECONDS = 0 if DEBUG else 31_536_000
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "object-src": [NONE],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
LOGGING = logging_settings(debug=DEBUG)
if sentry_dsn := env.str("SENTRY_DSN", default=""):
    report_errors_to(sentry_dsn)

UNFOLD = {
    "SITE_TITLE": "Klaver",
    "SITE_HEADER": "Klaver",
    "SITE_SUBHEADER": _("Loyalty back office"),
    "SITE_SYMBOL": "eco",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda _request: static("portal/clover.svg"),
        },
    ],
    "SITE_URL": reverse_lazy("landing"),
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "loyalty_site.staff_home.page.dashboard",
    "STYLES": [
        lambda _request: static("staff/staff.css"),
        lambda _request: static("staff/people.css"),
        lambda _request: static("staff/replay.css"),
        lambda _request: static("staff/codes.css"),
    ],
    "COLORS": {
        "primary": {
            "50": "oklch(97% .02 155)",
            "100": "oklch(94% .05 155)",
            "200": "oklch(89% .09 155)",
            "300": "oklch(82% .13 155)",
            "400": "oklch(72% .15 155)",
            "500": "oklch(60% .14 155)",
            "600": "oklch(50% .12 155)",
            "700": "oklch(43% .10 155)",
            "800": "oklch(37% .08 155)",
            "900": "oklch(31% .07 155)",
            "950": "oklch(22% .05 155)",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "navigation": "loyalty_site.sidebar.navigation",
    },
}
