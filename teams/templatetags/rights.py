"""Lets a template ask the one rule book what the visitor may do: `{% if team|may:"LEAD" %}`."""

from django import template

from teams import access
from teams.models import Organization, Team

register = template.Library()


@register.filter
def may(place: Organization | Team, right: str) -> bool:
    """Say whether the visitor has the right at a place that came through a door of teams.access."""
    return access.may(place, access.Right[right])
