"""Say of each target whose it is, and of each action that is done since when."""

from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def fill(apps, schema_editor):
    Team = apps.get_model("teams", "Team")
    own = Team.objects.filter(pk=OuterRef("team")).values("organization")
    apps.get_model("assessment", "Target").objects.update(organization=Subquery(own))
    # When an action was done was not kept; it was noted before.
    done = apps.get_model("assessment", "Action").objects.filter(status="done")
    done.update(closed_at=F("noted_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('assessment', '0005_rounds_and_plans'),
    ]

    # Backwards the columns go, and with them what is in them.
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
