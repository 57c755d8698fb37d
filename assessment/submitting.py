"""Open an assessment, say that one has finished, and submit: freeze the snapshot, once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from assessment import scoring
from assessment.change import Answered, Change, SummaryVerdict, change, summary_verdicts
from assessment.models import (
    Answer,
    Assessment,
    MaturityModel,
    Participation,
    QuestionnaireScore,
    QuestionScore,
    Snapshot,
)
from assessment.models.answering import AssessmentStatus
from assessment.models.maturity_model import Length
from assessment.published import PublishedModel, PublishedQuestionnaire, published_model
from assessment.question_score import TOP, AnswerValue
from assessment.scoring import QuestionnaireSpec, QuestionSpec
from teams.models import Team, User

VALUES: dict[str | None, AnswerValue] = {None: None, "dk": "dk", "na": "na"} | {
    str(level): level for level in range(TOP + 1)
}


class NotPossible(Exception):
    """What was asked cannot be done now; the text says why and what to do."""


def open_assessment(*, team: Team, by: User, length: str, due_on: date | None = None) -> Assessment:
    """Open an assessment of the newest published model. Raises NotPossible."""
    model = MaturityModel.objects.order_by("-published_at").first()
    if model is None:
        raise NotPossible("No maturity model is published yet: run load_maturity_model first.")
    try:
        with transaction.atomic():
            return Assessment.objects.create(
                team=team,
                maturity_model=model,
                length=length,
                rules_control_changes=team.rules_control_changes,
                opened_by=by,
                due_on=due_on,
            )
    except IntegrityError as error:
        raise NotPossible("This team has an open assessment already.") from error


def finish(*, assessment: Assessment, user: User) -> None:
    """Note that a member has finished. It is kept to the day and leads to no sheet."""
    Participation.objects.update_or_create(
        assessment=assessment, user=user, defaults={"finished_on": timezone.localdate()}
    )


def submit(*, assessment: Assessment, by: User) -> tuple[Snapshot, bool]:
    """Close the assessment and freeze its scores; say whether this call did it.

    Whatever is pressed how often, and by how many at once, there is one snapshot: the row is locked
    first, and saves lock it too, so an answer is in the snapshot or its sender learns it is not.
    Raises NotPossible when nobody has answered.
    """
    with transaction.atomic():
        locked = (
            Assessment.objects.select_for_update(of=("self",))
            .select_related("team")
            .get(pk=assessment.pk)
        )
        if not locked.is_open:
            return locked.snapshot, False
        sheets = answers_by_respondent(locked)
        if not sheets:
            raise NotPossible("Nobody has answered yet, so there is nothing to submit.")
        locked.status = AssessmentStatus.SUBMITTED
        locked.submitted_at = now = timezone.now()
        locked.submitted_by = by
        locked.save(update_fields=["status", "submitted_at", "submitted_by"])
        return freeze(locked, sheets, now), True


def answers_by_respondent(assessment: Assessment) -> dict[str, dict[str, AnswerValue]]:
    """Return the answers of every sheet that has any: respondent → question key → answer."""
    sheets: dict[str, dict[str, AnswerValue]] = defaultdict(dict)
    rows = Answer.objects.filter(sheet__assessment=assessment, answer__isnull=False)
    for respondent, question, answer in rows.values_list(
        "sheet__respondent", "question__key", "answer"
    ):
        sheets[respondent][question] = VALUES[answer]
    return dict(sheets)


def spec(questionnaire: PublishedQuestionnaire) -> QuestionnaireSpec:
    """Return a published questionnaire as scoring sees it."""
    questions = tuple(QuestionSpec(each.key, each.gate) for each in questionnaire.questions)
    # The role is a str in the database; publishing lets in those of Role only.
    return QuestionnaireSpec(questionnaire.key, questionnaire.role, questions)  # type: ignore[arg-type]


def freeze(assessment: Assessment, sheets: scoring.Sheets, taken_at: datetime) -> Snapshot:
    """Write the snapshot of an assessment's sheets. Call it in the transaction that closes it."""
    model = published_model(assessment.maturity_model_id)
    asked = model.asked(assessment.length, assessment.rules_control_changes)
    specs = [spec(questionnaire) for questionnaire in asked]
    scores = {each.key: scoring.score_questionnaire(each, sheets) for each in specs}
    regulated = assessment.rules_control_changes
    snapshot = Snapshot.objects.create(
        assessment=assessment,
        team=assessment.team,
        maturity_model_id=model.id,
        taken_at=taken_at,
        length=assessment.length,
        respondents=len(sheets),
        invited=max(len(sheets), assessment.team.memberships.count()),
        stage=scoring.stage(specs, scores, regulated=regulated),
        overall=scoring.overall(specs, scores),
    )
    changes = changes_since_last_time(assessment, specs, sheets)
    _write_questionnaires(snapshot, model, scores, changes)
    _write_questions(snapshot, model, scores.values())
    return snapshot


