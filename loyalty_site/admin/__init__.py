"""Pages of the back office that show several rooms; importing a file registers it."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin

from loyalty_site.admin import approval, failed_task, group, job_run, member, user

__all__ = ["approval", "failed_task", "group", "job_run", "member", "user"]

# The admin's own login page would ask for no more than a password.
vars(admin.site)["login"] = secure_admin_login(admin.site.login)
admin.site.disable_action("delete_selected")
