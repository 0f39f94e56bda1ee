"""The handbook of staff: each chapter, in each language, and the way to it from each page."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.utils import translation

from loyalty_site.handbook import CHAPTERS, text_of
from loyalty_site.staff_groups import GROUPS
from members.models import Approval, Member
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.admin.rows import one_of_each

LANGUAGES = [code for code, _ in settings.LANGUAGES]


def in_group(name, language="en"):
    user = with_factor(make.staff(language=language))
    user.groups.add(Group.objects.get(name=name))
    client = at_desk(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", [chapter.key for chapter in CHAPTERS])
def test_every_chapter_is_there_in_every_language(key, language):
    text_of.cache_clear()

    assert "<p>" in text_of(key, language)


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", GROUPS)
def test_everybody_who_works_here_reads_every_chapter_in_their_language(group, language):
    client = in_group(group, language)

    for chapter in CHAPTERS:
        answer = client.get(f"/admin/handbook/{chapter.key}/")
        page = answer.content.decode()
        with translation.override(language):
            heading = str(chapter.title)
        assert answer.status_code == 200
        assert re.search(rf"<h1[^>]*>\s*<span[^>]*>\s*{heading}\s*<", page)
        assert f'<html lang="{language}"' in page
        assert text_of(chapter.key, language) in page


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chapter_that_is_not_there_is_said_not_to_be(language):
    assert in_group("counter", language).get("/admin/handbook/poetry/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "chapter"),
    [
        ("/admin/members/member/", "dispute"),
        ("/admin/members/member/{member}/change/", "dispute"),
        ("/admin/members/member/{member}/adjust/", "dispute"),
        ("/admin/members/approval/{approval}/change/", "dispute"),
        ("/admin/points/purchase/", "dispute"),
        ("/admin/points/unusualuse/", "dispute"),
        ("/admin/counter/", "counter"),
        ("/admin/members/card/", "counter"),
        ("/admin/members/invitation/", "pilot"),
        ("/admin/points/programversion/", "rules"),
    ],
)
def test_a_page_leads_to_the_chapter_that_explains_it(desk, address, chapter):
    rows = one_of_each()
    address = address.format(member=rows[Member].pk, approval=rows[Approval].pk)

    page = desk.get(address, follow=True).content.decode()

    assert 'class="handbook-link"' in page
    assert f'href="/admin/handbook/{chapter}/"' in page.partition('class="handbook-link"')[2][:80]


@pytest.mark.django_db
def test_a_page_that_no_chapter_explains_leads_to_none(desk):
    assert "handbook-link" not in desk.get("/admin/members/branding/", follow=True).content.decode()
