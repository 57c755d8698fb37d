"""Taking away what the pages show: tables, charts, reports, and the files made of them.

Everything here comes from snapshots and from what the pages show the same person, so it holds no
more than they do. Files that take long are asked for (`asking`) and made by the worker (`making`).
"""
