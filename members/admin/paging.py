"""Pages of tables too long to count."""

from typing import Any, cast

from django.core.paginator import Paginator
from django.db import connection
from django.db.models import QuerySet
from django.utils.formats import localize
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

COUNTED = 1_000
"""More rows than this are not counted when a filter or a search stands between."""
ESTIMATED = 10_000
"""Whole tables longer than this are counted by PostgreSQL's own estimate."""
PAGES = 100
"""Nobody leafs further; the database would read all that is skipped."""


class EstimatedPaginator(Paginator):
    """Knows about how many rows there are without reading them."""

    template_name = "members/admin/_pagination.html"

    @cached_property
    def count(self) -> int:
        if self.is_whole_table:
            return self._estimate if self._estimate > ESTIMATED else self._counted(ESTIMATED)
        return self._counted(COUNTED)

    @cached_property
    def num_pages(self) -> int:
        return min(super().num_pages, PAGES)

    @cached_property
    def is_whole_table(self) -> bool:
        return not self._rows.query.where

    @cached_property
    def is_cut(self) -> bool:
        """Tell whether there are rows that no page shows."""
        return self.count > PAGES * self.per_page

    @property
    def found(self) -> str:
        """How many, in words that promise no more than is known."""
        if not self.is_whole_table and self.count > COUNTED:
            return _("More than %(count)s") % {"count": localize(COUNTED)}
        if self.is_whole_table and self.count > ESTIMATED:
            return _("About %(count)s") % {"count": localize(self.count)}
        return str(localize(self.count))

    @property
    def _rows(self) -> QuerySet[Any]:
        return cast("QuerySet[Any]", self.object_list)

    def _counted(self, most: int) -> int:
        count: int = self._rows.order_by()[: most + 1].count()
        return count

    @cached_property
    def _estimate(self) -> int:
        table = self._rows.model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass",
                [connection.ops.quote_name(table)],
            )
            return int(cursor.fetchone()[0])
