"""The business's own way with words."""

from django import template

from members.branding_cache import current_branding

register = template.Library()


@register.simple_tag
def greeting(name: str) -> str:
    """Greet somebody in the tone of the house: {% greeting member.name as hello %}."""
    return current_branding().greeting(name)
