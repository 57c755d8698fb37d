"""The requests that programs send: one's own sheet, to save and to read, and who has finished."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import IO, Any, NoReturn, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.security import SessionAuth
from ninja.utils import check_csrf
from pydantic import ValidationError

from assessment.api_bodies import (
    REFUSED,
    REFUSED_READING,
    AnswerBody,
    ClosedBody,
    ConflictBody,
    SavedBody,
    SheetBody,
    TakingPartBody,
)
from assessment.models import Assessment
from assessment.models.answering import LONGEST_NOTE
from assessment.published import published_model
from assessment.saving import (
    WHY_CLOSED,
    AssessmentClosed,
    Change,
    Conflict,
    GivenAnswer,
    NotAcceptable,
    QuestionNotAsked,
    StoredAnswer,
    answers_of,
    assessment_to_answer,
    given_answer,
    save_answer,
)
from assessment.taking_part import taking_part
from teams.access import Right, admit
from teams.models import User

# The longest note, every character of it escaped as a surrogate pair, and the rest of the body.
LONGEST_BODY = LONGEST_NOTE * 12 + 1000
MOST_TO_DROP = 16 * 2**20
BLOCK = 2**16

REVISION = re.compile(r'"(0|[1-9][0-9]{0,8})"')


class Refusal(Exception):
    """The request is refused: its status, and what was wrong, what was kept and what to do."""

    def __init__(self, status: int, error: str, code: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.code = code


class SignedIn(SessionAuth):
    """Take the session's user, and only from our own pages.

    Who is signed out learns that (401) before the token is looked at: without a session no token
    can be right.
    """

    def _get_key(self, request: HttpRequest) -> str | None:
        if not request.user.is_authenticated:
            return None
        if check_csrf(request):
            raise Refusal(
                403,
                "The request lacks the token of this session. Nothing was stored. "
                "Load the page again, cookies on, and send it once more.",
                "csrf",
            )
        return request.COOKIES.get(self.param_name)


api = NinjaAPI(
    title="Rungs",
    version="1",
    auth=SignedIn(),
    description=(
        "Reading and saving one's own sheet. On a sheet that a team fills together, that is the "
        "team's one sheet. Nobody reads anybody else's sheet here, whatever their role: of others "
        "one learns who has finished, never what they answered."
    ),
)

REQUEST = {
    "parameters": [
        {
            "in": "header",
            "name": "If-Match",
            "required": True,
            "description": 'The revision this answer replaces, in quotes; "0" for a first answer',
            "schema": {"type": "string", "pattern": f"^{REVISION.pattern}$"},
        }
    ],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": AnswerBody.model_json_schema()}},
    },
}


@api.put(
    "/assessments/{uuid:assessment_id}/answers/{question}",
    response={200: SavedBody, 409: ConflictBody | ClosedBody} | REFUSED,
    openapi_extra=REQUEST,
    url_name="save_answer",
)
def put_answer(request: HttpRequest, assessment_id: UUID, question: str) -> JsonResponse:
    """Save one answer. 200 only after it is in the database; the same request again is 200 too.

    409 has one of two codes. `conflict`: another answer was stored since the revision that
    If-Match names; both stand in the body, and nothing was overwritten. `closed`: the sheets take
    no answers, because the answers were revealed and the team talks (the lead may open the sheets
    again) or because the assessment was submitted (that is final); nothing was stored.
    """
    body = answer_in(request)
    change = Change(question, given_in(body), revision_in(request))
    outcome = save_answer(user=respondent(request), assessment_id=assessment_id, change=change)
    if isinstance(outcome, Conflict):
        return conflict(outcome)
    saved_at = timezone.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return JsonResponse({"saved": True, "revision": outcome.revision, "saved_at": saved_at})


@api.get(
    "/assessments/{uuid:assessment_id}/answers",
    response={200: SheetBody, 304: None} | REFUSED_READING,
    openapi_extra={
        "parameters": [
            {
                "in": "header",
                "name": "If-None-Match",
                "required": False,
                "description": "The ETag of what was read before: 304 when nothing has changed",
                "schema": {"type": "string"},
            }
        ]
    },
    url_name="own_sheet",
)
def get_answers(request: HttpRequest, assessment_id: UUID) -> HttpResponse:
    """Read one's own sheet, and nobody else's; the team's sheet where it is filled together.

    Answers stand in the order of their questions; a question never touched is not among them.
    """
    assessment = assessment_to_answer(respondent(request), assessment_id)
    answers = answers_of(respondent(request), assessment)
    response = JsonResponse(sheet_of(assessment, answers))
    response["ETag"] = tag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    if tag in request.headers.get("If-None-Match", ""):
        unchanged = HttpResponse(status=304)
        unchanged["ETag"] = tag
        return unchanged
    return response


@api.get(
    "/assessments/{uuid:assessment_id}/finished",
    response={200: TakingPartBody} | REFUSED_READING,
    url_name="who_has_finished",
)
def get_finished(request: HttpRequest, assessment_id: UUID) -> JsonResponse:
    """Read who of the team has said that they have finished: never what, how far, nor when.

    For everybody who may see the assessment's page. Members stand by name.
    """
    found = get_object_or_404(Assessment.objects.select_related("team"), pk=assessment_id)
    admit(respondent(request), found.team, Right.ENTER)
    members = () if found.is_consensus else taking_part(found).members
    return JsonResponse(
        {
            "status": found.status,
            "finished": sum(member.finished for member in members),
            "members": [{"name": each.name, "finished": each.finished} for each in members],
        }
    )


def sheet_of(assessment: Assessment, answers: Mapping[int, StoredAnswer]) -> dict[str, object]:
    model = published_model(assessment.maturity_model_id)
    return {
        "status": assessment.status,
        "reason": "" if assessment.is_open else WHY_CLOSED[assessment.status],
        "answers": [
            {"questionnaire": questionnaire.key, "question": question.key}
            | stored_as_sent(answers[question.id])
            for questionnaire in model.questionnaires
            for question in questionnaire.questions
            if question.id in answers
        ],
    }


# What came in -----------------------------------------------------------------------------------


def respondent(request: HttpRequest) -> User:
    """Return who asks: the API's authentication lets nobody anonymous in."""
    return cast(User, request.user)


