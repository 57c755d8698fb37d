"""The answer page as a browser without scripts takes it: its words, and what its form sends."""

import re
from html import unescape
from html.parser import HTMLParser

from assessment.models import Answer
from assessment.saving import Change, given_answer, save_answer
from tests.assessment.conftest import QUESTIONNAIRES

NOISE = [key for key, _ in QUESTIONNAIRES["noise", "Noise and alert quality"]]


def address(assessment, questionnaire="noise"):
    return f"{assessment.get_absolute_url()}{questionnaire}/"


def give(user, assessment, question, answer, note="", revision=0):
    return save_answer(
        user=user,
        assessment_id=assessment.pk,
        change=Change(question, given_answer(answer, note), revision),
    )


class Inputs(HTMLParser):
    """What a browser would send back: the form's fields as the page fills them in."""

    def __init__(self, html):
        super().__init__()
        self.fields, self.radios, self.note = {}, [], None
        self.feed(html)

    def handle_starttag(self, tag, pairs):
        attributes = dict(pairs)
        if tag == "textarea":
            self.note = attributes["name"]
            self.fields[self.note] = ""
        if tag != "input" or "name" not in attributes:
            return
        if attributes["type"] == "radio":
            self.radios.append((attributes["name"], attributes["value"]))
        if attributes["type"] == "hidden" or "checked" in attributes:
            self.fields[attributes["name"]] = attributes["value"]

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.note = None

    def handle_data(self, data):
        if self.note:
            self.fields[self.note] += data


def opened(client, assessment, questionnaire="noise"):
    response = client.get(address(assessment, questionnaire))
    assert response.status_code == 200
    return response.content.decode()


def form(client, assessment, questionnaire="noise"):
    """Return the fields of the freshly loaded form."""
    return Inputs(opened(client, assessment, questionnaire)).fields


def stored():
    rows = Answer.objects.values_list("question__key", "answer", "note", "revision")
    return {row[0]: row[1:] for row in rows}


def words(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
