"""What can be taken away as a table: a title, columns and plain rows, the same for CSV and XLSX.

Numbers are as exact as the pages say them, and moments are days.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import F, QuerySet
from django.db.models.functions import Lower

from assessment.aims import aims_by_team
from assessment.comparison import Row
from assessment.disclosure import Thresholds, thresholds, too_few
from assessment.exporting.compared import Compared
from assessment.models import (
    Action,
    Answer,
    Assessment,
    QuestionnaireScore,
    QuestionScore,
    Snapshot,
)
from assessment.models.answering import TOGETHER, AnswerChoice, AssessmentStatus, Mode
from assessment.models.planning import ActionStatus
from assessment.projection import projection_of
from assessment.published import WEIGHTED, published_model, weighted_among
from assessment.wording import WHY_NOT
from teams.models import Team, User

Cell = str | int | float | bool | date | None
CHUNK: Final = 2000
HOW: Final = {
    Mode.INDIVIDUAL: "individually",
    Mode.OPEN: "openly, with names",
    Mode.CONSENSUS: "on one sheet",
}
TOO_FEW: Final = "too few answers"


@dataclass(frozen=True)
class Table:
    """A title, the columns, and rows that are read when they are written."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def one_decimal(value: float | None) -> float | None:
    """Return a value as exact as the pages say it, and never a minus before nothing."""
    return None if value is None else round(value, 1) + 0.0


def yes(value: bool | None) -> str:  # it words a column, and switches nothing
    return "" if value is None else "yes" if value else "no"


def in_order(rows: QuerySet[Any], team: str, *then: str) -> QuerySet[Any]:
    """Order rows by their team's name, whatever its case, and then by what else is said."""
    return rows.order_by(Lower(f"{team}__name"), f"{team}__pk", *then)


def rule(mode: str, least_answers: int) -> Thresholds:
    """Return what a snapshot shows everybody who may see it, in the team or not."""
    return thresholds(mode=mode, least_answers=least_answers, in_team=False)


# What was assessed ------------------------------------------------------------------------------


def assessments(teams: QuerySet[Team]) -> Table:
    """Return the submitted assessments, each with its stage and overall score."""
    columns = ["Team", "Submitted", "How", "Length", "Model", "Version", "Answered", "In the team"]
    rows = in_order(Snapshot.objects.filter(team__in=teams), "team", "taken_at", "pk").values_list(
        "team__name",
        "taken_at",
        "mode",
        "length",
        "maturity_model__title",
        "maturity_model__version",
        "respondents",
        "invited",
        "stage",
        "overall",
        "enough",
        "maturity_model",
    )
    return Table("Assessments", [*columns, "Stage", "Overall", "Remark"], _assessments(teams, rows))


def _assessments(
    teams: QuerySet[Team], rows: QuerySet[Any, tuple[Any, ...]]
) -> Iterator[Sequence[Cell]]:
    weighted = models_with_weights(teams)
    for row in rows.iterator(CHUNK):
        team, taken_at, mode, length, title, version, answered, invited, *rest = row
        stage, overall, enough, model = rest
        people: list[Cell] = [None, None] if mode == Mode.CONSENSUS else [answered, invited]
        yield [
            *(team, taken_at.date(), HOW[Mode(mode)], length, title, version, *people),
            *(stage, one_decimal(overall)),
            (WEIGHTED if model in weighted else "") if enough else TOO_FEW,
        ]


def scores(teams: QuerySet[Team], **only: Any) -> Table:
    """Return the score of each questionnaire in each assessment, with its interval and change.

    `only` are look-ups that keep some of them.
    """
    columns = [
        *("Team", "Assessment", "Length", "Questionnaire", "Key", "Score", "From", "To", "Level"),
        *("People", "Questions agreed", "As answered", "Change", "Verdict", "Remark"),
    ]
    rows = in_order(
        QuestionnaireScore.objects.filter(snapshot__team__in=teams, **only),
        "snapshot__team",
        "snapshot__taken_at",
        "snapshot",
        "questionnaire__position",
    ).values_list(
        "snapshot__team__name",
        "snapshot__taken_at",
        "snapshot__length",
        "questionnaire__title",
        "questionnaire__key",
        "score",
        "low",
        "high",
        "level",
        "respondents",
        "agreed",
        "as_answered",
        "change",
        "changed",
        "why_not",
        "snapshot__mode",
        "snapshot__maturity_model",
    )
    return Table("Scores", columns, _scores(teams, rows))


