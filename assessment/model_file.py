"""A maturity model's YAML file in, checked plain values out. No database.

Every complaint names the file, the line and the reason; nothing is taken from a file with any.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

# The C loader is about ten times as fast; PyYAML has it wherever libyaml was there to build with.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LEVELS = 5
DEEPEST = 20
LARGEST_FILE = 2 * 1024 * 1024

Text = Annotated[str, Field(min_length=1, max_length=2000)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$", max_length=60)]
# `page#anchor` in the model's own guide, or `guide:page#anchor` in another.
Reference = Annotated[str, Field(pattern=r"^[^#\s]+#[^#\s]+$", max_length=200)]


ELSEWHERE = re.compile(r"([-\w]+):([^#]+#.+)")
NOTHING = "Nothing was loaded."


class ModelFileError(Exception):
    """The file cannot be published. The text says where and why, a line for each complaint."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SuggestionPart(Part):
    do: Text
    effort: Literal["S", "M", "L"]
    gives: Text
    guide: Reference


class LevelPart(Part):
    description: Text
    suggestion: SuggestionPart | None = None


class QuestionPart(Part):
    key: Key
    title: Text
    gate: bool = False
    pulse: bool = False
    weight: Annotated[int, Field(ge=1, le=10)] = 1
    guide: Reference
    indicators: list[str] = []
    sources: list[str] = []
    levels: Annotated[list[LevelPart], Field(min_length=LEVELS, max_length=LEVELS)]


class QuestionnairePart(Part):
    key: Key
    title: Text
    role: Literal["core", "support", "conditional"]
    note: str = ""
    questions: Annotated[list[QuestionPart], Field(min_length=1)]


class ModelPart(Part):
    key: Key
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]*$", max_length=20)]
    title: Text
    guide: Key
    level_names: Annotated[list[Text], Field(min_length=LEVELS, max_length=LEVELS)]
    questionnaires: Annotated[list[QuestionnairePart], Field(min_length=1)]


@dataclass(frozen=True)
class ModelFile:
    """A checked file: its content, its checksum (SHA-256), and where each value stands in it."""

    name: str
    content: ModelPart
    checksum: str
    root: yaml.Node

    def line(self, *path: str | int) -> int:
        return line_of(self.root, path)

    def references(self) -> Iterator[tuple[str, int]]:
        """Yield every guide reference, as it is written, with its line."""
        for q, questionnaire in enumerate(self.content.questionnaires):
            for i, question in enumerate(questionnaire.questions):
                place = ("questionnaires", q, "questions", i)
                yield question.guide, self.line(*place, "guide")
                for n, level in enumerate(question.levels):
                    if level.suggestion:
                        where = (*place, "levels", n, "suggestion", "guide")
                        yield level.suggestion.guide, self.line(*where)

    def complain(self, complaints: list[tuple[int, str]]) -> None:
        """Raise ModelFileError if there is anything to complain of."""
        if complaints:
            lines = [f"{self.name}, line {line}: {reason}" for line, reason in sorted(complaints)]
            raise ModelFileError("\n".join([*lines, NOTHING]))


def read_model_file(path: Path) -> ModelFile:
    """Read and check a file. Raises ModelFileError, also for what cannot be read at all."""
    return read_model_text(_bytes_of(path), path.name)


def read_model_text(raw: bytes, name: str) -> ModelFile:
    """Check what a file of this name holds. Raises ModelFileError."""
    root, data = _parse(raw, name)
    try:
        content = ModelPart.model_validate(data)
    except ValidationError as error:
        complaints = [(line_of(root, e["loc"]), _sentence(e)) for e in error.errors()]
        lines = [f"{name}, line {line}: {reason}" for line, reason in complaints]
        raise ModelFileError("\n".join([*lines, NOTHING])) from None
    file = ModelFile(name, content, hashlib.sha256(raw).hexdigest(), root)
    file.complain([*_repeated_keys(file), *_suggestions_out_of_place(file)])
    return file


