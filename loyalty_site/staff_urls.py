"""Addresses by which staff come in, of the counter, the jobs and the handbook."""

from django.urls import path

from loyalty_site.admin import counter, handbook, jobs
from loyalty_site.login_link import open_link

urlpatterns = [
    path("accounts/link/<str:token>/", open_link, name="login_link"),
    path("admin/counter/", counter.look_up, name="counter"),
    path("admin/counter/<int:member_id>/", counter.member_at_counter, name="counter_member"),
    path("admin/jobs/", jobs.jobs, name="jobs"),
    path("admin/jobs/<slug:name>/run/", jobs.run_job_now, name="job_run_now"),
    path("admin/handbook/", handbook.handbook, name="handbook"),
    path("admin/handbook/<slug:key>/", handbook.handbook, name="handbook_chapter"),
]