def _scores(
    teams: QuerySet[Team], rows: QuerySet[Any, tuple[Any, ...]]
) -> Iterator[Sequence[Cell]]:
    weighted = models_with_weights(teams)
    for row in rows.iterator(CHUNK):
        team, taken_at, length, title, key, score, low, high, level, *rest = row
        people, agreed, as_answered, change, changed, why_not, mode, model = rest
        together = mode == Mode.CONSENSUS
        yield [
            *(team, taken_at.date(), length, title, key),
            *(one_decimal(each) for each in (score, low, high)),
            level,
            None if together else people,
            agreed,
            one_decimal(as_answered),
            one_decimal(change),
            verdict(changed),
            (WEIGHTED if model in weighted else "")
            if score is not None
            else reason(why_not, together=together),
        ]


def models_with_weights(teams: QuerySet[Team]) -> set[int]:
    """Return the models by which these teams were assessed and that have custom weights."""
    assessed = Snapshot.objects.filter(team__in=teams).order_by()
    return weighted_among(assessed.values("maturity_model"))


def verdict(changed: bool | None) -> str:  # one of three, and switches nothing
    return "" if changed is None else "changed" if changed else "within noise"


def reason(why_not: str, *, together: bool) -> str:
    """Return why there is no score, as the pages say it."""
    if together and why_not == "waiting for answers":
        return WHY_NOT["too few questions answered"]
    return WHY_NOT.get(why_not, "no score")


def answers(teams: QuerySet[Team]) -> Table:
    """Return what each assessment shows of each question. Nobody's own answers are in it."""
    columns = [
        *("Team", "Assessment", "Version", "Questionnaire", "Question", "Key", "Gate", "Applies"),
        *("Gave a level", "Don't know", "Not applicable", "Mean", "Agreed", "As answered"),
        *("Agreement", "Remark"),
    ]
    rows = in_order(
        QuestionScore.objects.filter(snapshot__team__in=teams),
        "snapshot__team",
        "snapshot__taken_at",
        "snapshot",
        "question__questionnaire__position",
        "question__position",
    ).values_list(
        "snapshot__team__name",
        "snapshot__taken_at",
        "snapshot__maturity_model__version",
        "question__questionnaire__title",
        "question__title",
        "question__key",
        "question__gate",
        "applicable",
        "answered",
        "dont_know",
        "not_applicable",
        "mean",
        "agreed",
        "as_answered",
        "agreement",
        "snapshot__mode",
        "snapshot__assessment__least_answers",
    )
    return Table("Answers", columns, _answers(rows))


def _answers(rows: QuerySet[Any, tuple[Any, ...]]) -> Iterator[Sequence[Cell]]:
    for row in rows.iterator(CHUNK):
        team, taken_at, version, questionnaire, title, key, gate, applies, answered, *rest = row
        dont_know, not_applicable, mean, agreed, as_answered, agreement, mode, least = rest
        allowed = rule(mode, least)
        yield [
            *(team, taken_at.date(), version, questionnaire, title, key, yes(gate), yes(applies)),
            how_many(answered, allowed),
            dont_know,
            not_applicable,
            one_decimal(mean) if applies else None,
            yes(agreed),
            one_decimal(as_answered),
            agreement,
            "" if mean is not None or not applies else allowed.why_no_mean(answered),
        ]


def how_many(answered: int, allowed: Thresholds) -> Cell:
    """Return how many gave a level, as far as that may be told."""
    few = allowed.mean > 1 and not allowed.shows_mean(answered)
    return too_few(allowed.mean) if few else answered


# Somebody's own ---------------------------------------------------------------------------------


def own_answers(team: Team, user: User) -> Table:
    """Return what somebody of the team answered themselves, and on the team's one sheets."""
    columns = [
        *("Assessment opened", "Status", "Sheet", "Questionnaire", "Question", "Key", "Answer"),
        *("What that line says", "Note"),
    ]
    found = Assessment.objects.filter(team=team).order_by("opened_at", "pk")
    return Table("My answers", columns, _own_answers(found, user))


def _own_answers(found: QuerySet[Assessment], user: User) -> Iterator[Sequence[Cell]]:
    for each in found:
        model = published_model(each.maturity_model_id)
        respondent = each.respondent(user)
        rows = Answer.objects.filter(sheet__assessment=each, sheet__respondent=respondent)
        given = {row[0]: row[1:] for row in rows.values_list("question_id", "answer", "note")}
        sheet = "the team's" if respondent == TOGETHER else "my own"
        for questionnaire in model.questionnaires:
            for question in questionnaire.questions:
                if question.id in given:
                    answer, note = given[question.id]
                    level = int(answer) if answer and answer.isdecimal() else None
                    yield [
                        *(each.opened_at.date(), AssessmentStatus(each.status).label, sheet),
                        *(questionnaire.title, question.title, question.key),
                        level if level is not None else in_words(answer),
                        "" if level is None else question.levels[level].description,
                        note,
                    ]


