"""Modes, the reveal, agreed answers, the talk and actions."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessment', '0001_initial'),
        ('teams', '0002_least_answers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Action',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=300)),
                ('due_on', models.DateField(blank=True, null=True)),
                ('status', models.CharField(choices=[('open', 'Open'), ('done', 'Done')], default='open', max_length=10)),
                ('noted_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['status', 'due_on', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='AgreedAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('answer', models.CharField(blank=True, choices=[('0', 'Level 0'), ('1', 'Level 1'), ('2', 'Level 2'), ('3', 'Level 3'), ('4', 'Level 4'), ('na', 'Not applicable')], max_length=2, null=True)),
                ('reason', models.CharField(blank=True, max_length=2000)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('revision', models.PositiveIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name='GuestLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
        ),
        migrations.CreateModel(
            name='Talk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('turn', models.PositiveIntegerField(default=1)),
                ('timer_ends_at', models.DateTimeField(blank=True, null=True)),
                ('spectators', models.BooleanField(default=False)),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='assessment',
            name='one_open_assessment_in_a_team',
        ),
        migrations.RemoveConstraint(
            model_name='assessment',
            name='submitted_assessments_have_a_time',
        ),
        migrations.AddField(
            model_name='answer',
            name='revealed_answer',
            field=models.CharField(blank=True, choices=[('0', 'Level 0'), ('1', 'Level 1'), ('2', 'Level 2'), ('3', 'Level 3'), ('4', 'Level 4'), ('dk', "Don't know"), ('na', 'Not applicable')], max_length=2, null=True),
        ),
        migrations.AddField(
            model_name='answer',
            name='revealed_note',
            field=models.CharField(blank=True, max_length=2000),
        ),
        migrations.AddField(
            model_name='assessment',
            name='least_answers',
            field=models.PositiveSmallIntegerField(default=3),
        ),
        migrations.AddField(
            model_name='assessment',
            name='mode',
            field=models.CharField(choices=[('individual', 'Individually'), ('open', 'Openly, with names'), ('consensus', 'Together, on one sheet')], default='individual', max_length=10),
        ),
        migrations.AddField(
            model_name='assessment',
            name='revealed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='assessment',
            name='revealed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='assessment',
            name='reveals',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.CreateModel(
            name='NewParticipation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('finished_on', models.DateField(blank=True, null=True)),
                ('reminded_on', models.DateField(blank=True, null=True)),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assessment.assessment')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='questionnairescore',
            name='agreed',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='questionnairescore',
            name='as_answered',
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name='questionscore',
            name='agreed',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='questionscore',
            name='as_answered',
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name='snapshot',
            name='enough',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='snapshot',
            name='mode',
            field=models.CharField(choices=[('individual', 'Individually'), ('open', 'Openly, with names'), ('consensus', 'Together, on one sheet')], default='individual', max_length=10),
        ),
        migrations.AlterField(
            model_name='assessment',
            name='status',
            field=models.CharField(choices=[('open', 'Open'), ('revealed', 'Revealed'), ('submitted', 'Submitted')], default='open', max_length=10),
        ),
        migrations.AlterField(
            model_name='questionscore',
            name='dont_know',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='questionscore',
            name='not_applicable',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['open', 'revealed'])), fields=('team',), name='one_running_assessment_in_a_team', violation_error_message='This team has an open assessment already.'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['open', 'revealed']), ('submitted_at', None)), models.Q(('status', 'submitted'), ('submitted_at__isnull', False)), _connector='OR'), name='submitted_assessments_have_a_time'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'revealed'), _negated=True), models.Q(('revealed_at__isnull', False), ('reveals__gte', 1)), _connector='OR'), name='revealed_assessments_have_a_time'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.CheckConstraint(condition=models.Q(('least_answers__gte', 3), ('least_answers__lte', 20)), name='assessment_shows_means_of_3_to_20'),
        ),
        migrations.AddField(
            model_name='action',
            name='assessment',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='actions', to='assessment.assessment'),
        ),
        migrations.AddField(
            model_name='action',
            name='noted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='action',
            name='owner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='actions', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='action',
            name='question',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='assessment.question'),
        ),
        migrations.AddField(
            model_name='action',
            name='team',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='actions', to='teams.team'),
        ),
        migrations.AddField(
            model_name='agreedanswer',
            name='assessment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agreed_answers', to='assessment.assessment'),
        ),
        migrations.AddField(
            model_name='agreedanswer',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='agreedanswer',
            name='question',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='assessment.question'),
        ),
        migrations.AddField(
            model_name='guestlink',
            name='assessment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='guest_links', to='assessment.assessment'),
        ),
        migrations.AddField(
            model_name='guestlink',
            name='invitation',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='teams.invitation'),
        ),
        migrations.AddField(
            model_name='talk',
            name='assessment',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='talk', to='assessment.assessment'),
        ),
        migrations.AddField(
            model_name='talk',
            name='facilitator',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='talk',
            name='question',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='assessment.question'),
        ),
        migrations.AddConstraint(
            model_name='action',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='action_says_what'),
        ),
        migrations.AddConstraint(
            model_name='action',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['open', 'done'])), name='action_is_open_or_done'),
        ),
        migrations.AddConstraint(
            model_name='agreedanswer',
            constraint=models.UniqueConstraint(fields=('assessment', 'question'), name='one_agreed_answer_to_a_question'),
        ),
        migrations.AddConstraint(
            model_name='agreedanswer',
            constraint=models.CheckConstraint(condition=models.Q(('answer', None), models.Q(('answer__in', ['0', '1', '2', '3', '4', 'na']), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='agreed_answer_has_a_reason'),
        ),
    ]
