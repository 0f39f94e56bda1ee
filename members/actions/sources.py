"""Naming where facts come from."""

import re

from django.utils.translation import gettext_lazy as _

from members.models import PROGRAM_SOURCE, Source
from members.refusals import Refusal


class BadSourceName(Refusal):
    code = "bad_source_name"


class OwnSource(Refusal):
    code = "own_source"


def name_source(*, name: str) -> Source:
    """
    Return the source of this name, new or not.

    Refuses other than a-z, 0-9 and hyphens, and the name of the program itself.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
        raise BadSourceName(
            _("A source is named with a-z, 0-9 and hyphens, 40 at most; not: %(name)s")
            % {"name": name[:60]}
        )
    source, _new = Source.objects.get_or_create(name=name)
    if source.pk == PROGRAM_SOURCE:
        raise OwnSource(
            _("%(name)s is the program's own source; choose another name") % {"name": name}
        )
    return source
