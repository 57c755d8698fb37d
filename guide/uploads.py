"""From a zip that an owner sends to a guide that their organization reads.

Sent, it is looked through; then somebody says yes, and it is imported. Both happen in the
background (`manage.py db_worker`), where Markdown is rendered in a process of its own: what serves
pages never renders any. Each step begins by claiming the row and ends only while it still has it,
so one that was cancelled, or given up as silent, changes nothing any more.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, Final
from uuid import UUID

from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from django_tasks import task

from guide import importer
from guide.drafting import Drafted, Progress, drafted
from guide.files import MEGABYTE, ImportRefused, Zip
from guide.importer import LONGEST_SLUG, TAKEN
from guide.models import Guide, GuideUpload, UploadStatus
from guide.project import project_of
from guide.report import Report
from teams.models import Organization, User
from teams.notices import tell

logger = logging.getLogger(__name__)

# The largest zip, less than what may come out of it: a web process holds it in memory.
LARGEST_ZIP: Final = 20 * MEGABYTE
PIECE: Final = 4 * MEGABYTE
ADD_PIECE: Final = "UPDATE guide_guideupload SET content = content || %s WHERE id = %s"
AN_HOUR: Final = 20  # uploads of one organization
MOST_LISTED: Final = 300  # faults and changes of one kind that are kept to be shown
SILENT_FOR: Final = timedelta(minutes=15)
WAITING_FOR: Final = timedelta(hours=1)
KEPT_FOR: Final = timedelta(days=7)

BROKE: Final = (
    "Something broke while this was worked on, and nothing of it was imported. The log of this "
    "installation says what; tell whoever runs it, or try it once more."
)
SILENT: Final = (
    "Whatever worked on this ended before it was done, and nothing of it was imported. "
    "Upload it once more."
)
NOBODY_WORKS: Final = (
    "Nothing has worked on this for an hour, so the background work of this installation does not "
    "run. Tell whoever runs it, then upload it once more."
)
UNDER_WAY: Final = (UploadStatus.WAITING, UploadStatus.WORKING)


class NotTaken(Exception):
    """An upload that is not even kept; the text says why. `status` is that of the answer."""

    def __init__(self, reason: str, status: int = 200) -> None:
        super().__init__(reason)
        self.status = status


class Gone(Exception):
    """The upload was cancelled, or given up, while it was worked on."""


# What people do ---------------------------------------------------------------------------------


def receive(*, organization: Organization, by: User, file: UploadedFile[Any]) -> GuideUpload:
    """Keep a zip and have it looked through. Raises NotTaken."""
    name = "".join(each for each in file.name or "" if each.isprintable())[-200:] or "guide.zip"
    if (file.size or 0) > LARGEST_ZIP:
        raise NotTaken(
            f"{name} has {(file.size or 0) / MEGABYTE:.0f} MB, and a zip may have "
            f"{LARGEST_ZIP // MEGABYTE} MB. Nothing was kept. Leave out large pictures, or ask "
            "whoever runs this installation to import it with manage.py import_guide.",
            413,
        )
    if file.read(2) != b"PK":
        raise NotTaken(f"{name} is not a zip file. Nothing was kept.")
    if one_more_this_hour(organization) > AN_HOUR:
        raise NotTaken(
            f"{organization} has uploaded {AN_HOUR} guides within an hour. Nothing was kept; "
            "try again in an hour.",
            429,
        )
    with transaction.atomic():
        upload = GuideUpload.objects.create(
            organization=organization,
            by=by,
            filename=name,
            slug=free_address(name, organization),
            content=b"",
        )
        keep_content(upload, file)
    look_through.enqueue(str(upload.pk))
    return upload


def keep_content(upload: GuideUpload, file: UploadedFile[Any]) -> None:
    """Store the zip. PostgreSQL is handed it in pieces: on the way there a byte becomes eight."""
    if connection.vendor == "sqlite":
        file.seek(0)
        GuideUpload.objects.filter(pk=upload.pk).update(content=file.read())
        return
    with connection.cursor() as cursor:
        for piece in file.chunks(PIECE):
            cursor.execute(ADD_PIECE, [piece, upload.pk])


def one_more_this_hour(organization: Organization) -> int:
    """Count an upload and return how many there were since the first of this hour."""
    key = f"guide-uploads:{organization.pk}"
    cache.add(key, 0, timeout=3600)
    try:
        return cache.incr(key)
    except ValueError:  # the hour ended just now
        cache.set(key, 1, timeout=3600)
        return 1


def readdress(upload: GuideUpload, slug: str) -> bool:
    """Give the guide another address and look through it anew: links and changes depend on it."""
    fresh = {"slug": slug, "report": None, "reason": "", "guide": None}
    return started(upload, look_through, UploadStatus.READY, **fresh)


def confirm(upload: GuideUpload) -> bool:
    """Have the guide imported. False if it does not wait for a yes (any more)."""
    return started(upload, bring_in, UploadStatus.READY)


def cancel(upload: GuideUpload) -> bool:
    """Remove the upload. False if it is being imported, or was."""
    coming_in = Q(status__in=UNDER_WAY, report__isnull=False)
    imported = Q(status=UploadStatus.IMPORTED)
    removed, _ = GuideUpload.objects.filter(~(coming_in | imported), pk=upload.pk).delete()
    return removed > 0


def started(upload: GuideUpload, step: Any, before: str, **fields: Any) -> bool:
    waiting = {"status": UploadStatus.WAITING, "progress": 0, "heard_at": timezone.now()}
    found = GuideUpload.objects.filter(pk=upload.pk, status=before)
    if not found.update(**waiting, **fields):
        return False
    step.enqueue(str(upload.pk))
    return True


# Addresses --------------------------------------------------------------------------------------


def why_taken(slug: str, organization: Organization) -> str:
    """Return why the organization cannot import a guide to this address; empty if it can."""
    there = Guide.objects.filter(slug=slug).first()
    if slug in TAKEN:
        return f"The address “{slug}” belongs to a page of Rungs. Choose another."
    if there is None or there.organization_id == organization.pk:
        return ""
    if there.organization_id is None:
        return (
            f"At the address “{slug}” stands the guide “{there}”, which is everybody's and not "
            f"{organization}'s to change. Choose another address."
        )
    return f"The address “{slug}” is taken. Choose another."


def free_address(filename: str, organization: Organization) -> str:
    """Return an address for the guide: its file's name or, where others have it, with ours."""
    stem = slugify(filename.rsplit(".", 1)[0]) or "guide"
    ours = f"{organization.slug[:30]}-{stem}"
    for slug in (stem, ours, *(f"{ours[: LONGEST_SLUG - 3]}-{n}" for n in range(2, 100))):
        if not why_taken(slug[:LONGEST_SLUG], organization):
            break
    return slug[:LONGEST_SLUG].strip("-")