def revision_in(request: HttpRequest) -> int:
    header = request.META.get("HTTP_IF_MATCH", "")
    if found := REVISION.fullmatch(header):
        return int(found[1])
    raise unusable(
        "The If-Match header must be the revision this answer replaces, in quotes: "
        'If-Match: "0" for a first answer.'
    )


def answer_in(request: HttpRequest) -> AnswerBody:
    if request.content_type != "application/json":
        raise unusable("The body must be sent as Content-Type: application/json.")
    try:
        data = json.loads(body_of(request), parse_constant=not_a_number)
    except (ValueError, RecursionError) as error:
        raise unusable(
            'The body is not the JSON expected here: {"answer": 2, "note": "…"}.'
        ) from error
    try:
        return AnswerBody.model_validate(data)
    except ValidationError as error:
        raise unusable(sentence_about(error)) from error


def body_of(request: HttpRequest) -> bytes:
    """Return the body, also of a request that came in chunks. Raises Refusal when it is too long.

    Django takes a body of no stated length for empty, and one far too long for an attack.
    """
    stated = request.META.get("CONTENT_LENGTH", "")
    if not stated and request.META.get("wsgi.input_terminated"):
        stream: IO[bytes] = request.META["wsgi.input"]
        body = stream.read(LONGEST_BODY + 1)
        if len(body) <= LONGEST_BODY:
            return body
        raise too_long(stream)
    if stated.isdecimal() and int(stated.lstrip("0")[:12] or 0) > LONGEST_BODY:
        raise too_long(request)
    return request.body


def too_long(stream: HttpRequest | IO[bytes]) -> Refusal:
    """Take in the rest and drop it: a client that is still sending would not see the answer."""
    for _ in range(MOST_TO_DROP // BLOCK):
        if not stream.read(BLOCK):
            break
    return Refusal(
        413,
        f"The body is longer than {LONGEST_BODY:,} bytes. Nothing was stored; shorten the note.",
        "too_long",
    )


def not_a_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def sentence_about(error: ValidationError) -> str:
    problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
    place = problem["loc"][0] if problem["loc"] else ""
    if place == "answer":
        return '"answer" must be 0, 1, 2, 3, 4, "dk", "na" or null.'
    if place == "note" and problem["type"] == "string_too_long":
        return f"The note is longer than {LONGEST_NOTE:,} characters; shorten it."
    if place == "note":
        return '"note" must be text.'
    return 'The body must be an object with "answer" and "note" and nothing else.'


def given_in(body: AnswerBody) -> GivenAnswer:
    return given_answer(None if body.answer is None else str(body.answer), body.note)


# What goes out ----------------------------------------------------------------------------------


def conflict(outcome: Conflict) -> JsonResponse:
    return refused(
        409,
        "This answer was changed elsewhere in the meantime. Yours was not stored and nothing was "
        "overwritten: choose which one to keep.",
        "conflict",
        yours=as_sent(outcome.yours),
        stored=stored_as_sent(outcome.stored),
    )


def stored_as_sent(stored: StoredAnswer) -> dict[str, object]:
    return as_sent(stored.given) | {"revision": stored.revision}


def as_sent(given: GivenAnswer) -> dict[str, object]:
    """Return the answer as a program sends it: levels as numbers."""
    level = given.answer is not None and given.answer.isdecimal()
    return {"answer": int(given.answer or 0) if level else given.answer, "note": given.note}


def refused(status: int, error: str, code: str, /, **more: Any) -> JsonResponse:
    return JsonResponse({"saved": False, "error": error, "code": code} | more, status=status)


def unusable(problem: str) -> Refusal:
    return Refusal(422, f"{problem} Nothing was stored; what was saved before stands.", "unusable")


@api.exception_handler(Refusal)
def refuse(request: HttpRequest, error: Refusal) -> JsonResponse:
    return refused(error.status, error.error, error.code)


@api.exception_handler(NotAcceptable)
def not_acceptable(request: HttpRequest, error: NotAcceptable) -> JsonResponse:
    return refuse(request, unusable(str(error)))


@api.exception_handler(QuestionNotAsked)
def not_asked(request: HttpRequest, error: QuestionNotAsked) -> JsonResponse:
    return refused(404, f"{error} Nothing was stored; load the page again.", "not_asked")


@api.exception_handler(AssessmentClosed)
def closed(request: HttpRequest, error: AssessmentClosed) -> JsonResponse:
    return refused(
        409,
        f"{error} What you just sent was not stored.",
        "closed",
        status=error.status,
        reason=str(error),
    )


@api.exception_handler(AuthenticationError)
def signed_out(request: HttpRequest, error: AuthenticationError) -> JsonResponse:
    return refused(
        401,
        "You are signed out. Nothing was stored: sign in, then send it again.",
        "signed_out",
    )


@api.exception_handler(PermissionDenied)
def forbidden(request: HttpRequest, error: PermissionDenied) -> JsonResponse:
    return refused(403, f"{error} Nothing was stored.", "forbidden")


@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Http404) -> JsonResponse:
    return refused(
        404,
        "There is no such assessment, or it belongs to a team you are not in. Nothing was stored.",
        "not_found",
    )


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> JsonResponse:
    return refused(error.status_code, str(error), "refused")
