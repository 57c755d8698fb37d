"""Give participations random ids, as numbers in a row tell who finished before whom."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessment", "0003_count_what_was_submitted")]

    operations = [
        migrations.DeleteModel(name="Participation"),
        migrations.RenameModel(old_name="NewParticipation", new_name="Participation"),
        migrations.AlterField(
            model_name="participation",
            name="assessment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="participations",
                to="assessment.assessment",
            ),
        ),
        migrations.AddConstraint(
            model_name="participation",
            constraint=models.UniqueConstraint(
                fields=("assessment", "user"), name="takes_part_once"
            ),
        ),
    ]
