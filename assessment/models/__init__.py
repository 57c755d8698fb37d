from assessment.models.answering import Answer, Assessment, Participation, Sheet
from assessment.models.maturity_model import Level, MaturityModel, Question, Questionnaire
from assessment.models.results import QuestionnaireScore, QuestionScore, Snapshot, Target

__all__ = [
    "Answer",
    "Assessment",
    "Level",
    "MaturityModel",
    "Participation",
    "Question",
    "QuestionScore",
    "Questionnaire",
    "QuestionnaireScore",
    "Sheet",
    "Snapshot",
    "Target",
]
