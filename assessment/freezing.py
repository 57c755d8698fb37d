"""Freeze an assessment: score what the team answered and agreed, and write the snapshot, once."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from assessment import question_score, scoring
from assessment.change import Answered, Change, SummaryVerdict, change, summary_verdicts
from assessment.disclosure import (
    Thresholds,
    margin_may_be_shown,
    shown_agreement,
    shown_change,
    shown_dont_know_share,
    shown_interval,
)
from assessment.models import Assessment, QuestionnaireScore, QuestionScore, Snapshot
from assessment.models.answering import AssessmentStatus
from assessment.models.maturity_model import Length
from assessment.published import PublishedQuestionnaire, asked_in, published_model
from assessment.scoring import QuestionnaireSpec, QuestionSpec
from assessment.sheets import agreed_answers, as_agreed, standing_sheets


def spec(questionnaire: PublishedQuestionnaire) -> QuestionnaireSpec:
    """Return a published questionnaire as scoring sees it."""
    questions = tuple(
        QuestionSpec(each.key, each.gate, each.weight) for each in questionnaire.questions
    )
    # The role is a str in the database; publishing lets in those of Role only.
    return QuestionnaireSpec(questionnaire.key, questionnaire.role, questions)  # type: ignore[arg-type]


def freeze(assessment: Assessment, sheets: scoring.Sheets, taken_at: datetime) -> Snapshot:
    """Write the snapshot of an assessment's sheets. Call it in the transaction that closes it.

    It holds what may be shown and nothing else: as the team agreed it, and as answered beside it.
    """
    model = published_model(assessment.maturity_model_id)
    rule = rule_of(assessment)
    specs = [spec(questionnaire) for questionnaire in asked_in(assessment)]
    agreed = agreed_answers(assessment)
    standing = as_agreed(sheets, agreed)
    answered = {each.key: scoring.score_questionnaire(each, sheets, rule.least) for each in specs}
    scores = {each.key: scoring.score_questionnaire(each, standing, rule.least) for each in specs}
    regulated = assessment.rules_control_changes
    snapshot = Snapshot.objects.create(
        assessment=assessment,
        team=assessment.team,
        maturity_model_id=model.id,
        taken_at=taken_at,
        length=assessment.length,
        mode=assessment.mode,
        enough=len(sheets) >= rule.least.respondents,
        respondents=len(sheets),
        invited=max(len(sheets), assessment.team.memberships.count()),
        stage=scoring.stage(specs, scores, regulated=regulated),
        overall=scoring.overall(specs, scores),
    )
    moved = moved_since_before(assessment, specs, standing)
    QuestionnaireScore.objects.bulk_create(
        QuestionnaireScore(
            snapshot=snapshot,
            questionnaire_id=model.by_key[key].id,
            **_score_columns(score, answered[key], agreed.keys(), rule),
            **moved.columns(key),
        )
        for key, score in scores.items()
    )
    QuestionScore.objects.bulk_create(
        QuestionScore(
            snapshot=snapshot,
            question_id=model.questions[key].id,
            **_question_columns(question, answered[score.key].questions[key], key in agreed, rule),
        )
        for score in scores.values()
        for key, question in score.questions.items()
    )
    return snapshot


def rule_of(assessment: Assessment) -> Thresholds:
    """Return what an assessment's snapshot may show, which managers see as well as the team."""
    return assessment.thresholds(in_team=False)


@dataclass(frozen=True)
class Moved:
    """The change of each questionnaire since the assessment before, by key, if there was one.

    `rule` is what both assessments let through.
    """

    changes: Mapping[str, Change]
    rule: Thresholds

    @cached_property
    def verdicts(self) -> dict[str, SummaryVerdict]:
        return summary_verdicts(self.changes)

    @cached_property
    def p_values_may_be_shown(self) -> bool:
        """Whether each may: Holm's correction makes each p-value depend on the others."""
        return all(margin_may_be_shown(each, self.rule) for each in self.changes.values())

    def columns(self, key: str) -> dict[str, object]:
        """Return what one questionnaire's row says of its change; {} for one not compared."""
        if key not in self.changes:
            return {}
        found, verdict = self.changes[key], self.verdicts[key]
        return {
            "change": shown_change(found, self.rule),
            "change_margin": found.margin if margin_may_be_shown(found, self.rule) else None,
            "change_p": verdict.p_value if self.p_values_may_be_shown else None,
            "change_linked": found.linked,
            "change_questions": found.questions,
            "changed": verdict.verdict == "changed",
        }