def in_words(answer: str | None) -> str:
    return str(AnswerChoice(answer).label).lower() if answer else ""


# What is planned --------------------------------------------------------------------------------


def targets(teams: QuerySet[Team]) -> Table:
    """Return what each team aims at: its own target, or the one it inherits."""
    columns = ["Team", "Questionnaire", "Target level", "By", "Inherited from"]
    return Table("Targets", columns, _targets(teams))


def _targets(teams: QuerySet[Team]) -> Iterator[Sequence[Cell]]:
    aims = aims_by_team(teams)
    for pk, name in teams.order_by(Lower("name"), "pk").values_list("pk", "name"):
        for key, aim in aims.get(pk, {}).items():
            yield [name, key, aim.level, aim.by, aim.source]


def actions(teams: QuerySet[Team]) -> Table:
    """Return all actions, done and dropped ones too, the next due first."""
    columns = [
        *(
            "Team",
            "Action",
            "Status",
            "Owner",
            "Due",
            "Questionnaire",
            "Question",
            "Leads to level",
        ),
        *("Note", "Link", "Noted", "Closed"),
    ]
    due = F("due_on").asc(nulls_last=True)
    found = Action.objects.filter(team__in=teams)
    rows = found.order_by(Lower("team__name"), "team__pk", "closed_at", due, "pk").values_list(
        "team__name",
        "text",
        "status",
        "owner__name",
        "due_on",
        "question__questionnaire__title",
        "question__title",
        "level",
        "note",
        "link",
        "noted_at",
        "closed_at",
    )
    return Table("Actions", columns, _actions(rows))


def _actions(rows: QuerySet[Any, tuple[Any, ...]]) -> Iterator[Sequence[Cell]]:
    for row in rows.iterator(CHUNK):
        team, text, status, owner, due_on, questionnaire, question, level, *rest = row
        note, link, noted_at, closed_at = rest
        yield [
            *(team, text, ActionStatus(status).label, owner or "", due_on, questionnaire, question),
            *(level, note, link, noted_at.date(), closed_at and closed_at.date()),
        ]


def projected(teams: Iterable[Team]) -> Table:
    """Return each team's scores as of its newest assessment, and if its plan were done."""
    columns = [
        *("Team", "Questionnaire", "Key", "Assessed", "Score", "If the plan is done"),
        *("Level", "Level if the plan is done", "Last action due"),
    ]
    return Table("If the plan is done", columns, _projected(teams))


def _projected(teams: Iterable[Team]) -> Iterator[Sequence[Cell]]:
    for team in teams:
        found = projection_of(team)
        for each in found.questionnaires if found else ():
            yield [
                *(team.name, each.title, each.key, found.taken_at.date() if found else None),
                *(one_decimal(each.score), one_decimal(each.projected)),
                *(each.level, each.projected_level, found.by if found else None),
            ]


# Teams beside each other ------------------------------------------------------------------------


def comparison(found: Compared) -> Table:
    """Return the organization's table: each team with its scores beside its own targets."""
    each_asked = [
        f"{title}{part}"
        for title in found.titles.values()
        for part in ("", ": change", ": verdict", ": target")
    ]
    columns = [
        *("Team", "Under", *each_asked, "Stage", "Overall", "Last assessed", "Stale", "Answered"),
        *("In the team", "Open since", "Finished", "Members", "Remark"),
    ]
    rows = (_compared(*row, found.titles) for row in found.rows)
    return Table("Comparison", columns, rows)


def _compared(row: Row, parent: str, titles: Mapping[str, str]) -> Sequence[Cell]:
    cells: list[Cell] = []
    for key in titles:
        cell = row.cells[key]
        shown = cell.score if cell.score is not None else cell.why_not
        cells += [shown, one_decimal(cell.change), verdict(cell.changed), cell.target]
    latest, running = row.latest, row.open_now
    counted = latest is not None and not latest.on_one_sheet
    return [
        *(row.team, parent, *cells),
        latest.stage if latest and not row.standing else None,
        one_decimal(row.overall),
        _day(latest and latest.taken_at),
        yes(row.stale) if latest else "",
        latest.respondents if latest and counted else None,
        latest.invited if latest and counted else None,
        _day(running and running.opened_at),
        running.finished if running and not running.on_one_sheet else None,
        running.members if running and not running.on_one_sheet else None,
        WEIGHTED if row.weighted else "",
    ]


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
