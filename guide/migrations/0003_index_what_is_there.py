"""Index the guides that were imported before there was a search.

By itself, as PostgreSQL alters no table in the transaction that has just filled it.
"""

from django.db import migrations

from guide.search_index import known_words, rows_of


def index_what_is_there(apps, schema_editor):
    Guide, Section, IndexedSection, KnownWord = (
        apps.get_model("guide", name) for name in ("Guide", "Section", "IndexedSection", "KnownWord")
    )
    for guide in Guide.objects.all():
        sections = Section.objects.filter(page__guide=guide).order_by("page__position", "position")
        rows = list(rows_of(sections.select_related("page")))
        IndexedSection.objects.bulk_create(
            [IndexedSection(guide=guide, **row) for row in rows], batch_size=500
        )
        words = [KnownWord(guide=guide, word=word, sections=count) for word, count in known_words(rows)]
        KnownWord.objects.bulk_create(words, batch_size=500)


class Migration(migrations.Migration):

    dependencies = [
        ('guide', '0002_search_index'),
    ]

    operations = [
        migrations.RunPython(index_what_is_there, migrations.RunPython.noop),
    ]
