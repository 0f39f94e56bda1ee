"""Addresses by which staff come in, of the counter, the jobs and the handbook."""

from django.urls import path

from loyalty_site.admin import counter, counter_reward, counter_voucher, handbook, jobs
from loyalty_site.login_link import open_link

urlpatterns = [
    path("accounts/link/<str:token>/", open_link, name="login_link"),
    path("admin/counter/", counter.look_up, name="counter"),
    path("admin/counter/<int:member_id>/", counter.member_at_counter, name="counter_member"),
    path(
        "admin/counter/<int:member_id>/reward/",
        counter_reward.redeem_for_member,
        name="counter_reward",
    ),
    path("admin/counter/voucher/", counter_voucher.voucher_at_counter, name="counter_voucher"),
    path(
        "admin/counter/used/<uuid:reference>/", counter_voucher.used_at_counter, name="counter_used"
    ),
    path(
        "admin/counter/used/<uuid:reference>/undo/",
        counter_voucher.undo_used,
        name="counter_undo",
    ),
    path("admin/jobs/", jobs.jobs, name="jobs"),
    path("admin/jobs/<slug:name>/run/", jobs.run_job_now, name="job_run_now"),
    path("admin/handbook/", handbook.handbook, name="handbook"),
    path("admin/handbook/<slug:key>/", handbook.handbook, name="handbook_chapter"),
]