def moved_since_before(
    assessment: Assessment, specs: Iterable[QuestionnaireSpec], standing: scoring.Sheets
) -> Moved:
    """Return what moved since the assessment before; `specs`, `standing`: see `changes_between`."""
    rule, before = rule_of(assessment), scored_before(assessment)
    if before is None:
        return Moved({}, rule)
    changes = changes_between(before, assessment, specs, standing)
    return Moved(changes, rule.stricter(rule_of(before)))


def scored_before(assessment: Assessment) -> Assessment | None:
    """Return the team's assessment before this one that its scores are compared with.

    It comes with its snapshot.
    """
    return (
        Assessment.objects.filter(
            team=assessment.team_id,
            status=AssessmentStatus.SUBMITTED,
            submitted_at__lt=assessment.submitted_at,
        )
        # A pulse holds no score to compare with; what came before it does.
        .exclude(length=Length.PULSE)
        .exclude(pk=assessment.pk)
        .select_related("snapshot")
        .order_by("-submitted_at")
        .first()
    )


def changes_between(
    before: Assessment,
    after: Assessment,
    specs: Iterable[QuestionnaireSpec],
    standing: scoring.Sheets,
) -> dict[str, Change]:
    """Return the change of each questionnaire both assessments scored, as the team agreed it.

    `specs` and `standing` are what the later one asked and what stands as answered there.
    """
    earlier_specs = {each.key: spec(each) for each in asked_in(before)}
    earlier = standing_sheets(before)
    then, now = rule_of(before).least, rule_of(after).least
    found = {
        each.key: change(
            Answered(earlier_specs[each.key], earlier, then), Answered(each, standing, now)
        )
        for each in specs
        if each.key in earlier_specs
    }
    return {key: moved for key, moved in found.items() if moved is not None}


def _score_columns(
    score: scoring.QuestionnaireScore,
    answered: scoring.QuestionnaireScore,
    agreed: Collection[str],
    rule: Thresholds,
) -> dict[str, object]:
    interval = shown_interval(score, answered, rule)
    spread = shown_agreement(answered, rule)
    # The variance itself only where the interval rests on it.
    own_spread = interval is not None and interval is score.interval
    return {
        "respondents": score.n,
        "score": score.score,
        "agreed": len(score.questions.keys() & agreed),
        "as_answered": answered.score if score.questions.keys() & agreed else None,
        "why_not": score.why_not or "",
        "low": interval and interval.low,
        "high": interval and interval.high,
        "half_width": interval and interval.half_width,
        "variance": interval.s2 if interval and own_spread else None,
        "rwg": spread and spread.rwg,
        "average_deviation": spread and spread.ad_md,
        "dont_know_share": shown_dont_know_share(answered, rule),
        "level": score.level,
        "blocked_by": [
            {"question": blocker.key, "rules": list(blocker.rules)} for blocker in score.blocked_by
        ],
    }


def _question_columns(
    standing: question_score.QuestionScore,
    answered: question_score.QuestionScore,
    agreed: bool,  # one of many columns, not a switch
    rule: Thresholds,
) -> dict[str, object]:
    counted = rule.shows_spread(answered.answered)
    columns: dict[str, object] = {
        "answered": answered.n,
        "dont_know": answered.dk if counted else None,
        "not_applicable": answered.na if counted else None,
        "applicable": not standing.not_applicable,
        "mean": standing.mean,
        "agreed": agreed,
        "as_answered": answered.mean if agreed else None,
    }
    if not rule.shows_spread(answered.n):
        return columns
    return columns | {
        "median": answered.median,
        "variance": answered.s2,
        "average_deviation": answered.ad_md,
        "range": answered.range,
        "agreement": answered.label or "",
    }
