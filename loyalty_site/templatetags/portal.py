"""Pictures out of the portal's one sprite, and devices by their names."""

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from loyalty_site.devices import device, device_icon

register = template.Library()
register.filter(device)
register.filter(device_icon)


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
