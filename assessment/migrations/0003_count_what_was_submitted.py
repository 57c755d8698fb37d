"""Bring what is stored in line with the reveal: count submitted answers, hide small groups."""

from django.db import migrations
from django.db.models import F, Q


def count_submitted_answers(apps, schema_editor):
    answer = apps.get_model("assessment", "Answer")
    answer.objects.filter(sheet__assessment__status="submitted").update(
        revealed_answer=F("answer"), revealed_note=F("note")
    )


def hide_what_too_few_answered(apps, schema_editor):
    """A snapshot holds what may be shown: a mean of three, a spread of five, and nothing else."""
    snapshot = apps.get_model("assessment", "Snapshot")
    snapshot.objects.filter(respondents__lt=3).update(enough=False, stage=None, overall=None)
    questionnaire = apps.get_model("assessment", "QuestionnaireScore")
    questionnaire.objects.filter(respondents__lt=3).update(
        score=None, why_not="waiting for answers", low=None, high=None, half_width=None,
        variance=None, level=None, blocked_by=[], dont_know_share=None, change=None,
        change_margin=None, change_p=None, change_linked=None, change_questions=None, changed=None,
    )
    questionnaire.objects.filter(respondents__lt=5).update(rwg=None, average_deviation=None)
    # Old margins and p-values would tell what one or two joiners said.
    questionnaire.objects.filter(change_linked__lt=F("respondents")).update(
        change_margin=None, change_p=None
    )
    question = apps.get_model("assessment", "QuestionScore")
    question.objects.filter(answered__lt=3).update(mean=None)
    question.objects.filter(answered__lt=5).update(
        median=None, variance=None, average_deviation=None, range=None, agreement=""
    )
    question.objects.filter(
        Q(answered__lt=5 - F("dont_know") - F("not_applicable"))
    ).update(dont_know=None, not_applicable=None)


def copy_participations(apps, schema_editor):
    old = apps.get_model("assessment", "Participation")
    new = apps.get_model("assessment", "NewParticipation")
    new.objects.bulk_create(
        new(assessment_id=assessment, user_id=user, finished_on=day)
        for assessment, user, day in old.objects.values_list("assessment", "user", "finished_on")
    )


class Migration(migrations.Migration):
    dependencies = [("assessment", "0002_answering_together")]

    operations = [
        migrations.RunPython(count_submitted_answers, migrations.RunPython.noop),
        migrations.RunPython(hide_what_too_few_answered, migrations.RunPython.noop),
        migrations.RunPython(copy_participations, migrations.RunPython.noop),
    ]
