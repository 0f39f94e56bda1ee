"""What expires, as a table."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

POINTS = {"th": {"class": "points"}, "td": {"class": "points"}}


class ExpiringTable(tables.Table):
    """Days on which points can be spent for the last time, the soonest first."""

    day = tables.TemplateColumn(
        template_code='{{ record.0|date:"D" }} {{ record.0|date }}', verbose_name=_("Last day")
    )
    points = tables.TemplateColumn(
        template_code="{{ record.1 }}", verbose_name=_("Points"), attrs=POINTS
    )

    class Meta:
        orderable = False
        template_name = "portal/table.html"
