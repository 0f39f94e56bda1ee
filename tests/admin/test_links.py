"""No page leads its reader where they may not go."""

import re

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from loyalty_site.staff_groups import GROUPS
from members.models import Terms
from tests import make
from tests.admin.conftest import at_desk, with_factor
from tests.admin.rows import one_of_each

pytestmark = pytest.mark.django_db
HEADING = re.compile(r"<h1.*?</h1>", re.DOTALL)
LINK = re.compile(r'href="(/admin/[^"#?]*)')


@pytest.mark.parametrize("group", GROUPS)
def test_every_link_on_a_page_opens_for_its_reader(group):
    rows = one_of_each() | {Terms: make.terms()}
    user = with_factor(make.staff())
    user.groups.add(Group.objects.get(name=group))
    client = at_desk(user)
    pages = ["/admin/"]
    for model, row in rows.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        pages += [reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[row.pk])]

    refused = {}
    tried = {}
    for page in pages:
        answer = client.get(page, follow=True)
        if answer.status_code != 200:
            continue
        # The way to a page names its list, which not everybody may see who may see a row.
        for link in LINK.findall(HEADING.sub("", answer.content.decode())):
            if link not in tried:
                tried[link] = client.get(link).status_code
            if tried[link] >= 400:
                refused[page, link] = tried[link]

    assert len(tried) > 3
    assert refused == {}
