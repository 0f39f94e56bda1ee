"""What Marktzicht is thinking about: rules in a draft, to look at and to try on the past."""

import re
from datetime import datetime
from pathlib import Path

from loyalty_site.demo.logins import login_in
from loyalty_site.demo.sample import PROGRAM
from points.actions.publication import save_draft
from points.local_time import local_day, midnight, months_later
from points.models import ProgramVersion
from points.program_cache import current_program

RULES = Path(__file__).parent / "next_rules.toml"
MONTHS_AHEAD = 2


def draft_next_rules(now: datetime) -> None:
    """Keep a draft for the month after next, unless somebody has made a version already."""
    if ProgramVersion.objects.exclude(number=1).exists():
        return
    zone = current_program().versions[0].zone
    day = months_later(local_day(now, zone).replace(day=1), MONTHS_AHEAD)
    starts = midnight(day, zone).astimezone(zone).isoformat()
    toml = re.sub(
        r"(?m)^effective_at = .*$", f"effective_at = {starts}", PROGRAM.read_text("utf-8")
    )
    save_draft(toml=toml + RULES.read_text("utf-8"), staff_id=login_in("marketing").pk, now=now)
