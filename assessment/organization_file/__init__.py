"""An organization as a file: everything of it, to leave with and to come back with.

`export_organization` writes it and `import_organization` reads it. `fields` and the `…_records` say
what a row of each part holds: that is the published format, apart from the database's tables.
`parts` says where each part's rows are. `canonical` prints the same rows without ids, to compare.
"""
