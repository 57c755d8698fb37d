"""The form of one questionnaire: rendered once, filled in for each respondent, and read again."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.core.cache import caches
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from assessment.last_time import LastTime
from assessment.models.answering import AnswerChoice
from assessment.progress import Progress
from assessment.published import PublishedQuestion
from assessment.saving import (
    NOTHING,
    Change,
    Conflict,
    GivenAnswer,
    NotAcceptable,
    StoredAnswer,
    given_answer,
)

# No text that is kept has this character, so it can only be the edge of a place to fill in.
EDGE = "\0"

DONT_KNOW, NOT_APPLICABLE = AnswerChoice.DONT_KNOW, AnswerChoice.NOT_APPLICABLE

# Within the line's label, so that whoever hears the page hears them with the line.
LAST_TIME = '<small class="last-time">last time</small>'
LAST_TIME_DIFFERENT = '<small class="last-time">last time; the line read differently then</small>'

REVISION = re.compile(r"0|[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class Filled:
    """What one question's form shows: an answer, the revision it started from, and any trouble."""

    given: GivenAnswer = NOTHING
    revision: int = 0
    saved: bool = False
    trouble: str = ""


def as_stored(stored: StoredAnswer) -> Filled:
    return Filled(stored.given, stored.revision, saved=stored.given.answer is not None)


# Out: HTML --------------------------------------------------------------------------------------


def questions_html(
    questions: tuple[PublishedQuestion, ...],
    filled: Mapping[str, Filled],
    last_time: LastTime | None = None,
) -> SafeString:
    """Return the questions' fieldsets, each filled in with what `filled` holds under its key.

    `last_time` puts a mark at the lines chosen then.
    """
    name = "questions:" + ",".join(str(question.id) for question in questions)
    untouched = Filled()
    values: dict[str, str] = {}
    for question in questions:
        values |= _values(question.key, filled.get(question.key, untouched))
    if last_time:
        values |= _marks(last_time.marks(questions))
    return _fill(_pieces(name, lambda: _questions(questions)), values)


def ways_html(version: str, progress: Progress, here: str) -> SafeString:
    """Return the list of questionnaires with the respondent's progress in each.

    `version` names the model and length, which decide the list; `here` is the current one's key.
    What is said about the sheet depends on whether the team fills it together.
    """
    values = {"answered": str(progress.answered)}
    for each in progress.questionnaires:
        values[f"answered {each.key}"] = str(each.answered)
        values[f"url {each.key}"] = escape(each.resume_url)
    name = f"ways:{version}:{progress.together}:{here}"
    return _fill(_pieces(name, lambda: _ways(progress, here)), values)


def _values(key: str, filled: Filled) -> dict[str, str]:
    return {
        f"revision {key}": str(filled.revision),
        f"checked {filled.given.answer} {key}": "checked",
        f"note {key}": escape(filled.given.note.replace(EDGE, "\ufffd")),
        f"state {key}": "Saved" if filled.saved else "",
        f"trouble {key}": filled.trouble,
    }


def _marks(marks: Mapping[tuple[str, str], bool]) -> dict[str, str]:
    return {
        f"last {answer} {key}": LAST_TIME_DIFFERENT if read_differently else LAST_TIME
        for (key, answer), read_differently in marks.items()
    }


def _pieces(name: str, render: Callable[[], str]) -> list[str]:
    """Return published HTML cut at its slots: text, slot, text, slot, ..., text."""
    pieces: list[str] | None = caches["rendered"].get(name)
    if pieces is None:
        pieces = render().split(EDGE)
        caches["rendered"].set(name, pieces)
    return pieces


def _fill(pieces: list[str], values: Mapping[str, str]) -> SafeString:
    """Join the pieces; a slot that no value is for stays empty."""
    filled = pieces.copy()
    filled[1::2] = [values.get(slot, "") for slot in pieces[1::2]]
    # The pieces are templates' output; whoever names a slot's value escapes what people wrote.
    return mark_safe("".join(filled))


