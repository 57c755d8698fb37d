"""One team, one questionnaire of seven questions, two assessments; the gates are q1 and q6.

Between the two, r5 left and r6, a harsher judge, joined.
"""

from assessment.question_score import AnswerValue
from assessment.scoring import QuestionnaireSpec, QuestionSpec, Role


def questionnaire(
    *keys: str, gates: tuple[str, ...] = (), key: str = "noise", role: Role = "core"
) -> QuestionnaireSpec:
    return QuestionnaireSpec(key, role, tuple(QuestionSpec(k, gate=k in gates) for k in keys))


def weighted(key: str = "noise", **weights: int) -> QuestionnaireSpec:
    """A questionnaire of an organization's own, whose questions count as often as they weigh."""
    questions = tuple(QuestionSpec(name, weight=weight) for name, weight in weights.items())
    return QuestionnaireSpec(key, "core", questions)


def sheets(table: str, *keys: str) -> dict[str, dict[str, AnswerValue]]:
    """Read a line per respondent: the name, then an answer to each question, `-` for a blank."""
    lines = [line.split() for line in table.strip().splitlines()]
    return {
        name: {key: answer(word) for key, word in zip(keys, words, strict=True)}
        for name, *words in lines
    }


def answer(word: str) -> AnswerValue:
    words: dict[str, AnswerValue] = {"dk": "dk", "na": "na", "-": None}
    return words[word] if word in words else int(word)


KEYS = ("q1", "q2", "q3", "q4", "q5", "q6", "q7")
NOISE = questionnaire(*KEYS, gates=("q1", "q6"))
EARLIER = sheets(
    """
    r1  2  2  3  1  2  dk  2
    r2  1  2  2  1  2   2  1
    r3  3  3  3  2  2  dk  2
    r4  2  1  4  0  2   2 na
    r5  2  2  3  1  -   1  2
    """,
    *KEYS,
)
LATER = sheets(
    """
    r1  3  3  3  2  3   2  2
    r2  2  3  3  2  2   2  2
    r3  3  3  3  3  3  dk  3
    r4  3  2  4  1  3   2 na
    r6  2  2  2  1  2   1  1
    """,
    *KEYS,
)
