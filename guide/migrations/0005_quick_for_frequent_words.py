"""Keep a search quick however frequent its words are.

SQLite: headings get an index of their own. In the one over all columns the words of every text
are gone through to find those of its heading. PostgreSQL: it learns how many sections have a begun word.
"""

from django.db import migrations

FORGET = (
    "INSERT INTO guide_search_heading (guide_search_heading, rowid, heading) "
    "VALUES ('delete', old.id, old.heading);"
)
LEARN = "INSERT INTO guide_search_heading (rowid, heading) VALUES (new.id, new.heading);"
TRIGGERS = {"insert": LEARN, "delete": FORGET, "update": f"{FORGET} {LEARN}"}
SQLITE = [
    "CREATE VIRTUAL TABLE guide_search_heading USING fts5(heading, "
    "content='guide_indexedsection', content_rowid='id', tokenize='ascii', prefix='2 3', "
    "columnsize=0)",
    "INSERT INTO guide_search_heading (guide_search_heading) VALUES ('rebuild')",
    *(
        f"CREATE TRIGGER guide_search_heading_{each} AFTER {each.upper()} ON guide_indexedsection "
        f"BEGIN {statement} END"
        for each, statement in TRIGGERS.items()
    ),
]
POSTGRESQL = [
    "CREATE INDEX guide_knownword_begins ON guide_knownword (word varchar_pattern_ops)",
]
BACK = {
    "sqlite": [
        *(f"DROP TRIGGER guide_search_heading_{each}" for each in TRIGGERS),
        "DROP TABLE guide_search_heading",
    ],
    "postgresql": ["DROP INDEX guide_knownword_begins"],
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
        ('guide', '0004_readers_and_uploads'),
    ]

    operations = [
        migrations.RunPython(create_index, drop_index),
    ]
