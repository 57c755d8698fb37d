"""Tables of what is searched, and on them each database's own index.

SQLite: FTS5 with its content in guide_indexedsection, kept in step by triggers. Remaking that table,
as Django does for most changes of it on SQLite, drops the triggers: create them again in such a
migration (tests/guide/test_search.py watches that).

PostgreSQL: GIN over the words as they are, without a parser, and over each two that stand side by
side, as a phrase of frequent words would otherwise be looked for in every section that has them all.
(The + keeps pairs out of the way of words that are only begun.)
Computing that takes long next to looking it up, and the planner has to know: with the high cost it
never computes it row by row.
"""

from django.db import migrations, models
import django.db.models.deletion

COLUMNS = "guide_id, page_title, heading, text"
OLD = "old.guide_id, old.page_title, old.heading, old.text"
NEW = "new.guide_id, new.page_title, new.heading, new.text"
FORGET = f"INSERT INTO guide_search (guide_search, rowid, {COLUMNS}) VALUES ('delete', old.id, {OLD});"
LEARN = f"INSERT INTO guide_search (rowid, {COLUMNS}) VALUES (new.id, {NEW});"
SQLITE = [
    f"CREATE VIRTUAL TABLE guide_search USING fts5({COLUMNS}, content='guide_indexedsection', "
    "content_rowid='id', tokenize='ascii', prefix='2 3', columnsize=0)",
    "CREATE TRIGGER guide_search_insert AFTER INSERT ON guide_indexedsection "
    f"BEGIN {LEARN} END",
    "CREATE TRIGGER guide_search_delete AFTER DELETE ON guide_indexedsection "
    f"BEGIN {FORGET} END",
    "CREATE TRIGGER guide_search_update AFTER UPDATE ON guide_indexedsection "
    f"BEGIN {FORGET} {LEARN} END",
]
POSTGRESQL = [
    """
    CREATE FUNCTION guide_words(text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE COST 40000 AS $$
    DECLARE
        words text[] := array_remove(string_to_array($1, ' '), '');
        pairs text[] := ARRAY(
            SELECT '+' || one || ' ' || other
            FROM unnest(words[:cardinality(words) - 1], words[2:]) AS beside(one, other)
        );
    BEGIN
        RETURN array_to_tsvector(words || pairs);
    END $$
    """,
    "CREATE INDEX guide_search_heading ON guide_indexedsection USING gin (guide_words(heading)) "
    "WITH (fastupdate = off)",
    "CREATE INDEX guide_search_all ON guide_indexedsection "
    "USING gin (guide_words(page_title || ' | ' || heading || ' | ' || text)) WITH (fastupdate = off)",
]
BACK = {
    "sqlite": ["DROP TABLE guide_search"]
    + [f"DROP TRIGGER guide_search_{each}" for each in ("insert", "delete", "update")],
    "postgresql": [
        "DROP INDEX guide_search_all",
        "DROP INDEX guide_search_heading",
        "DROP FUNCTION guide_words(text)",
    ],
}


def create_index(apps, schema_editor):
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def drop_index(apps, schema_editor):
    for statement in BACK[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('guide', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='IndexedSection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('page_title', models.TextField()),
                ('heading', models.TextField()),
                ('text', models.TextField()),
                ('guide', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='guide.guide')),
                ('section', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='guide.section')),
            ],
        ),
        migrations.CreateModel(
            name='KnownWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(max_length=60)),
                ('sections', models.PositiveIntegerField()),
                ('guide', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='guide.guide')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('guide', 'word'), name='word_known_once_in_a_guide')],
            },
        ),
        migrations.RunPython(create_index, drop_index),
    ]