# In the background ------------------------------------------------------------------------------


@task()
def look_through(upload: str) -> None:
    """Read and render the zip, and keep what would come of it."""
    work(UUID(upload), look)


@task()
def bring_in(upload: str) -> None:
    """Import the zip."""
    work(UUID(upload), store)


def work(pk: UUID, step: Callable[[GuideUpload], None]) -> None:
    """Claim the upload, do the step, and say why it is refused if it fails, whatever happens."""
    claimed = GuideUpload.objects.filter(pk=pk, status=UploadStatus.WAITING)
    if not claimed.update(status=UploadStatus.WORKING, heard_at=timezone.now()):
        return
    try:
        step(GuideUpload.objects.select_related("organization", "by").get(pk=pk))
    except (Gone, GuideUpload.DoesNotExist):
        logger.info("guide upload %s was cancelled", pk)
    except ImportRefused as reason:
        refuse(pk, str(reason))
    except Exception:
        logger.exception("guide upload %s failed", pk)
        refuse(pk, BROKE)


def look(upload: GuideUpload) -> None:
    report = importer.look(read(upload), upload.organization)
    text = f"{upload.filename} was looked through: see what would come in, and import it."
    with transaction.atomic():
        settle(upload.pk, UploadStatus.READY, report=kept(report))
        tell(upload.by, text, upload.get_absolute_url())


