"""Job runs: what the nightly jobs did."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from loyalty_site.admin.job_words import seconds_in_words
from loyalty_site.jobs import JOBS
from loyalty_site.models import JobRun
from members.admin.pages import ReadOnlyPage

COLORS = {
    JobRun.State.WAITING: "info",
    JobRun.State.DONE: "success",
    JobRun.State.RUNNING: "info",
    JobRun.State.FAILED: "danger",
}
TITLES = {job.name: job.title for job in JOBS}
FIGURES = {
    "accounts": pgettext_lazy("counted by a job", "accounts"),
    "campaigns": pgettext_lazy("counted by a job", "campaigns"),
    "codes": pgettext_lazy("counted by a job", "codes"),
    "entries": pgettext_lazy("counted by a job", "entries"),
    "failed_tasks": pgettext_lazy("counted by a job", "failed tasks"),
    "fell": pgettext_lazy("counted by a job", "fell a tier"),
    "found": pgettext_lazy("counted by a job", "found"),
    "held_back": pgettext_lazy("counted by a job", "held back"),
    "in_doubt": pgettext_lazy("counted by a job", "perhaps sent"),
    "job_runs": pgettext_lazy("counted by a job", "job runs"),
    "lapsed": pgettext_lazy("counted by a job", "not taken in time"),
    "let_go": pgettext_lazy("counted by a job", "let go"),
    "let_in": pgettext_lazy("counted by a job", "let in"),
    "letters": pgettext_lazy("counted by a job", "letters"),
    "logins": pgettext_lazy("counted by a job", "devices"),
    "lots": pgettext_lazy("counted by a job", "lots"),
    "members": pgettext_lazy("counted by a job", "members"),
    "offered": pgettext_lazy("counted by a job", "offered"),
    "points": pgettext_lazy("counted by a job", "points"),
    "proofs": pgettext_lazy("counted by a job", "used card codes"),
    "receipts": pgettext_lazy("counted by a job", "receipts"),
    "refused": pgettext_lazy("counted by a job", "refused"),
    "resumed": pgettext_lazy("counted by a job", "replays"),
    "reviewed": pgettext_lazy("counted by a job", "reviewed"),
    "rewards": pgettext_lazy("counted by a job", "rewards"),
    "rose": pgettext_lazy("counted by a job", "rose a tier"),
    "sent": pgettext_lazy("counted by a job", "sent"),
    "sessions": pgettext_lazy("counted by a job", "sessions"),
    "skipped": pgettext_lazy("counted by a job", "skipped"),
}
"""What jobs count, in words."""


@admin.register(JobRun)
class JobRunPage(ReadOnlyPage):
    """One row for each job and period; never more than one."""

    list_display = [
        "title",
        "stands_for",
        "state_label",
        "started_at",
        "took",
        "attempts",
        "figures",
    ]
    list_filter = [("state", ChoicesDropdownFilter)]
    search_fields = ["job"]
    search_help_text = _("The beginning of a job's name or key, or a period such as 2026-11-28")
    ordering = ["-started_at", "-id"]
    fields = [
        "title",
        "stands_for",
        "state",
        "started_at",
        "finished_at",
        "attempts",
        "asked_by",
        "figures",
        "error",
    ]
    readonly_fields = ["title", "stands_for", "figures"]

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[JobRun],
        search_term: str,
    ) -> tuple[QuerySet[JobRun], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        titled = [name for name, title in TITLES.items() if _begins(str(title), text)]
        named = Q(job__startswith=text) | Q(job__in=titled) | Q(period__startswith=text)
        return queryset.filter(named), False

    @display(description=_("job"))
    def title(self, run: JobRun) -> str:
        return str(TITLES.get(run.job, run.job))

    @display(description=_("period"))
    def stands_for(self, run: JobRun) -> str:
        return run.period_in_words

    @display(description=_("state"), label=COLORS, ordering="state")
    def state_label(self, run: JobRun) -> tuple[str, str]:
        return run.state, run.get_state_display()

    @display(description=_("took"))
    def took(self, run: JobRun) -> str:
        return seconds_in_words(run.seconds)

    @display(description=_("what it did"))
    def figures(self, run: JobRun) -> str:
        return figures_in_words(run) or "–"


def figures_in_words(run: JobRun) -> str:
    told = (f"{FIGURES.get(name, name)}: {localize(value)}" for name, value in run.done.items())
    return ", ".join(told)


def _begins(title: str, text: str) -> bool:
    return title.casefold().startswith(text.casefold())
