"""What there is to read: guides, their pages, sections with stable anchors, and assets."""

import uuid

from django.db import models
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from teams.models import Organization, User


class GuideQuerySet(models.QuerySet["Guide"]):
    def readable_by(self, user: User | None) -> "GuideQuerySet":
        """Return the public guides and those of the organizations the user has a place in."""
        readable = Q(organization=None)
        if user is not None and user.is_authenticated:
            readable |= Q(organization__memberships__user=user)
        return self.filter(readable).distinct()


# The same rule for statements written by hand; its value is the user's id, or None.
READABLE = """
(guide.organization_id IS NULL OR EXISTS (
    SELECT 1 FROM teams_membership AS membership
    WHERE membership.organization_id = guide.organization_id AND membership.user_id = %s))
"""


class Guide(models.Model):
    """One MkDocs project, imported. Without an organization it is public."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="guides"
    )
    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    licence = models.CharField(max_length=200, blank=True)
    source_url = models.URLField(blank=True)
    checksum = models.CharField(max_length=64)
    # Counts what changes its pages: an import, or a maturity model published that points into it.
    revision = models.PositiveIntegerField(default=1)
    imported_at = models.DateTimeField(default=timezone.now)

    objects = GuideQuerySet.as_manager()

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("guide", args=[self.slug])


class Page(models.Model):
    """One Markdown file. `path` is its address below the guide, without `.md`."""

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="pages")
    path = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    nav_title = models.CharField(max_length=200)
    nav_group = models.CharField(max_length=200, blank=True)
    position = models.PositiveIntegerField()
    words = models.PositiveIntegerField(default=0)
    checksum = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["guide", "position"]
        constraints = [
            models.UniqueConstraint(fields=["guide", "path"], name="page_path_once_in_a_guide"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("guide_page", args=[self.guide.slug, self.path])


class Section(models.Model):
    """A heading and what stands under it, up to the next heading.

    The text before the first anchored heading is the section with the empty anchor.
    """

    page = models.ForeignKey(Page, models.CASCADE, related_name="sections")
    anchor = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=300)
    depth = models.PositiveSmallIntegerField()
    position = models.PositiveIntegerField()
    html = models.TextField()
    text = models.TextField()

    class Meta:
        ordering = ["page", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "anchor"], name="section_anchor_once_in_a_page"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{self.page.get_absolute_url()}#{self.anchor}"

    @property
    def reference(self) -> str:
        """Return how a maturity model names this section: `page#anchor`."""
        return f"{self.page.path}#{self.anchor}"


class Asset(models.Model):
    """A picture or another file a page shows. In the database: the web tier keeps no files."""

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="assets")
    path = models.CharField(max_length=300)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()
    checksum = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["guide", "path"], name="asset_path_once_in_a_guide"),
        ]

    def __str__(self) -> str:
        return self.path


def sections_by_reference(guide: Guide) -> dict[str, Section]:
    """Return the guide's sections, without their text, keyed `page#anchor`."""
    of_guide = Section.objects.filter(page__guide=guide)
    sections: QuerySet[Section] = of_guide.select_related("page").defer("html", "text")
    return {section.reference: section for section in sections}


class IndexedSection(models.Model):
    """A section as it is searched: its words, folded, one space between them.

    guide/migrations/0002 puts each database's own index on it, which follows every change.
    """

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="+")
    section = models.OneToOneField(Section, models.CASCADE, related_name="+")
    page_title = models.TextField()
    heading = models.TextField()
    text = models.TextField()

    def __str__(self) -> str:
        return self.heading


class KnownWord(models.Model):
    """A word of a guide, and how many of its sections hold it: what a misspelling may mean."""

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="+")
    word = models.CharField(max_length=60)
    sections = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["guide", "word"], name="word_known_once_in_a_guide"),
        ]

    def __str__(self) -> str:
        return self.word


class ReadMark(models.Model):
    """That somebody has read a page, and which text of it: it may have changed since."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    page = models.ForeignKey(Page, models.CASCADE, related_name="read_marks")
    checksum = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "page"], name="page_marked_as_read_once"),
        ]

    def __str__(self) -> str:
        return f"{self.page}, {self.user}"


class CorrectionKind(models.TextChoices):
    CORRECTION = "correction", "Something is wrong"
    ADDITION = "addition", "Something is missing"


class CorrectionStatus(models.TextChoices):
    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"


class Correction(models.Model):
    """What a reader suggests to correct or to add in a section.

    `organization` is the one whose owners look after it: the guide's own or, for a public guide,
    the reader's. `place` keeps the words for the section should an import remove it.
    """

    guide = models.ForeignKey(Guide, models.CASCADE, related_name="corrections")
    section = models.ForeignKey(Section, models.SET_NULL, null=True, related_name="corrections")
    place = models.CharField(max_length=600)
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="corrections"
    )
    kind = models.CharField(max_length=10, choices=CorrectionKind)
    text = models.CharField(max_length=2000)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    status = models.CharField(
        max_length=10, choices=CorrectionStatus, default=CorrectionStatus.OPEN
    )
    reason = models.CharField(max_length=1000, blank=True)
    settled_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["status", "-at"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="correction_says_what"),
            models.CheckConstraint(
                condition=Q(status="open", settled_at=None)
                | Q(status__in=["done", "declined"], settled_at__isnull=False),
                name="settled_corrections_have_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="declined", reason=""), name="declined_corrections_say_why"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class UploadStatus(models.TextChoices):
    """Ready: looked through, waits for a yes. Refused: nothing of it can come in."""

    WAITING = "waiting"
    WORKING = "working"
    READY = "ready"
    REFUSED = "refused"
    IMPORTED = "imported"


class GuideUpload(models.Model):
    """A zip that an owner wants to import, with what would come of it. Kept until it is settled."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="guide_uploads")
    by = models.ForeignKey(User, models.CASCADE, related_name="+")
    filename = models.CharField(max_length=200)
    slug = models.SlugField(max_length=60)
    content = models.BinaryField()
    status = models.CharField(max_length=10, choices=UploadStatus, default=UploadStatus.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)
    report = models.JSONField(null=True)
    reason = models.CharField(max_length=1000, blank=True)
    guide = models.ForeignKey(Guide, models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    # When it was last heard of: nothing works on one that has been silent for long.
    heard_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="refused", reason=""), name="refused_uploads_say_why"
            ),
            models.CheckConstraint(
                condition=Q(progress__lte=100), name="upload_progress_is_a_percentage"
            ),
        ]

    def __str__(self) -> str:
        return self.filename

    def get_absolute_url(self) -> str:
        return reverse("organization_upload", args=[self.organization.slug, self.pk])

    @property
    def is_under_way(self) -> bool:
        return self.status in {UploadStatus.WAITING, UploadStatus.WORKING}

    @property
    def is_coming_in(self) -> bool:
        """Say whether it was looked through, confirmed, and is being imported."""
        return self.is_under_way and self.report is not None

    @property
    def can_be_confirmed(self) -> bool:
        return self.status == UploadStatus.READY