def store(upload: GuideUpload) -> None:
    guide = read(upload)
    if reason := why_taken(upload.slug, upload.organization):
        raise ImportRefused(reason)
    with transaction.atomic():
        report = importer.store(guide, upload.organization)
        there = Guide.objects.get(slug=upload.slug)
        kept_report = {"report": kept(report), "guide": there, "content": b""}
        settle(upload.pk, UploadStatus.IMPORTED, **kept_report)
        text = f"The guide “{there}” was imported: {report.pages} pages."
        tell(upload.by, text[:500], upload.get_absolute_url())


def read(upload: GuideUpload) -> Drafted:
    project = project_of(Zip(BytesIO(upload.content), upload.filename))
    return drafted(project, upload.slug, progress_of(upload))


def progress_of(upload: GuideUpload) -> Progress:
    """Return what notes how far the pages are. It raises Gone when nobody waits for them."""
    said = 0

    def note(done: int, of: int) -> None:
        nonlocal said
        percent = done * 95 // of
        silent = timezone.now() - upload.heard_at > SILENT_FOR / 5
        if percent > said or silent:
            said, upload.heard_at = percent, timezone.now()
            still(upload.pk, progress=percent, heard_at=upload.heard_at)

    return note


def refuse(pk: UUID, reason: str) -> None:
    """Say why nothing of it can come in, to whoever sent it too. The zip is kept no longer."""
    upload = GuideUpload.objects.select_related("organization", "by").defer("content")
    try:
        with transaction.atomic():
            settle(pk, UploadStatus.REFUSED, reason=reason[:1000], content=b"")
            found = upload.get(pk=pk)
            tell(found.by, f"{found.filename} could not be imported.", found.get_absolute_url())
    except Gone:
        logger.info("guide upload %s was cancelled", pk)


def settle(pk: UUID, status: UploadStatus, **fields: Any) -> None:
    still(pk, status=status, progress=100, heard_at=timezone.now(), **fields)


def still(pk: UUID, **fields: Any) -> None:
    """Change the upload that is worked on. Raises Gone if it is not any more."""
    if not GuideUpload.objects.filter(pk=pk, status=UploadStatus.WORKING).update(**fields):
        raise Gone


def kept(report: Report) -> dict[str, Any]:
    """Return the report as it is kept: of long lists the beginning, and how long they are."""
    shown = asdict(report)
    for name in ("broken_links", "refused", "warnings"):
        shown[name] = listed(shown[name])
    for kind in ("pages", "sections", "assets"):
        changes = shown["changes"][kind]
        shown["changes"][kind] = {name: listed(places) for name, places in changes.items()}
    shown["changes"]["reordered"] = listed(shown["changes"]["reordered"])
    fit: dict[str, Any] = without_nul(shown)
    return fit


def listed(entries: list[Any]) -> dict[str, Any]:
    return {
        "count": len(entries),
        "first": entries[:MOST_LISTED],
        "more": max(0, len(entries) - MOST_LISTED),
    }


def without_nul(value: Any) -> Any:
    """Return the value as PostgreSQL can keep it: a page may name a link or an anchor anything."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {name: without_nul(each) for name, each in value.items()}
    if isinstance(value, list):
        return [without_nul(each) for each in value]
    return value


# With time --------------------------------------------------------------------------------------


def give_up_silent(now: datetime) -> int:
    """Refuse uploads on which nothing works any more, or ever has."""
    silent = {"status": UploadStatus.WORKING, "heard_at__lt": now - SILENT_FOR}
    waiting = {"status": UploadStatus.WAITING, "heard_at__lt": now - WAITING_FOR}
    given_up = 0
    for which, reason in ((silent, SILENT), (waiting, NOBODY_WORKS)):
        for pk in GuideUpload.objects.filter(**which).values_list("pk", flat=True):
            # Claimed as if to be worked on, unless it was heard of just now.
            found = GuideUpload.objects.filter(pk=pk, **which)
            if found.update(status=UploadStatus.WORKING, heard_at=now):
                refuse(pk, reason)
                given_up += 1
    return given_up


def remove_old(now: datetime) -> int:
    """Remove uploads of a week ago, settled or not. Guides that came of them stay."""
    old = GuideUpload.objects.filter(uploaded_at__lt=now - KEPT_FOR)
    removed, _ = old.exclude(status=UploadStatus.WORKING).delete()
    return removed
