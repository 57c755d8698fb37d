"""Two assessments of one team, question by question, old beside new.

Plain values in, plain values out. Every mean and score is the one its snapshot shows; what is said
of it comes from `verdicts`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, NamedTuple

from django.utils.safestring import SafeString
from django.utils.text import get_text_list

from assessment.change import LEAST_CHANGE, Change, summary_verdicts
from assessment.disclosure import Thresholds, shown_change
from assessment.models.results import ScoreRow
from assessment.published import PublishedQuestion
from assessment.question_score import EPSILON
from assessment.scoring import firmness
from assessment.sparklines import move, scale
from assessment.verdicts import Judged, Part, Said, is_verdict, on_question, on_questionnaire
from assessment.wording import as_answered, signed, why_not

NAMED_AT_MOST: Final = 2


class DoneAction(NamedTuple):
    """An action done between two assessments, or noted between them and done since.

    `later` says that: what came of it the later assessment cannot show.
    """

    text: str
    on: date
    later: bool = False


class Outcome(NamedTuple):
    """A done action with what happened to its question; None for one that is for no question."""

    action: DoneAction
    move: "QuestionMove | None"


@dataclass(frozen=True, slots=True)
class QuestionMove:
    """One question in both assessments. A mean is None where it is hidden or was not asked."""

    key: str
    title: str
    guide: str
    before: float | None
    after: float | None
    said: Said
    agreed: tuple[str, ...] = ()
    done: tuple[DoneAction, ...] = ()

    @property
    def drawing(self) -> SafeString:
        return move(self.before, self.after)


@dataclass(frozen=True, slots=True)
class QuestionnaireMove:
    """One questionnaire in both assessments, with its questions.

    `change` is that of all who answered, on the questions both counted.
    """

    key: str
    title: str
    before: ScoreRow | None
    after: ScoreRow | None
    change: float | None
    said: Said
    levels: str
    questions: tuple[QuestionMove, ...]

    @property
    def drawing(self) -> SafeString:
        now, then = self.after, self.before
        if now is None or now.score is None:
            return move(then.score if then else None, None)
        return scale(now.score, now.low, now.high, then.score if then else None)

    @property
    def change_in_words(self) -> str:
        return "" if self.change is None else signed(self.change)

    @property
    def then_in_words(self) -> str:
        return in_words(self.before, "not asked then")

    @property
    def now_in_words(self) -> str:
        return in_words(self.after, "not asked any more")

    @property
    def has_changed(self) -> bool:
        return self.said.changed or any(each.said.changed for each in self.questions)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the page says: a sentence on top, how the two differ in kind, and what moved."""

    summary: str
    questions: str
    differences: tuple[str, ...]
    questionnaires: tuple[QuestionnaireMove, ...] = field(default=())
    outcomes: tuple[Outcome, ...] = field(default=())

    @property
    def only_what_changed(self) -> "Comparison":
        """The same with nothing but what is called changed."""
        kept = tuple(
            replace(each, questions=tuple(q for q in each.questions if q.said.changed))
            for each in self.questionnaires
            if each.has_changed
        )
        return replace(self, questionnaires=kept)


def compare(
    then: Part,
    now: Part,
    changes: Mapping[str, Change],
    question_changes: Mapping[str, Change],
    done: Mapping[str, Sequence[DoneAction]],
) -> Comparison:
    """Compare two parts. `done` are the actions done in between, by the question they are for."""
    if then.model.key != now.model.key:
        return Comparison("Nothing to compare", "", (two_models(then, now),))
    rule = then.rule.stricter(now.rule)
    verdicts = summary_verdicts(changes)
    judged = question_verdicts(then, now, question_changes, rule)
    titles = now.titles | {k: v for k, v in then.titles.items() if k not in now.titles}
    found = tuple(
        QuestionnaireMove(
            key=key,
            title=title,
            before=then.scores.get(key),
            after=now.scores.get(key),
            change=shown_change(changes[key], rule) if key in changes else None,
            said=on_questionnaire(
                key, then, now, changes.get(key), verdicts.get(key), rule, len(changes)
            ),
            levels=levels_in_words(then, now, key),
            questions=tuple(
                _question(titles[each], then, now, judged[each], done.get(each, ()))
                for each in keys
            ),
        )
        for key, title, keys in _in_order(then, now)
    )
    return Comparison(
        summary=summary(found, one_sheet=then.is_consensus or now.is_consensus),
        questions=_on_questions([said for said in judged.values() if is_verdict(said)]),
        differences=tuple(differences(then, now)),
        questionnaires=found,
        outcomes=tuple(_outcomes(found, done)),
    )


