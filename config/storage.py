"""How static files are kept: under names that tell their content, packed."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # untyped library
    # A module that imports another must ask for it under its hashed name too.
    support_js_module_import_aggregation = True
