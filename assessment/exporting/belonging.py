"""To whom a file belongs: the person who asked, and only while they may see what is in it.

That is looked at when it is asked for, when it is made and each time it is fetched.
"""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse

from assessment.exporting.offers import FileOffer, Place, files_of
from assessment.models import Export
from teams.access import organization_for, team_for
from teams.models import Team


def offer_at(place: Place, key: str) -> FileOffer:
    """Return what is offered there under that name, or raise Http404."""
    for each in files_of(place):
        if each.key == key:
            return each
    raise Http404


def place_of(export: Export) -> Place:
    """Return the place of a file to the person it belongs to, with what they hold there now.

    Raises Http404 when they may no longer see what is in it: the file is not there for them.
    """
    slug = export.organization.slug
    try:
        place: Place = (
            team_for(export.by, slug, export.team.slug)
            if export.team
            else organization_for(export.by, slug)
        )
    except PermissionDenied as error:
        raise Http404 from error
    offer_at(place, export.kind)
    return place


def named(export: Export) -> str:
    """Return what a file is called in a sentence."""
    return f"{export.asked.get('title', export.kind)} of {export.team or export.organization}"


def page_of(export: Export) -> str:
    """Return the address of the page on which the file is listed."""
    if export.team:
        return reverse("team_take_away", args=[export.organization.slug, export.team.slug])
    return reverse("organization_take_away", args=[export.organization.slug])


def in_the_log(place: Place) -> str:
    return f"{'team' if isinstance(place, Team) else 'organization'} {place.pk}"
