"""How far the sheet that somebody fills is, for those who fill it only."""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse

from assessment.models import Answer, Assessment
from assessment.published import PublishedQuestionnaire, asked_in
from teams.models import User


@dataclass(frozen=True)
class QuestionnaireProgress:
    """One questionnaire: how many of its asked questions are answered, and where to go on."""

    key: str
    title: str
    answered: int
    asked: int
    url: str
    first_unanswered: str

    @property
    def complete(self) -> bool:
        return self.answered == self.asked

    @property
    def resume_url(self) -> str:
        return f"{self.url}#{self.first_unanswered}" if self.first_unanswered else self.url


@dataclass(frozen=True)
class Progress:
    """How far a sheet is: the respondent's own, or the one the team fills together."""

    questionnaires: tuple[QuestionnaireProgress, ...]
    together: bool = False

    @property
    def whose(self) -> str:
        return "Your team's sheet" if self.together else "Your answers"

    @property
    def answered(self) -> int:
        return sum(each.answered for each in self.questionnaires)

    @property
    def asked(self) -> int:
        return sum(each.asked for each in self.questionnaires)

    @property
    def complete(self) -> bool:
        return self.answered == self.asked

    @property
    def next(self) -> QuestionnaireProgress:
        """The first questionnaire with something unanswered, else the first."""
        unfinished = (each for each in self.questionnaires if not each.complete)
        return next(unfinished, self.questionnaires[0])


def progress_of(assessment: Assessment, user: User) -> Progress:
    """Return the user's own progress in an assessment of their team. One query."""
    answered = set(
        Answer.objects.filter(
            sheet__assessment=assessment,
            sheet__respondent=assessment.respondent(user),
            answer__isnull=False,
        ).values_list("question_id", flat=True)
    )
    return progress_through(assessment, answered)


def progress_through(
    assessment: Assessment, answered: Collection[int], query: str = ""
) -> Progress:
    """Return the progress of one whose answered questions, by id, are known already.

    `query`, such as "?last=1", is kept in the addresses of all questionnaires.
    """
    team = assessment.team
    # Looking an address up costs more than all the rest here, so it is done once for all.
    place = [team.organization.slug, team.slug, assessment.pk, "-"]
    address = reverse("answer", args=place).removesuffix("-/")
    questionnaires = tuple(
        _progress(f"{address}{each.key}/{query}", each, answered) for each in asked_in(assessment)
    )
    return Progress(questionnaires, together=assessment.is_consensus)


def _progress(
    url: str, questionnaire: PublishedQuestionnaire, answered: Collection[int]
) -> QuestionnaireProgress:
    open_questions = [each for each in questionnaire.questions if each.id not in answered]
    return QuestionnaireProgress(
        key=questionnaire.key,
        title=questionnaire.title,
        answered=len(questionnaire.questions) - len(open_questions),
        asked=len(questionnaire.questions),
        url=url,
        first_unanswered=open_questions[0].key if open_questions else "",
    )
