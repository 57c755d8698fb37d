import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessment import change, scoring
from assessment.answer_file import AnswerFileError, read_answers
from assessment.model_file import ModelFileError, QuestionnairePart, read_model_file
from assessment.scoring import QuestionnaireScore, QuestionnaireSpec, QuestionSpec

OURS = Path(__file__).resolve().parents[2] / "maturity_models"


class Command(BaseCommand):
    help = (
        "Score a CSV file of answers (respondent,question,answer[,note]) without storing anything."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("answers", type=Path)
        parser.add_argument("--previous", type=Path, help="an earlier file, to print the change")
        parser.add_argument(
            "--model", type=Path, help="a maturity model's file; default: our newest"
        )
        parser.add_argument("--json", action="store_true", help="print everything as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            outcome = score(
                options["answers"], options["previous"], options["model"] or newest_model()
            )
        except (AnswerFileError, ModelFileError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(outcome, indent=1, default=str))
        else:
            self.stdout.write("\n".join(lines(outcome)))


def newest_model() -> Path:
    return max(OURS.glob("*.yaml"))


def score(answers: Path, previous: Path | None, model: Path) -> dict[str, Any]:
    """Return every figure of the scoring rules for the questionnaires the file answers."""
    content = read_model_file(model).content
    specs = [spec(part) for part in content.questionnaires]
    questions = {question.key for each in specs for question in each.questions}
    sheets = read_answers(answers, questions)
    asked = [each for each in specs if answered(each, sheets)]
    scores = {each.key: scoring.score_questionnaire(each, sheets) for each in asked}
    outcome: dict[str, Any] = {
        "model": content.key,
        "version": content.version,
        "questionnaires": {key: as_json(each) for key, each in scores.items()},
        "overall": scoring.overall(specs, scores),
        "stage": scoring.stage(specs, scores, regulated="regulated" in scores),
    }
    if previous:
        outcome["change"] = changes(asked, read_answers(previous, questions), sheets)
    return outcome


def spec(part: QuestionnairePart) -> QuestionnaireSpec:
    questions = tuple(QuestionSpec(question.key, question.gate) for question in part.questions)
    return QuestionnaireSpec(part.key, part.role, questions)


def answered(questionnaire: QuestionnaireSpec, sheets: scoring.Sheets) -> bool:
    keys = {question.key for question in questionnaire.questions}
    return any(keys & sheet.keys() for sheet in sheets.values())


def as_json(scored: QuestionnaireScore) -> dict[str, Any]:
    return asdict(scored) | {"index": scored.index}


def changes(
    asked: list[QuestionnaireSpec], earlier: scoring.Sheets, later: scoring.Sheets
) -> dict[str, Any]:
    """Return the change of each questionnaire, with its verdict alone and after Holm."""
    found = {
        each.key: moved
        for each in asked
        if (moved := change.change(change.Answered(each, earlier), change.Answered(each, later)))
    }
    summary = change.summary_verdicts(found)
    return {
        key: asdict(moved)
        | {"p_value_holm": summary[key].p_value, "verdict_in_summary": summary[key].verdict}
        for key, moved in found.items()
    }


def lines(outcome: dict[str, Any]) -> list[str]:
    """Return the outcome for reading: scores to one decimal, as people are shown them."""
    text = [f"{outcome['model']} {outcome['version']}"]
    for key, scored in outcome["questionnaires"].items():
        text.append(f"{key}: {result(scored)}")
    for key, moved in outcome.get("change", {}).items():
        text.append(
            f"{key}: {moved['delta']:+.1f} since last time, {moved['verdict_in_summary']} "
            f"(margin {moved['margin']:.1f})"
        )
    text.append("Nothing was stored. --json prints every figure.")
    return text


def result(scored: dict[str, Any]) -> str:
    if scored["why_not"]:
        return f"no score, {scored['why_not']} ({scored['n']} respondents)"
    interval = scored["interval"]
    return (
        f"{scored['score']:.1f} ({interval['low']:.1f} to {interval['high']:.1f}, "
        f"{interval['word']}), level {scored['level']}, {scored['n']} respondents"
    )
