"""One question's answers in; mean, spread and label out. Plain values, no database."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import fsum
from statistics import median
from typing import Final, Literal

AnswerValue = int | Literal["dk", "na"] | None
Label = Literal["together", "mixed", "split"]

TOP: Final = 4
# One answer's share of a mean is far above this; one rounding of a float is far below it.
EPSILON: Final = 1e-9
TOGETHER: Final = 0.5
# A sixth of the five options (Burke & Dunlap 2002); usually printed as .83, which would exclude it.
MIXED: Final = 5 / 6
SPLIT_RANGE: Final = 3


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """What the respondents answered to one question.

    `n` counts the answers 0-4; mean, median, `ad_md` and range describe those alone and are None
    with fewer than were asked for, `s2` (n - 1) and `label` below two. `not_applicable` drops the
    question, by a majority; `not_visible` says that at least a third of the answerers don't know.
    """

    n: int
    dk: int
    na: int
    blank: int
    not_applicable: bool
    applicability_disputed: bool
    not_visible: bool
    mean: float | None
    median: float | None
    s2: float | None
    ad_md: float | None
    range: int | None
    label: Label | None

    @property
    def answered(self) -> int:
        """How many answered at all: with a level, *don't know* or *not applicable*."""
        return self.n + self.dk + self.na


def score_question(answers: Iterable[AnswerValue], *, least: int = 1) -> QuestionScore:
    """Describe one question's answers; fewer than `least` judge and settle nothing.

    Raises ValueError for anything that is not an answer.
    """
    answers = list(answers)
    levels = sorted(a for a in answers if isinstance(a, int) and 0 <= a <= TOP)
    n, dk, na, blank = len(levels), answers.count("dk"), answers.count("na"), answers.count(None)
    if n + dk + na + blank != len(answers):
        raise ValueError("An answer is 0, 1, 2, 3, 4, 'dk', 'na' or None.")
    answerers = n + dk + na
    not_applicable = 2 * na > answerers >= least
    judged = levels if n >= least else []
    middle = float(median(judged)) if judged else None
    ad_md = None if middle is None else fsum(abs(y - middle) for y in judged) / n
    width = judged[-1] - judged[0] if judged else None
    return QuestionScore(
        n=n,
        dk=dk,
        na=na,
        blank=blank,
        not_applicable=not_applicable,
        applicability_disputed=na > 0 and not not_applicable,
        not_visible=dk > 0 and 3 * dk >= answerers,
        mean=sum(judged) / n if judged else None,
        median=middle,
        s2=variance(judged) if len(judged) > 1 else None,
        ad_md=ad_md,
        range=width,
        label=None if ad_md is None or width is None or n < 2 else _label(ad_md, width),
    )


def applicable_means(questions: Mapping[str, QuestionScore]) -> dict[str, float | None]:
    """Return the mean of each question that applies; None where too few could judge it."""
    return {key: q.mean for key, q in questions.items() if not q.not_applicable}


def variance(values: Collection[float]) -> float:
    """Return the variance (n - 1) of at least two values, the same in whatever order they come."""
    mean = fsum(values) / len(values)
    return fsum((value - mean) ** 2 for value in values) / (len(values) - 1)


def _label(ad_md: float, width: int) -> Label:
    if width >= SPLIT_RANGE or ad_md > MIXED + EPSILON:
        return "split"
    return "mixed" if ad_md > TOGETHER + EPSILON else "together"
