"""
The floor of a mailing: django-post-office with a database of its own; prints its figures.

Arguments: the mail server's port, how many mails, a file with the words. Each mail is queued with
its context beforehand; what is timed is rendering, sending and writing down.
"""

import json
import os
import sys
from pathlib import Path
from time import perf_counter

import django
import psycopg
from django.conf import settings
from django.core.management import call_command
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

OWNER = conninfo_to_dict(os.environ["DATABASE_OWNER_URL"])
NAME = f"{OWNER['dbname']}_post_office"


def prepare(port: int) -> None:
    OWNER["dbname"] = "postgres"
    with psycopg.connect(**OWNER, autocommit=True) as owner:
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(NAME)))
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": NAME,
                "USER": OWNER.get("user", ""),
                "PASSWORD": OWNER.get("password", ""),
                "HOST": OWNER.get("host", ""),
                "PORT": OWNER.get("port", ""),
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        EMAIL_BACKEND="post_office.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        DEFAULT_FROM_EMAIL="klaver@example.nl",
        TEMPLATES=[
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True},
            {
                "BACKEND": "post_office.template.backends.post_office.PostOfficeTemplates",
                "APP_DIRS": True,
                "DIRS": [],
                "OPTIONS": {"context_processors": []},
            },
        ],
        POST_OFFICE={"BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"}},
        USE_TZ=True,
    )
    django.setup()
    call_command("migrate", verbosity=0)


def queue(number: int, words: list[str]) -> None:
    from post_office import mail  # noqa: PLC0415 - only once Django is set up
    from post_office.models import EmailTemplate  # noqa: PLC0415

    subject, text, html = (said.replace("Sanne de Vries 1", "{{ name }}") for said in words)
    template = EmailTemplate.objects.create(
        name="offers", subject=subject, content=text, html_content=html
    )
    mail.send_many(
        {
            "sender": "klaver@example.nl",
            "recipients": [f"member{one}@example.nl"],
            "template": template,
            "context": {"name": f"Sanne de Vries {one}"},
            "render_on_delivery": True,
        }
        for one in range(number)
    )


def main(port: str, number: str, words: str) -> None:
    prepare(int(port))
    queue(int(number), json.loads(Path(words).read_text()))
    from post_office.mail import send_queued  # noqa: PLC0415
    from post_office.models import STATUS, Email  # noqa: PLC0415

    began = perf_counter()
    while Email.objects.filter(status=STATUS.queued).exists():
        send_queued(processes=1, log_level=0)
    seconds = perf_counter() - began
    sent = Email.objects.filter(status=STATUS.sent).count()
    assert sent == int(number), sent
    print(json.dumps({"seconds": seconds, "sent": sent}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
