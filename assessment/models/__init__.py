from assessment.models.answering import (
    Answer,
    Assessment,
    GuestLink,
    Participation,
    Sheet,
)
from assessment.models.exporting import Export
from assessment.models.maturity_model import (
    Level,
    MaturityModel,
    ModelDraft,
    ModelInUse,
    Question,
    Questionnaire,
)
from assessment.models.planning import Action, ActionChange, Annotation, Exemption, Target
from assessment.models.results import QuestionnaireScore, QuestionScore, Snapshot
from assessment.models.rounds import Round, RoundEntry, SentDigest, SentReminder
from assessment.models.talking import AgreedAnswer, Talk

__all__ = [
    "Action",
    "ActionChange",
    "AgreedAnswer",
    "Annotation",
    "Answer",
    "Assessment",
    "Exemption",
    "Export",
    "GuestLink",
    "Level",
    "MaturityModel",
    "ModelDraft",
    "ModelInUse",
    "Participation",
    "Question",
    "QuestionScore",
    "Questionnaire",
    "QuestionnaireScore",
    "Round",
    "RoundEntry",
    "SentDigest",
    "SentReminder",
    "Sheet",
    "Snapshot",
    "Talk",
    "Target",
]
