from assessment.models.answering import (
    Answer,
    Assessment,
    GuestLink,
    Participation,
    Sheet,
)
from assessment.models.maturity_model import Level, MaturityModel, Question, Questionnaire
from assessment.models.results import QuestionnaireScore, QuestionScore, Snapshot, Target
from assessment.models.talking import Action, AgreedAnswer, Talk

__all__ = [
    "Action",
    "AgreedAnswer",
    "Answer",
    "Assessment",
    "GuestLink",
    "Level",
    "MaturityModel",
    "Participation",
    "Question",
    "QuestionScore",
    "Questionnaire",
    "QuestionnaireScore",
    "Sheet",
    "Snapshot",
    "Talk",
    "Target",
]
