"""HTML in, PDF out: tagged for screen readers, and without a look at any file or address.

WeasyPrint takes half a second and fifty megabytes to be loaded, so only the process that makes a
report loads it.
"""

from typing import Final

MISSING: Final = (
    "A PDF needs libraries that this machine lacks. Whoever runs Rungs installs them with: apt-get "
    "install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"
)


class CannotBeMade(Exception):
    """The file cannot be made; the text says why and what to do."""


def pdf(html: str, css: str, address: str) -> bytes:
    """Return the page as PDF/UA. Links are resolved against the address; nothing is fetched.

    Raises CannotBeMade where the machine lacks what WeasyPrint draws with.
    """
    try:
        from weasyprint import CSS, HTML
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise CannotBeMade(MISSING) from error
    # Only what is written into the page itself: no file, no address.
    fetcher = URLFetcher(allowed_protocols=["data"])
    document = HTML(string=html, base_url=address, url_fetcher=fetcher)
    style = CSS(string=css, base_url=address, url_fetcher=fetcher)
    written = document.write_pdf(stylesheets=[style], pdf_variant="pdf/ua-1")
    return bytes(written or b"")
