"""A revealed assessment of Payments, whose answers give the talk something to talk about."""

from collections.abc import Mapping

from assessment.lifecycle import reveal
from assessment.models import Answer, Assessment, Talk
from teams.models import Role, Team, User
from tests.assessment.sheets import answer_each, fill
from tests.conftest import join, person

# By question, what Lena, Mary, Amy, Bob, Cat and Dan answer. Everything else is 2 for all.
ANSWERS: Mapping[str, tuple[object, ...]] = {
    "noise.symptoms": (0, 0, 4, 4, 1, 3),  # split, the widest
    "noise.review": (1, 1, 1, 1, 1, 4),  # split
    "noise.grouping": ("dk", "dk", 2, 2, 2, 2),  # not visible to a third
    "runbooks.found": ("dk", "dk", "dk", 2, 2, 2),  # to half of them
    "runbooks.tested": ("na", 2, 2, 2, 2, 3),
}


def more_members(team: Team, *names: str) -> list[User]:
    people = [person(f"{name} Payments") for name in names]
    for member in people:
        join(member, team, Role.MEMBER)
    return people


def answer_all(assessment: Assessment, people: list[User]) -> None:
    for place, member in enumerate(people):
        fill(assessment, member, 2)
        answer_each(assessment, member, {key: each[place] for key, each in ANSWERS.items()})


def note(assessment: Assessment, user: User, key: str, text: str) -> None:
    sheet = assessment.sheets.get(respondent=assessment.respondent(user))
    Answer.objects.filter(sheet=sheet, question__key=key).update(note=text)


def reveal_by(assessment: Assessment, by: User) -> Talk:
    reveal(assessment=assessment, by=by)
    assessment.refresh_from_db()
    return Talk.objects.get(assessment=assessment)