def _outcomes(
    found: Iterable[QuestionnaireMove], done: Mapping[str, Sequence[DoneAction]]
) -> Iterator[Outcome]:
    """Yield what became of the done actions, in the order of their questions; the others last."""
    left = dict(done)
    for questionnaire in found:
        for question in questionnaire.questions:
            for each in left.pop(question.key, ()):
                yield Outcome(each, question)
    for actions in left.values():
        for each in actions:
            yield Outcome(each, None)


def question_verdicts(
    then: Part, now: Part, changes: Mapping[str, Change], rule: Thresholds
) -> dict[str, Said]:
    """Return what is said of each question that either asked, corrected for their number."""
    shown = {
        key: moved
        for key, moved in changes.items()
        if (both := _means(key, then, now)) and None not in both
    }
    verdicts = summary_verdicts(shown)
    keys = [*now.titles, *(key for key in then.titles if key not in now.titles)]
    return {
        key: on_question(key, then, now, shown.get(key), verdicts.get(key), rule, len(shown))
        for key in keys
    }


def summary(found: Sequence[QuestionnaireMove], *, one_sheet: bool) -> str:
    """Return in one sentence which questionnaires moved."""
    if one_sheet:
        return "Beside each other, without a verdict: one sheet filled together has no spread"
    compared = [each for each in found if is_verdict(each.said)]
    if not compared:
        return "No questionnaire has a score both times to compare"
    changed = [each for each in compared if each.said.changed]
    if not changed:
        return "Nothing moved beyond noise"
    said = f"{_which_moved(changed, len(compared))}: changed"
    rest = len(compared) - len(changed)
    return f"{said}; the rest is within noise" if rest else said


def _which_moved(changed: Sequence[QuestionnaireMove], compared: int) -> str:
    """Name one or two with their scores; of more, how many went which way."""
    if len(changed) <= NAMED_AT_MOST:
        return get_text_list([how_it_moved(each) for each in changed], "and")
    rose = sum(each.said.way > 0 for each in changed)
    ways = [f"{n} {way}" for n, way in ((rose, "rose"), (len(changed) - rose, "fell")) if n]
    return f"Of {compared} questionnaires {' and '.join(ways)}"


def how_it_moved(each: QuestionnaireMove) -> str:
    """Return "Noise rose from 1.9 to 2.3", by the scores where they show it."""
    way = "rose" if each.said.way > 0 else "fell"
    first, last = (row.score if row else None for row in (each.before, each.after))
    if first is not None and last is not None and _shows(last - first, each.said.way):
        return f"{each.title} {way} from {first:.1f} to {last:.1f}"
    if each.change is not None and _shows(each.change, each.said.way):
        return f"{each.title} {way} by {abs(each.change):.1f} on the questions both counted"
    return f"{each.title} {way} among those who answered both times"


def _shows(apart: float, way: int) -> bool:
    return apart * way >= LEAST_CHANGE - EPSILON


def two_models(then: Part, now: Part) -> str:
    return (
        f"These belong to two maturity models, {then.model.title} and {now.model.title}, "
        "which share no questions."
    )


