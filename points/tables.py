"""The book as a table."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

WHAT = {"th": {"class": "what"}, "td": {"class": "what"}}
WHEN = {"th": {"class": "when"}, "td": {"class": "when"}}


class BookTable(tables.Table):
    """Lines of a book; what happened unfolds into why."""

    occurred_at = tables.TemplateColumn(
        template_name="points/_when.html", verbose_name=_("When"), attrs=WHEN
    )
    title = tables.TemplateColumn(
        template_name="points/_what.html", verbose_name=_("What"), attrs=WHAT
    )
    signed = tables.TemplateColumn(
        template_name="points/_points.html",
        verbose_name=_("Points"),
        attrs={"th": {"class": "points"}, "td": {"class": "points"}},
    )

    class Meta:
        attrs = {"class": "book"}
        orderable = False
        template_name = "portal/table.html"