def guide_and_place(reference: str) -> tuple[str, str]:
    """Return the guide a reference names, empty for the model's own, and `page#anchor` there."""
    found = ELSEWHERE.fullmatch(reference)
    return (found[1], found[2]) if found else ("", reference)


def line_of(node: yaml.Node, path: tuple[Any, ...]) -> int:
    """Return the line, from 1, of the value at a path, or of the nearest thing around it."""
    for step in path:
        inner = _inside(node, step)
        if inner is None:
            break
        node = inner
    return int(node.start_mark.line) + 1


def _inside(node: yaml.Node, step: object) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        inner: yaml.Node = node.value[step]
        return inner
    return None


def _bytes_of(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"{path.name} cannot be read: {error.strerror}.") from error
    if len(raw) > LARGEST_FILE:
        raise ModelFileError(f"{path.name} is larger than 2 MB. {NOTHING}")
    return raw


def _parse(raw: bytes, name: str) -> tuple[yaml.Node, object]:
    """Return the file's node tree, which knows the lines, and its plain values."""
    try:
        _refuse_traps(raw, name)
        loader = Loader(raw)
        root = loader.get_single_node()
        if not isinstance(root, yaml.MappingNode):
            raise ModelFileError(f"{name}, line 1: a model begins with its key. {NOTHING}")
        if twice := list(_keys_written_twice(root)):
            lines = [f"{name}, line {line}: “{key}” is given twice." for line, key in twice]
            raise ModelFileError("\n".join([*lines, NOTHING]))
        return root, loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ModelFileError(f"{name}, line {line}: {error.problem}. {NOTHING}") from None
    except (yaml.YAMLError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise ModelFileError(f"{name} is not YAML: {reason}. {NOTHING}") from None


def _refuse_traps(raw: bytes, name: str) -> None:
    """Refuse what would make a small file unfold without end or nest deeper than the stack."""
    depth = 0
    for event in yaml.parse(raw, Loader=Loader):
        if isinstance(event, yaml.AliasEvent):
            raise ModelFileError(f"{name} uses YAML aliases, which this format does not know.")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise ModelFileError(f"{name}, line {line}: this is nested too deeply. {NOTHING}")


def _keys_written_twice(node: yaml.Node) -> Iterator[tuple[int, str]]:
    """Yield each key a mapping repeats; YAML itself would keep the last one and say nothing."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if str(key.value) in seen:
                yield key.start_mark.line + 1, str(key.value)
            seen.add(str(key.value))
            yield from _keys_written_twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _keys_written_twice(value)


def _sentence(error: Any) -> str:
    where = ".".join(str(step) for step in error["loc"])
    reasons = {"missing": "is missing", "extra_forbidden": "is not a word this format knows"}
    return f"{where}: {reasons.get(error['type'], error['msg'])}."


def _repeated_keys(file: ModelFile) -> Iterator[tuple[int, str]]:
    """Question keys are stable names across versions, so one may stand once in a whole model."""
    places: list[tuple[str, tuple[str | int, ...]]] = []
    for q, questionnaire in enumerate(file.content.questionnaires):
        places.append((questionnaire.key, ("questionnaires", q, "key")))
        for i, question in enumerate(questionnaire.questions):
            places.append((question.key, ("questionnaires", q, "questions", i, "key")))
    counts = Counter(key for key, _ in places)
    for key, place in places:
        if counts[key] > 1:
            yield file.line(*place), f"the key “{key}” is used {counts[key]} times."


def _suggestions_out_of_place(file: ModelFile) -> Iterator[tuple[int, str]]:
    for q, questionnaire in enumerate(file.content.questionnaires):
        for i, question in enumerate(questionnaire.questions):
            for n, level in enumerate(question.levels):
                line = file.line("questionnaires", q, "questions", i, "levels", n)
                if level.suggestion is None and n < LEVELS - 1:
                    yield line, f"level {n} of {question.key} has no suggestion."
                if level.suggestion is not None and n == LEVELS - 1:
                    yield line, f"the top level of {question.key} has a suggestion."
