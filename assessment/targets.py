"""A team or its organization says what it aims at: a level for each questionnaire, maybe a day."""

from datetime import date
from typing import Any, Final

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Fieldset, Layout, Row, Submit
from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.html import escape

from assessment.aims import handed_down
from assessment.history import day
from assessment.model_choice import everybodys_newest, model_of
from assessment.models import Snapshot, Target
from assessment.models.results import scores_over_time
from assessment.published import PublishedModel, PublishedQuestionnaire, published_model
from teams.models import Organization, Team

# A score older than this many assessments says little about what to aim at.
RECENT: Final = 8


def model_aimed_at(team: Team | None) -> PublishedModel | None:
    """Return the model whose questionnaires get targets: the team's, or everybody's newest."""
    model = model_of(team) if team else everybodys_newest()
    return published_model(model.pk) if model else None


def recent_scores(team: Team) -> dict[str, float]:
    """Return the newest score of each questionnaire that has one among the last assessments."""
    snapshots = [row.id for row in Snapshot.objects.of_team(team).newest_first(0, RECENT)]
    rows = scores_over_time(snapshots)
    return {row.questionnaire: row.score for row in rows if row.score is not None}


class TargetsForm(forms.Form):
    """The targets of a team, or of an organization, for every questionnaire of a maturity model.

    A questionnaire without a target has the one it inherits, if there is any.
    """

    def __init__(
        self,
        *args: Any,
        organization: Organization,
        team: Team | None,
        model: PublishedModel,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.organization, self.team, self.model = organization, team, model
        kept = Target.objects.filter(organization=organization, team=team)
        self.kept = {row.questionnaire_key: row for row in kept}
        self.inherited = handed_down(team, organization.pk)
        scores = recent_scores(team) if team else {}
        rows = [self._add(each, scores.get(each.key)) for each in model.questionnaires]
        self.helper = FormHelper()
        self.helper.layout = Layout(*rows, Submit("save", "Save the targets"))

    def _add(self, questionnaire: PublishedQuestionnaire, score: float | None) -> Fieldset:
        kept = self.kept.get(questionnaire.key)
        level, by = f"level-{questionnaire.key}", f"by-{questionnaire.key}"
        names = list(enumerate(self.model.level_names))[1:]
        self.fields[level] = forms.TypedChoiceField(
            label="Target level",
            choices=[
                ("", self._without_own(questionnaire.key)),
                *((n, f"{n} {name}") for n, name in names),
            ],
            coerce=int,
            empty_value=None,
            required=False,
            initial=kept.level if kept else "",
            help_text="" if score is None else f"Score now: {score:.1f}",
        )
        self.fields[by] = forms.DateField(
            label="By",
            required=False,
            initial=kept.by if kept else None,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        )
        return Fieldset(escape(questionnaire.title), Row(Column(level), Column(by)))

    def _without_own(self, key: str) -> str:
        """Return what holds for a questionnaire that is given no target here."""
        aim = self.inherited.get(key)
        if aim is None:
            return "No target"
        by = f" by {day(aim.by)}" if aim.by else ""
        return f"As {aim.source}: {aim.level} {self.model.level_names[aim.level]}{by}"

    def clean(self) -> None:
        for each in self.model.questionnaires:
            self._check_day(each.key, self.cleaned_data.get(f"by-{each.key}"))

    def _check_day(self, key: str, by: date | None) -> None:
        if by is None:
            return
        kept = self.kept.get(key)
        if self.cleaned_data.get(f"level-{key}") is None and f"level-{key}" not in self.errors:
            self.add_error(f"by-{key}", "Choose a level for this day, or clear the day.")
        elif by < timezone.localdate() and (kept is None or kept.by != by):
            self.add_error(f"by-{key}", "That day is over. Choose a later one.")

    @transaction.atomic
    def save(self) -> None:
        """Keep what was chosen. A questionnaire of another model keeps the target it has."""
        for each in self.model.questionnaires:
            level, by = self.cleaned_data[f"level-{each.key}"], self.cleaned_data[f"by-{each.key}"]
            if level is None:
                Target.objects.filter(
                    organization=self.organization, team=self.team, questionnaire_key=each.key
                ).delete()
            else:
                Target.objects.update_or_create(
                    organization=self.organization,
                    team=self.team,
                    questionnaire_key=each.key,
                    defaults={"level": level, "by": by},
                )
