"""What 0006 has filled must be there from now on."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessment', '0006_fill_what_is_new'),
    ]

    operations = [
        migrations.AlterField(
            model_name='target',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='targets', to='teams.organization'),
        ),
        migrations.AddConstraint(
            model_name='action',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('status__in', ['open', 'doing'])), models.Q(('closed_at__isnull', False), ('status__in', ['done', 'dropped'])), _connector='OR'), name='closed_actions_have_a_time'),
        ),
    ]
