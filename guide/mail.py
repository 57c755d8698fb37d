"""The mail that tells a reader what became of their suggestion."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django_tasks import task

from guide.models import Correction
from teams.mail import stop_link, subject, taken, unsubscribe_headers
from teams.models import Reminders


@task()
def mail_outcome(correction: int) -> bool:
    """Mail a settled suggestion to its reader, if they want mails; say whether one went out."""
    found = Correction.objects.select_related("by", "settled_by").filter(pk=correction)
    settled = found.first()
    if settled is None or settled.by is None:
        return False
    reader = settled.by
    if not reader.is_active or reader.reminders == Reminders.NONE:
        return False
    context = {
        "correction": settled,
        "address": settings.BASE_URL + reverse("own_corrections"),
        "stop": stop_link(reader),
    }
    done = "is done" if settled.status == "done" else "was declined"
    message = EmailMessage(
        subject(f"What you suggested for the guide {done}"),
        render_to_string("guide/email/correction_settled.txt", context),
        to=[reader.email],
        headers=unsubscribe_headers(reader),
    )
    return taken(message)
