"""Random organizations as plain values: who is in which team, and what each answers when.

Everything follows from the seed. `hidden_changed` gives the same organization with other values in
all that a viewer may not see, and nothing else.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from random import Random

from tests.assessment.conftest import QUESTIONNAIRES

QUESTIONS = [key for questions in QUESTIONNAIRES.values() for key, _ in questions]
PEOPLE = range(16)
LEVELS = ("0", "1", "2", "3", "4")
# Level, don't know, not applicable, and a note without an answer.
KINDS = ("level",) * 16 + ("dk",) * 2 + ("na", "blank")

Given = tuple[str | None, str]  # answer and note
Sheets = dict[int, dict[str, Given]]  # by person, by question


@dataclass(frozen=True)
class Wave:
    """One assessment: what its sheets said first and after a reopening, and how far it came."""

    mode: str
    people: tuple[int, ...]
    sheets: Sheets
    later: Sheets
    agreed: dict[str, str | None]
    ends: str  # open, revealed, reopened, submitted


@dataclass(frozen=True)
class TeamPlan:
    slug: str
    waves: tuple[Wave, ...]

    @property
    def members(self) -> tuple[int, ...]:
        """Who is in the team at the end: those who left before have joined and answered."""
        return self.waves[-1].people


@dataclass(frozen=True)
class Plan:
    seed: int
    least: int
    teams: tuple[TeamPlan, ...] = field(default=())


def random_plan(seed: int) -> Plan:
    random = Random(seed)  # noqa: S311 - to repeat, not to keep secrets
    teams = tuple(
        random_team(random, slug) for slug in ("under", "above")[: random.choice((1, 1, 2))]
    )
    return Plan(seed, random.choice((3, 3, 3, 4, 5, 6)), teams)


def random_team(random: Random, slug: str) -> TeamPlan:
    people = random.sample(PEOPLE, random.randint(1, 12))
    waves = []
    for number in range(3):
        if number:
            people = with_joiners_and_leavers(random, people)
        ends = random.choice(("open", "revealed", "reopened", "submitted"))
        waves.append(random_wave(random, people, ends if number == 2 else "submitted"))
    return TeamPlan(slug, tuple(waves))


def with_joiners_and_leavers(random: Random, people: list[int]) -> list[int]:
    stay = people[random.choice((0, 0, 1, 2)) :] or people
    others = [each for each in PEOPLE if each not in stay]
    return (stay + random.sample(others, random.choice((0, 0, 1, 2, 3))))[:12]


def random_wave(random: Random, people: list[int], ends: str) -> Wave:
    mode = random.choice(("individual",) * 6 + ("open",) * 2 + ("consensus",))
    if mode == "consensus":
        ends = "submitted" if ends == "submitted" else "open"
        return Wave(mode, tuple(people), {0: random_sheet(random)}, {}, {}, ends)
    late = random.randint(0, 1) if len(people) > 1 else 0
    sheets = {each: random_sheet(random) for each in people[: len(people) - late]}
    later: Sheets = {}
    if random.random() < 0.5 or ends == "reopened":
        for each in random.sample(people, random.randint(1, len(people))):
            some = random.sample(QUESTIONS, random.randint(1, 4))
            later[each] = {key: random_answer(random) for key in some}
    agreed = {
        key: random.choice((*LEVELS, "na", None))
        for key in random.sample(QUESTIONS, random.choice((0, 0, 1, 3)))
    }
    return Wave(mode, tuple(people), sheets, later, agreed, ends)


def random_sheet(random: Random) -> dict[str, Given]:
    return {key: random_answer(random) for key in QUESTIONS if random.random() < 0.93}


def random_answer(random: Random) -> Given:
    kind = random.choice(KINDS)
    note = f"note {random.random()}" if kind in ("na", "blank") or random.random() < 0.2 else ""
    if kind == "level":
        return random.choice(LEVELS), note
    return (None if kind == "blank" else kind), note


# What counts, and what is hidden, worked out without the product -------------------------------


def is_level(given: Given) -> bool:
    return given[0] in LEVELS


NOTHING: Given = (None, "")


def shown_at_all(wave: Wave, least: int) -> bool:
    """Whether the assessment was revealed or submitted."""
    if wave.ends == "submitted":
        return True
    return wave.ends != "open" and can_be_revealed(wave, least)


def can_be_revealed(wave: Wave, least: int) -> bool:
    needed = 1 if wave.mode == "open" else least
    return wave.mode != "consensus" and sum(map(has_answers, wave.sheets.values())) >= needed


def has_answers(sheet: dict[str, Given]) -> bool:
    return any(answer is not None for answer, _ in sheet.values())


def is_reopened(wave: Wave, least: int) -> bool:
    return bool(wave.later) and can_be_revealed(wave, least)


def changes_of(wave: Wave, key: str) -> dict[int, tuple[Given, Given]]:
    """Return who says something else on a question after the reopening: before and after."""
    found = {}
    for person, sheet in wave.later.items():
        before = wave.sheets.get(person, {}).get(key, NOTHING)
        if key in sheet and sheet[key] != before:
            found[person] = (before, sheet[key])
    return found


def is_held_back(wave: Wave, key: str, least: int) -> bool:
    """Whether so few changed a question that what was shown of it has to stand."""
    changed = changes_of(wave, key)
    answers = {who: pair for who, pair in changed.items() if pair[0][0] != pair[1][0]}
    levels = [who for who, pair in answers.items() if any(map(is_level, pair))]
    first = [sheet[key] for sheet in wave.sheets.values() if key in sheet]
    shown = sum(answer is not None for answer, _ in first) >= least
    return shown and 0 < len(levels or answers or changed) < least


def counted(wave: Wave, least: int) -> Sheets:
    """Return the sheets that stand at the end of the wave."""
    sheets = {person: dict(sheet) for person, sheet in wave.sheets.items()}
    if wave.ends == "reopened" or not is_reopened(wave, least):
        return sheets
    for person, sheet in wave.later.items():
        for key, given in sheet.items():
            if not is_held_back(wave, key, least):
                sheets.setdefault(person, {})[key] = given
    return sheets


def levels(sheets: Sheets, key: str) -> list[int]:
    return [
        int(sheet[key][0] or 0)
        for sheet in sheets.values()
        if key in sheet and is_level(sheet[key])
    ]


def kinds(sheets: Sheets, key: str) -> Counter[str]:
    """Return how many gave a level, don't know and not applicable."""
    given = [sheet[key] for sheet in sheets.values() if key in sheet]
    return Counter("level" if is_level(each) else str(each[0]) for each in given if each[0])


