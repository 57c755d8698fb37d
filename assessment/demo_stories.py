"""What the demo tells: invented names, and how each team's answers move. Plain values."""

import random
from dataclasses import dataclass

FIRST_NAMES = (
    "Ada Amir Ana Bea Ben Chloe Cem Dara Deniz Ella Emil Eva Farid Fay Goran Grace Hana Hugo Ida "
    "Ines Ivo Jana Joel Kai Karin Lars Leila Luca Mara Mina Nadia Nils Noor Olu Petra Priya Ravi "
    "Rosa Sami Sara Sven Tara Theo Tomas Uma Vera Wanda Xenia Yara Yusuf Zoe"
).split()
LAST_NAMES = (
    "Adler Baker Costa Dimitrov Ekström Farouk Grant Hoffmann Ito Jansen Kovač Lindqvist Moreau "
    "Novak Okafor Petersen Quinn Rossi Silva Tanaka Ueda Vargas Weber Yilmaz Zhang"
).split()

ORGANIZATIONS = ("Lantern Market", "Tidewater Freight", "Cobalt Clinic", "Bramble Post")
PARENTS = ("Shop", "Platform")
TEAM_NAMES = (
    "Checkout Identity Search Network Catalogue Storage Delivery Messaging Returns Scheduling "
    "Pricing Observability Loyalty Builds Mobile Databases"
).split()

NOTES = (
    "The dashboard we open at hand-over.",
    "Last month's review notes.",
    "The pull request that added the check.",
    "A run from Tuesday, with its log.",
    "Honestly, only Ines could show this.",
    "The runbook linked from the alert.",
)
WHY_AGREED = (
    "It is true of the two services that page, and those are the ones we mean.",
    "We looked together: the last three pages did not show it.",
    "Two of us had not seen the new runbook; having seen it, we all say this.",
)
# How many days ago it happened, and what.
HAPPENED = (
    (530, "Two teams became one"),
    (260, "New pager, with quiet hours"),
    (75, "Outage of the payment provider, nine hours"),
)
ACTIONS = (
    "Review last month's pages together, every first Monday",
    "Give the restart job an off switch and show it to everybody on call",
    "Rehearse the failover runbook with somebody who has never run it",
    "Close the alerts nobody has acted on since the summer",
)
REASONS = ("We run nothing of this kind.", "Another team does this for us.")

SHIFT = {True: 0.6, False: 0.0}


@dataclass(frozen=True)
class Story:
    """How one team's answers move: where it starts, what it gains a quarter, and its turns.

    `people` is drawn from a range; `strong` and `weak` name questionnaires away from the rest.
    """

    start: float
    gain: float
    people: tuple[int, int] = (5, 9)
    strong: str = ""
    weak: str = ""
    turns_at: int | None = None
    silent: bool = False
    regulated: bool = False
    spread: float = 0.35
    mode: str = "individual"


STORIES = (
    Story(1.25, 0.16, people=(7, 7), strong="noise", weak="evolution"),
    Story(1.6, 0.02, strong="maintenance", weak="organisation", regulated=True),
    Story(0.9, 0.21, strong="candidates", weak="maintenance"),
    Story(2.2, -0.09, strong="response", weak="noise", turns_at=3),
    Story(1.1, 0.0, people=(2, 2)),
    Story(1.9, 0.08, strong="use_cases", silent=True),
    Story(2.5, 0.05, strong="evolution", weak="candidates", spread=0.6),
    Story(0.7, 0.05, people=(4, 5), weak="response", mode="open"),
    Story(1.4, 0.14, strong="organisation", weak="noise", turns_at=4),
)


@dataclass(frozen=True)
class Beliefs:
    """What people would say: the team's standing, how hard a question is, how a person judges."""

    standing: dict[str, float]
    offsets: dict[str, float]
    voices: dict[int, float]

    def of(self, person: int, questionnaire: str, question: str) -> float:
        return self.standing[questionnaire] + self.offsets[question] + self.voices[person]


def path_of(
    story: Story, chance: random.Random, questionnaires: list[str], quarters: int
) -> list[dict[str, float]]:
    """Return where a team stands in each questionnaire, quarter by quarter.

    Teams do not improve everywhere at once: each quarter two questionnaires take most of the step.
    """
    standing = {key: story.start + SHIFT[key == story.strong] for key in questionnaires}
    if story.weak:
        standing[story.weak] -= SHIFT[True]
    path = []
    for quarter in range(quarters):
        path.append(dict(standing))
        turned = story.turns_at is not None and quarter >= story.turns_at
        step = (-story.gain if turned else story.gain) * len(questionnaires)
        for key in chance.sample(questionnaires, 2):
            standing[key] += 0.42 * step
        for key in questionnaires:
            standing[key] += 0.16 * step / len(questionnaires) + chance.gauss(0, 0.04)
    return path


def name_for(names: tuple[str, ...] | list[str], number: int) -> str:
    """Return the numbered name; past the end of the list, with a number behind it."""
    again, index = divmod(number, len(names))
    return f"{names[index]} {again + 1}" if again else names[index]
