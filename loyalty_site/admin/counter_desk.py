"""What every page of the counter shares: who may come in, and what was typed."""

import re
from collections.abc import Callable

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.views.decorators.debug import sensitive_post_parameters

LOOK_UP = "members.look_up_member"
LOOK_UP_VOUCHER = "rewards.look_up_voucher"
LONGEST = 200
CODE = re.compile(r"[0-9A-Za-z]{5}([ -]?)[0-9A-Za-z]{5}\1[0-9A-Za-z]{5}")
"""A voucher as it is scanned or read aloud; no name with a postal code looks like that."""
View = Callable[..., HttpResponse]


def at_counter(view: View) -> View:
    """Open a page of the counter to who may look up members, as the other pages of staff."""
    return _for(LOOK_UP, view)


def with_vouchers(view: View) -> View:
    """Open a page of vouchers at the counter to who may look them up; codes reach no report."""
    hidden: View = sensitive_post_parameters("line", "code", "shown")(view)
    return _for(LOOK_UP_VOUCHER, hidden)


def is_code(line: str) -> bool:
    """Tell whether a line is a voucher's code, as far as its shape tells."""
    return CODE.fullmatch(line.strip()) is not None


def _for(permission: str, view: View) -> View:
    allowed: View = permission_required(permission, raise_exception=True)(view)
    guarded: View = admin.site.admin_view(allowed)
    return guarded