def differences(then: Part, now: Part) -> list[str]:
    """Return how the two assessments differ in kind, and what that means for the comparison."""
    said = []
    shared = _questions(len(then.titles.keys() & now.titles.keys()))
    if then.row.version != now.row.version:
        said.append(
            f"Version {then.row.version} then, {now.row.version} now: "
            f"compared on the {shared} both share."
        )
    if then.row.length != now.row.length:
        said.append(
            f"Length: {then.row.length} then, {now.row.length} now; {shared} asked both times."
        )
    if then.is_consensus and now.is_consensus:
        said.append("Both were answered together on one sheet.")
    elif then.is_consensus or now.is_consensus:
        when = "Then" if then.is_consensus else "Now"
        other = "now" if then.is_consensus else "then"
        said.append(f"{when} the team answered together on one sheet, {other} each alone.")
    return said


def levels_in_words(then: Part, now: Part, key: str) -> str:
    """Return the attained level of both, old to new; empty where neither has one."""
    first, last = (part.scores[key].level if key in part.scores else None for part in (then, now))
    if first is None and last is None:
        return ""
    before = "none" if first is None else f"{first} {then.model.level_names[first]}"
    after = "none" if last is None else f"{last} {now.model.level_names[last]}"
    return f"{before}, as before" if first == last else f"{before} \N{RIGHTWARDS ARROW} {after}"


def in_words(row: ScoreRow | None, not_asked: str) -> str:
    """Return a score with what it rests on, or why there is none."""
    if row is None:
        return not_asked
    if row.score is None:
        return why_not(row)
    said = [f"{row.score:.1f}"]
    if row.low is not None and row.high is not None and row.half_width is not None:
        word = firmness(row.half_width)
        said.append(f"interval from {row.low:.1f} to {row.high:.1f}, {word}")
    return "; ".join(filter(None, [*said, as_answered(row)]))


def _on_questions(verdicts: Collection[Said]) -> str:
    if not verdicts:
        return ""
    changed, of = sum(said.changed for said in verdicts), len(verdicts)
    return f"{changed or 'None'} of {_questions(of)} compared changed."


def _questions(number: int) -> str:
    return f"{number} question{'' if number == 1 else 's'}"


def _means(key: str, then: Part, now: Part) -> tuple[float | None, float | None] | None:
    first, last = then.questions.get(key), now.questions.get(key)
    if first is None or last is None:
        return None
    return first.mean, last.mean


def _question(
    question: PublishedQuestion, then: Part, now: Part, said: Said, done: Sequence[DoneAction]
) -> QuestionMove:
    first, last = then.questions.get(question.key), now.questions.get(question.key)
    agreed = [_agreed(each, when) for each, when in ((first, "Then"), (last, "Now"))]
    return QuestionMove(
        key=question.key,
        title=question.title,
        guide=question.guide.url,
        before=first.mean if first and first.applicable else None,
        after=last.mean if last and last.applicable else None,
        said=said,
        agreed=tuple(each for each in agreed if each),
        done=tuple(done),
    )


def _agreed(judged: Judged | None, when: str) -> str:
    if judged is None or not judged.agreed:
        return ""
    on = "" if judged.mean is None else f" on {judged.mean:.0f}"
    said = f"{when} agreed{on if judged.applicable else ' that it does not apply'}"
    if judged.as_answered is not None:
        said += f", {judged.as_answered:.1f} as answered"
    return f"{said}: \N{LEFT DOUBLE QUOTATION MARK}{judged.reason}\N{RIGHT DOUBLE QUOTATION MARK}"


def _in_order(then: Part, now: Part) -> list[tuple[str, str, list[str]]]:
    """Return key, title and question keys of each questionnaire: as now, what is gone last."""
    listed = {
        each.key: (each.title, [question.key for question in each.questions]) for each in now.asked
    }
    for each in then.asked:
        gone = [q.key for q in each.questions if q.key not in now.titles]
        if gone or each.key not in listed:
            listed.setdefault(each.key, (each.title, []))[1].extend(gone)
    return [(key, title, keys) for key, (title, keys) in listed.items()]
