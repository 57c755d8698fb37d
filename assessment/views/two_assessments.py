"""Compare two: what moved between two submitted assessments of one team."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.core.cache import caches
from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from assessment.change import Answered, Change, question_changes
from assessment.choice import day_from, end_of
from assessment.freezing import changes_between, rule_of, spec
from assessment.history import day
from assessment.models import Action, AgreedAnswer, Assessment, QuestionScore, Snapshot
from assessment.models.answering import Mode
from assessment.models.planning import ActionStatus
from assessment.models.results import SnapshotRow, scores_over_time
from assessment.published import asked_in, published_model
from assessment.scoring import QuestionnaireSpec, Sheets
from assessment.sheets import standing_sheets
from assessment.two_assessments import DoneAction, compare
from assessment.verdicts import Judged, Part
from teams.access import SignedIn, team_for
from teams.models import Team

ONLY_CHANGED: Final = "changed"


class Choice(NamedTuple):
    """What the address asks to compare, and what to tell the reader about what it asked in vain."""

    then: SnapshotRow
    now: SnapshotRow
    only_changed: bool
    complaints: tuple[str, ...]

    @property
    def swapped(self) -> str:
        return self._href(self.now, self.then, self.only_changed)

    @property
    def everything(self) -> str:
        return self._href(self.then, self.now, only_changed=False)

    @property
    def only_what_changed(self) -> str:
        return self._href(self.then, self.now, only_changed=True)

    @property
    def backwards(self) -> bool:
        return self.then.taken_at > self.now.taken_at

    def _href(self, then: SnapshotRow, now: SnapshotRow, only_changed: bool) -> str:
        state = {"from": str(then.assessment), "to": str(now.assessment)}
        return "?" + urlencode(state | ({"only": ONLY_CHANGED} if only_changed else {}))


class Option(NamedTuple):
    """An assessment to choose."""

    row: SnapshotRow
    words: str


def compare_two(request: SignedIn, organization: str, team: str) -> HttpResponse:
    place = team_for(request.user, organization, team)
    rows = Snapshot.objects.of_team(place).newest_first()
    context = {"team": place, "organization": place.organization, "submitted": len(rows)}
    if len(rows) > 1:
        choice = choice_from(request.GET, rows, place.name)
        context |= {
            "choice": choice,
            "options": options(rows),
            "then": day(choice.then.taken_at),
            "now": day(choice.now.taken_at),
            "results": results(place, choice),
        }
    return render(request, "assessment/compare_two.html", context)


def choice_from(asked: QueryDict, rows: Sequence[SnapshotRow], team: str) -> Choice:
    """Read the address against at least two snapshots, newest first. What it lacks is the newest.

    What it names in vain is told, not obeyed.
    """
    complaints = []
    first, last = (_named(asked.get(name, ""), rows) for name in ("from", "to"))
    if last is None:
        last = rows[0] if first != rows[0] else rows[1]
        if asked.get("to"):
            complaints.append(_in_vain("To", team, last))
    if first is None or first == last:
        twice, first = first == last, _beside(last, rows)
        if twice:
            complaints.append(
                "The address names the same assessment twice. It is compared with the one of "
                f"{day(first.taken_at)} instead."
            )
        elif asked.get("from"):
            complaints.append(_in_vain("From", team, first))
    only = asked.get("only", "")
    if only not in ("", ONLY_CHANGED):
        complaints.append("The address asks for a filter that is not there. Everything is shown.")
    return Choice(first, last, only == ONLY_CHANGED, tuple(complaints))


def options(rows: Sequence[SnapshotRow]) -> list[Option]:
    """Return the assessments to choose from, newest first; those of one day with their hour."""
    days = [day(row.taken_at) for row in rows]
    return [
        Option(row, ", ".join([_moment(row, when, days), row.length, _who(row)]))
        for row, when in zip(rows, days, strict=True)
    ]


def results(team: Team, choice: Choice) -> SafeString:
    """Return what moved between the two, the same for everybody who may enter the team.

    It rests on snapshots and closed answers, which never change, and on which actions are done.
    """
    done = done_in_between(team, choice.then, choice.now)
    rests_on = repr((team.pk, choice.then, choice.now, choice.only_changed, sorted(done.items())))
    key = f"two-{blake2b(rests_on.encode(), digest_size=16).hexdigest()}"
    html = caches["rendered"].get(key)
    if html is None:
        context = _moved(choice, done) | {"assessments": f"{team.get_absolute_url()}assessments"}
        html = render_to_string("assessment/_moved.html", context)
        caches["rendered"].set(key, html)
    return SafeString(html)


def done_in_between(
    team: Team, one: SnapshotRow, other: SnapshotRow
) -> dict[str, list[DoneAction]]:
    """Return the done actions by their question's key; those for no question under none.

    Those done between the two, and those noted between them, from the earlier one's talk on and
    before the later one's, which were done since.
    """
    earlier, later = sorted((one, other), key=lambda row: row.taken_at)
    opened = Assessment.objects.filter(pk=earlier.assessment).values("opened_at")
    noted = Q(noted_at__gte=opened, noted_at__lt=later.taken_at)
    closed = Q(closed_at__gt=earlier.taken_at, closed_at__lte=later.taken_at)
    rows = (
        Action.objects.filter(noted | closed, team=team, status=ActionStatus.DONE)
        .exclude(assessment=later.assessment)
        .exclude(closed_at__lte=earlier.taken_at)
        .order_by("closed_at", "pk")
    )
    found = defaultdict(list)
    for key, text, closed_at in rows.values_list("question__key", "text", "closed_at"):
        if closed_at:  # a constraint of the database, which types do not know
            done = DoneAction(text, timezone.localdate(closed_at), closed_at > later.taken_at)
            found[key or ""].append(done)
    return dict(found)


def _moved(choice: Choice, done: Mapping[str, Sequence[DoneAction]]) -> dict[str, object]:
    by_id = Assessment.objects.select_related("maturity_model").in_bulk(
        [choice.then.assessment, choice.now.assessment]
    )
    before, after = by_id[choice.then.assessment], by_id[choice.now.assessment]
    then, now = _parts([(choice.then, before), (choice.now, after)])
    changes: dict[str, Change] = {}
    of_questions: dict[str, Change] = {}
    if then.model.key == now.model.key:
        first, last = standing_sheets(before), standing_sheets(after)
        changes = changes_between(before, after, [spec(each) for each in now.asked], last)
        of_questions = question_changes(_answered(then, first), _answered(now, last))
    found = compare(then, now, changes, of_questions, done)
    shown = found.only_what_changed if choice.only_changed else found
    return {"comparison": shown, "choice": choice, "least": max(then.rule.mean, now.rule.mean)}


def _parts(pair: Sequence[tuple[SnapshotRow, Assessment]]) -> list[Part]:
    ids = [row.id for row, _ in pair]
    scores = scores_over_time(ids)
    questions = _questions(ids, [assessment.pk for _, assessment in pair])
    return [
        Part(
            row=row,
            model=published_model(row.model),
            asked=asked_in(assessment),
            scores={each.questionnaire: each for each in scores if each.snapshot == row.id},
            questions=questions[row.id],
            rule=rule_of(assessment),
        )
        for row, assessment in pair
    ]


def _questions(
    snapshots: Sequence[int], assessments: Sequence[UUID]
) -> dict[int, dict[str, Judged]]:
    """Return the questions of these snapshots as they show them, by snapshot and key."""
    reasons = {
        (assessment, question): reason
        for assessment, question, reason in AgreedAnswer.objects.filter(
            assessment__in=assessments, answer__isnull=False
        ).values_list("assessment", "question__key", "reason")
    }
    found: dict[int, dict[str, Judged]] = {snapshot: {} for snapshot in snapshots}
    rows = QuestionScore.objects.filter(snapshot__in=snapshots).values_list(
        "snapshot_id",
        "snapshot__assessment_id",
        "question__key",
        "applicable",
        "mean",
        "agreed",
        "as_answered",
    )
    for snapshot, assessment, key, applicable, mean, agreed, as_answered in rows:
        reason = reasons.get((assessment, key), "")
        found[snapshot][key] = Judged(applicable, mean, agreed, as_answered, reason)
    return found


def _answered(part: Part, sheets: Sheets) -> Answered:
    """Return all questions of an assessment as one: their number is corrected for together."""
    every = tuple(each for questionnaire in part.asked for each in spec(questionnaire).questions)
    return Answered(QuestionnaireSpec("every question", "core", every), sheets, part.rule.least)


def _named(asked: str, rows: Sequence[SnapshotRow]) -> SnapshotRow | None:
    """Return the assessment that the address names; a day names the newest one up to its end."""
    if on := day_from(asked):
        return next((row for row in rows if row.taken_at < end_of(on)), None)
    try:
        wanted = UUID(asked)
    except ValueError:
        return None
    return next((row for row in rows if row.assessment == wanted), None)


def _beside(row: SnapshotRow, rows: Sequence[SnapshotRow]) -> SnapshotRow:
    """Return the assessment before this one; the one after it for the oldest."""
    at = rows.index(row)
    return rows[at + 1] if at + 1 < len(rows) else rows[at - 1]


def _in_vain(name: str, team: str, taken: SnapshotRow) -> str:
    return (
        f"What the address names as \N{LEFT DOUBLE QUOTATION MARK}{name}"
        f"\N{RIGHT DOUBLE QUOTATION MARK} is not a submitted assessment of {team}. "
        f"The one of {day(taken.taken_at)} is taken instead."
    )


def _who(row: SnapshotRow) -> str:
    if row.mode == Mode.CONSENSUS:
        return "on one sheet"
    return f"{row.respondents} {'person' if row.respondents == 1 else 'people'}"


def _moment(row: SnapshotRow, when: str, days: Sequence[str]) -> str:
    return f"{when}, {row.taken_at:%H:%M}" if days.count(when) > 1 else when