# Other values for what is hidden ---------------------------------------------------------------


def hidden_changed(plan: Plan, viewer: int | None, *, in_team: bool) -> Plan:
    """Return the plan with other values in all that is hidden from a viewer.

    `viewer` is the person whose own sheets stay, `in_team` says that open assessments hide nothing.
    """
    random = Random(-1 - plan.seed)  # noqa: S311
    teams = tuple(
        replace(
            team,
            waves=tuple(
                wave
                if wave.mode == "consensus" or (wave.mode == "open" and in_team)
                else other_wave(random, wave, plan.least, viewer)
                for wave in team.waves
            ),
        )
        for team in plan.teams
    )
    return replace(plan, teams=teams)


def other_wave(random: Random, wave: Wave, least: int, viewer: int | None) -> Wave:
    if not shown_at_all(wave, least):
        sheets = {
            who: sheet
            if who == viewer
            else {key: other_answer(random, each) for key, each in sheet.items()}
            for who, sheet in wave.sheets.items()
        }
        return replace(wave, sheets=sheets)
    first = {who: dict(sheet) for who, sheet in wave.sheets.items()}
    later = {who: dict(sheet) for who, sheet in wave.later.items()}
    standing = counted(wave, least)
    for key in QUESTIONS:
        if changes_of(wave, key):
            other_changes(random, wave, key, least, viewer, later)
            continue
        of_kind = kinds(standing, key)
        for sheet in (sheet for who, sheet in first.items() if who != viewer and key in sheet):
            answer, note = sheet[key]
            if is_level(sheet[key]) and of_kind["level"] < least:
                answer = random.choice(LEVELS)
            if note and of_kind.total() < max(5, least):
                note = f"other {random.random()}"
            sheet[key] = answer, note
        if wave.ends in ("revealed", "reopened") and least <= of_kind["level"] < max(5, least):
            other_distribution(random, first, key, viewer)
    return replace(wave, sheets=first, later=later)


def other_answer(random: Random, given: Given) -> Given:
    """Return any other answer, as long as there is one where there was one."""
    if given[0] is None:
        return None, f"other {random.random()}"
    return random.choice((*LEVELS, "dk")), f"other {random.random()}"


def other_changes(
    random: Random, wave: Wave, key: str, least: int, viewer: int | None, later: Sheets
) -> None:
    """Change what was changed after a reopening, where that does not count or not yet."""
    if wave.ends != "reopened" and not is_held_back(wave, key, least) and is_reopened(wave, least):
        return
    for who, (before, after) in changes_of(wave, key).items():
        if who != viewer and is_level(after) and before[0] != after[0]:
            others = [level for level in LEVELS if level not in (before[0], after[0])]
            later[who][key] = random.choice(others), after[1]


def other_distribution(random: Random, sheets: Sheets, key: str, viewer: int | None) -> None:
    """Move one up and another down: the mean stays."""
    people = [
        who for who, each in sheets.items() if who != viewer and is_level(each.get(key, NOTHING))
    ]
    random.shuffle(people)
    for up in people:
        for down in people:
            (high, first), (low, last) = sheets[up][key], sheets[down][key]
            if up != down and high != "4" and low != "0":
                sheets[up][key] = str(int(high or 0) + 1), first
                sheets[down][key] = str(int(low or 0) - 1), last
                return
