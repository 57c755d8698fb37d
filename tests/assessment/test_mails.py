"""Invitations and reminders, over a real connection to a mail server that the tests start."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from assessment.inviting import written_addresses
from assessment.lifecycle import finish, reveal, submit
from assessment.models import GuestLink, Participation
from teams import people
from teams.mail import stop_link
from teams.models import Invitation, Reminders, Role
from tests.assessment.sheets import fill
from tests.conftest import join, person, signed_in
from tests.mail_server import free_port


def address(assessment, end=""):
    return assessment.get_absolute_url() + end


def invite(lead, assessment, text):
    return signed_in(lead).post(address(assessment, "invite/"), {"addresses": text})


def outcomes(response):
    """Return line, text and outcome of each address in the report."""
    return [(each.line, each.written, each.outcome.name) for each in response.context["report"]]


def remind(lead, assessment):
    response = signed_in(lead).post(address(assessment, "remind/"), follow=True)
    return [str(message) for message in response.context["messages"]]


def body(message):
    return message.get_body().get_content()


def words(message):
    return " ".join(body(message).split())


def path_in(message):
    return re.search(r"http://testserver(/\S+)", body(message))[1]


# Invitations -----------------------------------------------------------------------------------


def test_several_addresses_are_invited_at_once_over_one_connection(mailbox, assessment, lena):
    response = invite(lena, assessment, "ann@harbour.example\nBob@harbour.example, c@d.example\n")

    assert sorted(mailbox.recipients) == [
        "ann@harbour.example",
        "bob@harbour.example",
        "c@d.example",
    ]
    assert len(mailbox.sessions) == 1
    assert {outcome for _, _, outcome in outcomes(response)} == {"SENT"}
    assert "3 of 3 invited" in response.text
    assert Invitation.objects.pending().count() == 3


def test_an_invitation_says_who_invites_where_to_and_what_happens_to_answers(
    mailbox, assessment, lena
):
    assessment.due_on = date(2999, 3, 1)
    assessment.save()

    invite(lena, assessment, "ann@harbour.example")

    (sent,) = mailbox.messages
    assert sent["subject"] == "Rungs: Lena Lead invites you to Payments"
    assert sent["to"] == "ann@harbour.example"
    assert "Lena Lead invites you to the team Payments of Harbour on Rungs" in words(sent)
    assert "Answers are wanted by 1 March 2999." in words(sent)
    assert "What anybody answered is shown to nobody" in words(sent)
    assert "The link is for ann@harbour.example alone and works once" in words(sent)


def test_the_mailed_link_makes_a_member_and_leads_to_the_assessment(
    mailbox, assessment, payments, lena
):
    invite(lena, assessment, "ann@harbour.example")
    ann = person("Ann Newcomer")

    joined = signed_in(ann).post(path_in(mailbox.messages[0]))

    assert joined["Location"] == address(assessment)
    assert payments.memberships.get(user=ann).role == Role.MEMBER


def test_the_mailed_link_is_for_that_address_alone(mailbox, assessment, payments, lena, eve):
    invite(lena, assessment, "ann@harbour.example")

    response = signed_in(eve).post(path_in(mailbox.messages[0]))

    assert response.status_code == 403
    assert "This invitation is for ann@harbour.example." in response.text
    assert not payments.memberships.filter(user=eve).exists()


def test_each_address_is_reported_with_its_line_and_what_failed_stands_ready_again(
    mailbox, assessment, lena, mary
):
    mary.emailaddress_set.create(email="mary@home.example", verified=True)

    response = invite(
        lena,
        assessment,
        "ann@harbour.example\n\nMARY@harbour.example, not an address\nmary@home.example",
    )

    assert outcomes(response) == [
        (1, "ann@harbour.example", "SENT"),
        (3, "MARY@harbour.example", "IN_ALREADY"),
        (3, "not an address", "NOT_AN_ADDRESS"),
        (4, "mary@home.example", "IN_ALREADY"),
    ]
    assert "in the team already: Mary Member" in response.text
    assert response.context["form"].initial == {"addresses": "not an address"}
    assert mailbox.recipients == ["ann@harbour.example"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a@b.example", [(1, "a@b.example")]),
        (" a@b.example ;; c@d.example, ", [(1, "a@b.example"), (1, "c@d.example")]),
        ("A@B.example\r\na@b.EXAMPLE", [(1, "a@b.example")]),
        ("Ann Lee <ann@b.example>, bob@b.example", [(1, "ann@b.example"), (1, "bob@b.example")]),
        ("a@b.example\nBcc: all@evil.example", [(1, "a@b.example"), (2, "")]),
        ("a@b.example%0ABcc:all@evil.example", [(1, "")]),
        ("a@b.example\x0bBcc:x@evil.example", [(1, "a@b.example"), (2, "")]),
        ("@\n<>\na@\n@b.example\na b@c.example", [(1, ""), (2, ""), (3, ""), (4, ""), (5, "")]),
        ("x" * 300 + "@b.example", [(1, "")]),
        ("x" * 250 + "@b.example", [(1, "")]),
        ("🦜@b.example", [(1, "")]),
        ("", []),
        (" ,;\n\n", []),
    ],
)
def test_addresses_are_found_however_they_were_pasted(text, found):
    assert [(each.line, each.email) for each in written_addresses(text)] == found


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Write at least one address. Nobody was invited."),
        ("   \n ", "Write at least one address. Nobody was invited."),
        (
            "\n".join(f"p{number}@b.example" for number in range(500)),
            "These are 500 addresses, and 100 can be invited at once. Nobody was invited: send "
            "the first 100, then the rest.",
        ),
        ("a@b.example\x00", "Null characters are not allowed."),
        ("x" * 50_001, "Ensure this value has at most 50000 characters (it has 50001)."),
    ],
)
def test_what_cannot_be_sent_invites_nobody_and_stays_in_the_field(
    mailbox, assessment, lena, text, sentence
):
    response = invite(lena, assessment, text)

    assert response.status_code == 200
    assert response.context["form"].errors["addresses"] == [sentence]
    assert mailbox.messages == []
    assert not Invitation.objects.exists()


def test_commas_alone_are_no_address(mailbox, assessment, lena):
    response = invite(lena, assessment, ",;,")

    assert response.context["form"].errors["addresses"] == [
        "Write at least one address. Nobody was invited."
    ]


def test_past_the_days_limit_nobody_is_invited(mailbox, assessment, lena, monkeypatch):
    monkeypatch.setattr(people, "INVITATIONS_A_DAY", 2)

    response = invite(lena, assessment, "a@b.example, c@d.example, e@f.example")

    assert response.context["form"].errors["addresses"] == [
        "These are 3 invitations, and you can make 2 more within a day. Nobody was invited: send "
        "fewer, go on tomorrow, or share one link with several people."
    ]
    assert "a@b.example, c@d.example, e@f.example" in response.text
    assert mailbox.messages == []
    assert not Invitation.objects.exists()


def test_whom_the_server_refuses_is_not_invited_and_can_be_tried_again(mailbox, assessment, lena):
    mailbox.refuses = {"gone@harbour.example"}

    response = invite(lena, assessment, "a@b.example, gone@harbour.example, c@d.example")

    assert [outcome for _, _, outcome in outcomes(response)] == ["SENT", "NOT_TAKEN", "SENT"]
    assert "not sent: the mail server did not take it" in response.text
    assert response.context["form"].initial == {"addresses": "gone@harbour.example"}
    pending = Invitation.objects.pending().values_list("email", flat=True)
    assert sorted(pending) == ["a@b.example", "c@d.example"]


def test_a_server_that_goes_away_in_the_middle_leaves_the_rest_to_be_tried_again(
    mailbox, assessment, lena
):
    mailbox.ends_at = "bob@harbour.example"

    response = invite(lena, assessment, "ann@harbour.example\nbob@harbour.example\nc@d.example")

    assert [outcome for _, _, outcome in outcomes(response)] == ["SENT", "NOT_TAKEN", "NOT_TAKEN"]
    assert response.context["form"].initial == {"addresses": "bob@harbour.example\nc@d.example"}
    pending = Invitation.objects.pending().values_list("email", flat=True)
    assert list(pending) == ["ann@harbour.example"]


def test_with_the_server_away_nobody_is_invited_and_earlier_links_stay_good(
    mailbox, assessment, lena, settings
):
    invite(lena, assessment, "ann@harbour.example")
    settings.EMAIL_PORT = free_port()

    response = invite(lena, assessment, "ann@harbour.example, bob@harbour.example")

    assert response.context["form"].errors["addresses"] == [
        "The mail server could not be reached, so nobody was invited. Try again in a few minutes."
    ]
    assert "ann@harbour.example, bob@harbour.example" in response.text
    assert Invitation.objects.pending().count() == 1
    ann = person("Ann Newcomer")
    assert signed_in(ann).post(path_in(mailbox.messages[0]))["Location"] == address(assessment)


def test_inviting_an_address_again_ends_the_earlier_link(mailbox, assessment, lena):
    invite(lena, assessment, "ann@harbour.example")
    invite(lena, assessment, "ann@harbour.example")
    ann = signed_in(person("Ann Newcomer"))

    first, second = (path_in(message) for message in mailbox.messages)

    assert ann.post(first).status_code == 410
    assert ann.post(second)["Location"] == address(assessment)


def test_names_make_no_header_and_no_markup(mailbox, assessment, payments, lena):
    lena.name = "Lena\r\nBcc: all@evil.example"
    lena.save()
    payments.name = "Pay <b>&\nments"
    payments.save()

    invite(lena, assessment, "ann@harbour.example")

    (sent,) = mailbox.messages
    assert sent["bcc"] is None
    assert mailbox.recipients == ["ann@harbour.example"]
    assert sent["subject"] == ("Rungs: Lena Bcc: all@evil.example invites you to Pay <b>& ments")
    assert "Pay <b>&" in body(sent)


def test_a_submitted_assessment_invites_nobody(mailbox, assessment, lena, mary):
    fill(assessment, mary, 2)
    submit(assessment=assessment, by=lena)

    response = invite(lena, assessment, "ann@harbour.example")

    assert response.context["form"].errors["addresses"] == [
        "This assessment was submitted, so nobody can be invited to it."
    ]
    assert mailbox.messages == []


def test_submitting_ends_mailed_links_too(mailbox, assessment, lena, mary):
    invite(lena, assessment, "ann@harbour.example")
    fill(assessment, mary, 2)
    submit(assessment=assessment, by=lena)

    response = signed_in(person("Ann Newcomer")).get(path_in(mailbox.messages[0]))

    assert response.status_code == 410
    assert "its links ended with it" in response.text


# Reminders -------------------------------------------------------------------------------------


@pytest.fixture
def three(payments):
    """Three members of Payments besides Mary and Lena."""
    members = [person(f"{name} Payments") for name in ("Amy", "Bob", "Cat")]
    for member in members:
        join(member, payments, Role.MEMBER)
    return members


def test_one_press_reminds_everybody_else_who_has_not_finished(
    mailbox, assessment, lena, mary, three
):
    finish(assessment=assessment, user=mary)

    message = remind(lena, assessment)

    assert sorted(mailbox.recipients) == [
        "amy@harbour.example",
        "bob@harbour.example",
        "cat@harbour.example",
    ]
    assert message == ["Reminded by e-mail: Amy Payments, Bob Payments, Cat Payments."]
    assert len(mailbox.sessions) == 1


def test_an_owner_reminds_the_lead_as_well(mailbox, assessment, olga, lena, mary):
    remind(olga, assessment)

    assert sorted(mailbox.recipients) == ["lena@harbour.example", "mary@harbour.example"]


def test_a_reminder_holds_the_link_the_day_and_who_asked_and_no_answer(
    mailbox, assessment, lena, mary
):
    assessment.due_on = date(2999, 3, 1)
    assessment.save()
    fill(assessment, mary, 3)

    remind(lena, assessment)

    (sent,) = mailbox.messages
    assert sent["subject"] == "Rungs: Payments waits for your answers"
    assert words(sent) == (
        "Mary Member, Lena Lead asks you to finish the assessment of Payments. Answers are wanted "
        f"by 1 March 2999. http://testserver{address(assessment)} Answer what you can; any "
        'question may stay open. Then press "I have finished" on that page: nothing else tells '
        "Rungs that you have, as it shows nobody who answered what. You get at most one reminder "
        "a day, and none once you have finished. To get one mail a day instead: "
        f"http://testserver/account/ To get none: {stop_link(mary)}"
    )
    assert sent["List-Unsubscribe"].strip() == f"<{stop_link(mary)}>"
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_who_wants_no_reminders_gets_none_from_their_lead_either(mailbox, assessment, lena, mary):
    mary.reminders = Reminders.NONE
    mary.save()

    remind(lena, assessment)

    assert mailbox.recipients == []


def test_a_reminder_says_the_same_whatever_somebody_answered(mailbox, assessment, lena, mary):
    remind(lena, assessment)
    Participation.objects.update(reminded_on=None)
    fill(assessment, mary, 0)
    remind(lena, assessment)

    before, after = mailbox.messages
    assert body(before) == body(after)


def test_nobody_is_reminded_twice_a_day(mailbox, assessment, lena, olga, mary):
    remind(lena, assessment)

    assert remind(lena, assessment) == [
        "Nobody was reminded: everybody else has finished or was reminded today already."
    ]
    remind(olga, assessment)
    assert mailbox.recipients.count("mary@harbour.example") == 1
    assert mailbox.recipients.count("lena@harbour.example") == 1


def test_the_next_day_they_can_be_reminded_again(mailbox, assessment, lena, mary):
    remind(lena, assessment)
    Participation.objects.update(reminded_on=timezone.localdate() - timedelta(days=1))

    remind(lena, assessment)

    assert mailbox.recipients == ["mary@harbour.example"] * 2


def test_whoever_left_or_has_no_account_any_more_is_not_reminded(
    mailbox, assessment, payments, lena, mary, three
):
    amy, bob, _ = three
    payments.memberships.filter(user=amy).delete()
    bob.is_active = False
    bob.save()

    remind(lena, assessment)

    assert sorted(mailbox.recipients) == ["cat@harbour.example", "mary@harbour.example"]


def test_the_button_says_whom_it_reminds(assessment, payments, lena, olga, mary, three):
    assert "Remind the 4 others who have not finished" in page_of(lena, assessment)
    assert "Remind the 5 who have not finished" in page_of(olga, assessment)
    for member in three:
        finish(assessment=assessment, user=member)
    assert "Remind Mary Member" in page_of(lena, assessment)
    finish(assessment=assessment, user=mary)
    assert "Everybody else has finished, was reminded today or wants no reminders." in page_of(
        lena, assessment
    )


def test_who_is_alone_in_a_team_is_told_nothing_of_others(assessment, payments, lena):
    payments.memberships.exclude(user=lena).delete()
    assert "Everybody else" not in page_of(lena, assessment)


def page_of(user, assessment):
    page = signed_in(user).get(address(assessment)).text
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_whom_the_server_refuses_is_named_and_can_be_reminded_again(
    mailbox, assessment, lena, mary, three
):
    mailbox.refuses = {"bob@harbour.example"}

    assert remind(lena, assessment) == [
        "Reminded by e-mail: Amy Payments, Cat Payments, Mary Member.",
        "The mail server did not take the mail for Bob Payments. You can remind them again.",
    ]
    mailbox.refuses = set()
    assert remind(lena, assessment) == ["Reminded by e-mail: Bob Payments."]
    assert len(mailbox.messages) == 4


def test_with_the_server_away_nobody_counts_as_reminded(nobody_answers, assessment, lena, mary):
    assert remind(lena, assessment) == [
        "The mail server could not be reached, so nobody was reminded. Try again in a few minutes."
    ]
    assert not Participation.objects.exclude(reminded_on=None).exists()


def test_a_reminder_leaves_finishing_as_it_was(mailbox, assessment, lena, mary, three):
    finish(assessment=assessment, user=mary)

    remind(lena, assessment)

    finished = Participation.objects.exclude(finished_on=None)
    assert list(finished.values_list("user__name", "reminded_on")) == [("Mary Member", None)]


def test_once_the_sheets_are_closed_nobody_is_reminded(mailbox, assessment, lena, mary, three):
    for member in three:
        fill(assessment, member, 2)
    reveal(assessment=assessment, by=lena)

    assert remind(lena, assessment) == ["The sheets are closed, so nobody is left to remind."]
    assert mailbox.messages == []


def test_together_nobody_is_reminded(mailbox, assessment, lena, mary):
    assessment.mode = "consensus"
    assessment.save()

    assert remind(lena, assessment) == [
        "The team answers together: nobody has a sheet of their own to finish."
    ]


def test_names_in_a_reminder_make_no_header(mailbox, assessment, payments, lena, mary):
    payments.name = "Payments\r\nBcc: all@evil.example"
    payments.save()

    remind(lena, assessment)

    (sent,) = mailbox.messages
    assert sent["bcc"] is None
    assert sent["subject"] == "Rungs: Payments Bcc: all@evil.example waits for your answers"


@pytest.mark.django_db(transaction=True)
def test_ten_presses_at_once_send_each_member_one_mail(mailbox, assessment, lena, mary, three):
    clients = [signed_in(lena) for _ in range(10)]

    def press(client):
        try:
            return client.post(address(assessment, "remind/")).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(press, clients))

    assert statuses == [302] * 10
    assert sorted(mailbox.recipients) == [
        "amy@harbour.example",
        "bob@harbour.example",
        "cat@harbour.example",
        "mary@harbour.example",
    ]
    assert Participation.objects.count() == 4


def test_a_guest_link_made_for_an_address_belongs_to_the_assessment(mailbox, assessment, lena):
    invite(lena, assessment, "ann@harbour.example")

    assert GuestLink.objects.get().assessment == assessment
    assert "ann@harbour.example invited, until" in page_of(lena, assessment)
