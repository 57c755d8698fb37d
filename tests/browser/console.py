"""What a page's console said, for tests in which it has to be silent."""

import re

# What htmx says of a poll that gave way to something a person did in the same moment.
GAVE_WAY = re.compile(r"^htmx:(sendAbort|afterRequest), ")


def listen(page):
    """Keep as `said` what the page's console says from now on."""
    page.said = []

    def hear(text):
        if not GAVE_WAY.match(text):
            page.said.append(text)

    page.on("console", lambda message: hear(message.text))
    page.on("pageerror", lambda error: hear(str(error)))
    return page
