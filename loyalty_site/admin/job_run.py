"""Job runs: what the nightly jobs did."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from loyalty_site.models import JobRun
from members.admin.pages import ReadOnlyPage

COLORS = {
    JobRun.State.DONE: "success",
    JobRun.State.RUNNING: "info",
    JobRun.State.FAILED: "danger",
}


@admin.register(JobRun)
class JobRunPage(ReadOnlyPage):
    """One row for each job and period; never more than one."""

    list_display = ["job", "period", "state_label", "started_at", "took", "attempts", "figures"]
    list_filter = [("state", ChoicesDropdownFilter)]
    search_fields = ["job"]
    search_help_text = _("The beginning of a job's name, or a period such as 2026-11-28")
    ordering = ["-started_at", "-id"]
    fields = [
        "job",
        "period",
        "state",
        "started_at",
        "finished_at",
        "attempts",
        "figures",
        "error",
    ]
    readonly_fields = ["figures"]

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[JobRun],
        search_term: str,
    ) -> tuple[QuerySet[JobRun], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        named = queryset.filter(job__startswith=text)
        return named | queryset.filter(period__startswith=text), False

    @display(description=_("state"), label=COLORS, ordering="state")
    def state_label(self, run: JobRun) -> tuple[str, str]:
        return run.state, run.get_state_display()

    @display(description=_("took"))
    def took(self, run: JobRun) -> str:
        if run.finished_at is None:
            return "–"
        seconds = (run.finished_at - run.started_at).total_seconds()
        return f"{seconds:.1f} s"

    @display(description=_("what it did"))
    def figures(self, run: JobRun) -> str:
        return ", ".join(f"{name}: {value}" for name, value in run.done.items()) or "–"
