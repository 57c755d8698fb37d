import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessment.model_file import ModelFileError
from assessment.models import Level, Question
from assessment.publishing import publish


class Command(BaseCommand):
    help = (
        "Check a maturity model's YAML file and publish its version. A published one never changes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            model, new = publish(options["file"])
        except ModelFileError as error:
            raise CommandError(str(error)) from error
        questions = Question.objects.filter(questionnaire__maturity_model=model)
        outcome = {
            "key": model.key,
            "version": model.version,
            "new": new,
            "questionnaires": model.questionnaires.count(),
            "questions": questions.count(),
            "suggestions": Level.objects.filter(question__in=questions)
            .exclude(suggestion="")
            .count(),
        }
        self.stdout.write(json.dumps(outcome) if options["json"] else sentence(outcome))


def sentence(outcome: dict[str, Any]) -> str:
    state = "Published" if outcome["new"] else "Already published, nothing changed:"
    return (
        f"{state} {outcome['key']} {outcome['version']}: "
        f"{outcome['questionnaires']} questionnaires, {outcome['questions']} questions, "
        f"{outcome['suggestions']} suggestions."
    )
