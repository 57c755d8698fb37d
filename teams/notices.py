"""What a person is told on their home page: that a file is ready, a correction taken up."""

from typing import Final

from django.db.models import Count, QuerySet, Window
from django.utils import timezone

from teams.models import Notice, User

AT_HOME: Final = 10


def tell(user: User, text: str, address: str = "") -> None:
    """Put a sentence on the person's home page; `address` is where in Rungs it leads.

    Call it in the transaction that does what is told. Longer texts are cut.
    """
    Notice.objects.create(user=user, text=text[:500], address=address[:500])


def unseen_by(user: User) -> QuerySet[Notice]:
    """Return what the person was told and has not put away, newest first."""
    return Notice.objects.filter(user=user, seen_at=None)


def seen(user: User, address: str) -> None:
    """Take off the person's home page what leads to the page they have just opened."""
    unseen_by(user).filter(address=address).update(seen_at=timezone.now())


def at_home(user: User) -> QuerySet[Notice]:
    """Return the newest of them, each with how many there are as `in_all`. One query."""
    return unseen_by(user).annotate(in_all=Window(Count("pk")))[:AT_HOME]


def put_away(user: User, notice: int) -> None:
    """Take one notice off the person's home page. Somebody else's stays where it is."""
    unseen_by(user).filter(pk=notice).update(seen_at=timezone.now())


def put_all_away(user: User, newest: int) -> None:
    """Take off all up to the newest that the person has seen; what came since then stays."""
    unseen_by(user).filter(pk__lte=newest).update(seen_at=timezone.now())
