"""Pictures out of the portal's one sprite, devices by their names, and days as one says them."""

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from loyalty_site.devices import device, device_icon
from points.reports.wording import in_time, near_day

register = template.Library()
register.filter(device)
register.filter(device_icon)
register.filter(in_time)
register.filter(near_day)


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, kind: str = "icon") -> SafeString:
    """Draw a symbol of the sprite; words beside it say what it means."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        kind,
        static("portal/icons.svg"),
        name,
    )