def changes_since_last_time(
    assessment: Assessment, specs: Iterable[QuestionnaireSpec], sheets: scoring.Sheets
) -> dict[str, Change]:
    """Return the change of each questionnaire that has a score now and had one last time."""
    before = (
        Assessment.objects.filter(
            team=assessment.team,
            status=AssessmentStatus.SUBMITTED,
            submitted_at__lt=assessment.submitted_at,
            maturity_model__key=assessment.maturity_model.key,
        )
        # A pulse holds no score to compare with; what came before it does.
        .exclude(length=Length.PULSE)
        .exclude(pk=assessment.pk)
        .order_by("-submitted_at")
        .first()
    )
    if before is None:
        return {}
    model = published_model(before.maturity_model_id)
    asked = model.asked(before.length, before.rules_control_changes)
    earlier_specs = {each.key: spec(each) for each in asked}
    earlier_sheets = answers_by_respondent(before)
    found = {
        each.key: change(Answered(earlier_specs[each.key], earlier_sheets), Answered(each, sheets))
        for each in specs
        if each.key in earlier_specs
    }
    return {key: moved for key, moved in found.items() if moved is not None}


def _write_questionnaires(
    snapshot: Snapshot,
    model: PublishedModel,
    scores: Mapping[str, scoring.QuestionnaireScore],
    changes: Mapping[str, Change],
) -> None:
    verdicts = summary_verdicts(changes)
    QuestionnaireScore.objects.bulk_create(
        QuestionnaireScore(
            snapshot=snapshot,
            questionnaire_id=model.by_key[key].id,
            **_score_columns(score),
            **_change_columns(changes.get(key), verdicts.get(key)),
        )
        for key, score in scores.items()
    )


def _score_columns(score: scoring.QuestionnaireScore) -> dict[str, object]:
    interval, agreement = score.interval, score.agreement
    return {
        "respondents": score.n,
        "score": score.score,
        "why_not": score.why_not or "",
        "low": interval and interval.low,
        "high": interval and interval.high,
        "half_width": interval and interval.half_width,
        "variance": interval and interval.s2,
        "rwg": agreement and agreement.rwg,
        "average_deviation": agreement and agreement.ad_md,
        "dont_know_share": score.dk_share,
        "level": score.level,
        "blocked_by": [
            {"question": blocker.key, "rules": list(blocker.rules)} for blocker in score.blocked_by
        ],
    }


def _change_columns(moved: Change | None, verdict: SummaryVerdict | None) -> dict[str, object]:
    if moved is None or verdict is None:
        return {}
    return {
        "change": moved.delta,
        "change_margin": moved.margin,
        "change_p": verdict.p_value,
        "change_linked": moved.linked,
        "change_questions": moved.questions,
        "changed": verdict.verdict == "changed",
    }


def _write_questions(
    snapshot: Snapshot, model: PublishedModel, scores: Iterable[scoring.QuestionnaireScore]
) -> None:
    QuestionScore.objects.bulk_create(
        QuestionScore(
            snapshot=snapshot,
            question_id=model.questions[key].id,
            answered=question.n,
            dont_know=question.dk,
            not_applicable=question.na,
            applicable=not question.not_applicable,
            mean=question.mean,
            median=question.median,
            variance=question.s2,
            average_deviation=question.ad_md,
            range=question.range,
            agreement=question.label or "",
        )
        for score in scores
        for key, question in score.questions.items()
    )
