"""What an organization's tabs say of suggestions: `{% corrections_waiting organization %}`."""

from django import template

from guide.correcting import waiting_for
from teams.models import Organization

register = template.Library()


@register.simple_tag
def corrections_waiting(organization: Organization) -> int:
    return waiting_for(organization)