def _slot(name: str) -> SafeString:
    return format_html("{edge}{name}{edge}", edge=EDGE, name=name)


def _questions(questions: tuple[PublishedQuestion, ...]) -> str:
    return "".join(
        _question(question, place, len(questions))
        for place, question in enumerate(questions, start=1)
    )


def _question(question: PublishedQuestion, place: int, of: int) -> str:
    key = question.key
    choices = [(str(level.level), level.description) for level in question.levels]
    choices += [(each.value, str(each.label)) for each in (DONT_KNOW, NOT_APPLICABLE)]
    lines = [
        (value, text, _slot(f"checked {value} {key}"), _slot(f"last {value} {key}"))
        for value, text in choices
    ]
    slots = {name: _slot(f"{name} {key}") for name in ("revision", "note", "state", "trouble")}
    context = {"question": question, "place": place, "of": of, "lines": lines}
    return render_to_string("assessment/_question.html", context | slots)


def _ways(progress: Progress, here: str) -> str:
    ways = [
        (each, _slot(f"url {each.key}"), _slot(f"answered {each.key}"))
        for each in progress.questionnaires
    ]
    context = {
        "ways": ways,
        "here": here,
        "progress": progress,
        "answered": _slot("answered"),
    }
    return render_to_string("assessment/_ways.html", context)


def error_html(error: str) -> SafeString:
    return format_html('<p class="alert alert-error">Not saved. {}</p>', error)


def conflict_html(question: PublishedQuestion, conflict: Conflict) -> SafeString:
    """Return both values and the choice between them, for a form without scripts."""
    yours, stored = conflict.yours, conflict.stored
    context = {
        "key": question.key,
        "seen": stored.revision,
        "yours": (in_words(question, yours.answer), yours.note),
        "stored": (in_words(question, stored.given.answer), stored.given.note),
    }
    return render_to_string("assessment/_conflict.html", context)


def in_words(question: PublishedQuestion, answer: str | None) -> str:
    """Return an answer as its line reads."""
    if answer is None:
        return "no answer"
    if answer in (DONT_KNOW, NOT_APPLICABLE):
        return str(AnswerChoice(answer).label)
    return question.levels[int(answer)].description


# In: what was posted ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Posted:
    """What the form said about one question: a change to make, or why it cannot be made."""

    question: PublishedQuestion
    change: Change
    error: str = ""


def posted_answers(
    post: QueryDict,
    questions: Iterable[PublishedQuestion],
    stored: Mapping[int, StoredAnswer],
) -> list[Posted]:
    """Return what the form changes. A question it leaves as it is, or lacks, is not in the list."""
    fields = {name: str(value) for name, value in post.items()}
    posted = [_posted(fields, each) for each in questions if f"note-{each.key}" in fields]
    return [
        each
        for each in posted
        if each and (each.error or _says_something_new(each.change, stored.get(each.question.id)))
    ]


def _says_something_new(change: Change, stored: StoredAnswer | None) -> bool:
    never_touched = change.given == NOTHING and change.revision == 0
    return not never_touched and change.given != (stored or StoredAnswer()).given


def _posted(fields: Mapping[str, str], question: PublishedQuestion) -> Posted | None:
    key = question.key
    keep = fields.get(f"keep-{key}")
    if keep == "stored":
        return None
    answer = None if fields.get("clear") == key else fields.get(f"answer-{key}")
    note = fields[f"note-{key}"].replace("\r\n", "\n")
    revision = fields.get(f"seen-{key}" if keep == "mine" else f"revision-{key}", "")
    if not REVISION.fullmatch(revision):
        problem = "The form was altered on the way. Load the page again and answer once more."
        return Posted(question, Change(key, GivenAnswer(answer, note), 0), problem)
    try:
        return Posted(question, Change(key, given_answer(answer, note), int(revision)))
    except NotAcceptable as error:
        return Posted(question, Change(key, GivenAnswer(answer, note), int(revision)), str(error))
