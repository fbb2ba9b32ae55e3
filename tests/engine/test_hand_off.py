"""Two ends of a task on a table: what is told arrives once and in order, whatever becomes of records and functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from shared.domain.model.ends import Message
from shared.domain.model.plan import Plan
from shared.domain.model.writes import DeleteMessage, PutMessage
from shared.engine import connections, messages, people, settle, showing, tasks
from shared.engine.session import Identity, Refused, Request
from shared.engine.timers import settle_all, sweep
from shared.storage.keys import CaseKey
from shared.storage.store import Store
from tests.engine.parties import HAL, OLA, TIA, UNKNOWN, Parties, by_email
from tests.engine.world import ROOT

pytestmark = pytest.mark.usefixtures("sound")

TO_HARBOR: Mapping[str, object] = {"option": "to", "organizationId": "harbor"}
LINKS = [{"type": "report", "link": "https://example.org/1", "name": "Report"}]


def accepted(parties: Parties, **given: object) -> tuple[str, str]:
    """A task that harbor has accepted and may start, and harbor's end of it."""
    task = parties.task(**given)  # type: ignore[arg-type]
    parties.do(task, "prepare", "ready", "assign:harbor")
    there = parties.partner(task)
    parties.answer(there, "accept")
    return task, there


def under_way(parties: Parties, task_id: str) -> list[Message]:
    """What the task has sent and has not arrived."""
    return parties.world.store.messages(task_id)


def test_the_happy_path_of_the_seed(parties: Parties) -> None:
    """Prepared, assigned, accepted, made ready, started, submitted and finished: both ends go together."""
    task = parties.task()
    parties.do(task, "prepare", "begin_assignment", "assign:harbor")
    there = parties.partner(task)
    assert parties.shown(task) == ("assign", "sent", "Sent")
    assert parties.shown(there) == ("assign", "received", "Assign")
    parties.answer(there, "accept")
    assert parties.shown(task) == ("assign", "accepted", "Accepted")
    parties.do(task, "ready")
    assert parties.shown(there) == ("ready", "accepted", "Ready")
    parties.do(there, "start", "submit", by=HAL)
    assert parties.shown(task) == ("submit", "accepted", "Submit")
    parties.do(task, "finish")
    assert parties.shown(there) == ("finish", "accepted", "Finish")
    assert (under_way(parties, task), under_way(parties, there)) == ([], [])


def test_the_partners_end_looks_like_the_owners(parties: Parties) -> None:
    """Description, links and due time go along; its case is the partner's own, and tells nothing of the owner's."""
    description, due = "Look at the roof.", "2026-12-01T17:00:00Z"
    task = parties.task(description=description, links=LINKS, dueTime=due, priority=3)
    parties.do(task, "prepare", "ready", "assign:harbor")
    there = parties.stored(parties.partner(task))
    texts = parties.world.store.texts(there.task_id)
    assert (texts.description, [link.name for link in texts.links]) == (description, ["Report"])
    assert (there.due_time, there.priority) == (parties.stored(task).due_time, 3)
    case = parties.world.store.load([CaseKey(there.case_id)])[CaseKey(there.case_id)]
    assert case is not None
    assert (case.organization_id, case.display_name, case.created_by) == ("harbor", "Acme-Claims", None)
    assert there.case_id.startswith("p-")
    assert len(there.case_id) == 34
    assert "job-1" not in there.case_id


def test_who_was_recalled_before_it_arrived_is_not_shown_what_is_meant_for_the_next(parties: Parties) -> None:
    """The stream is late: by then the owner has taken the task back, and sent it elsewhere with other texts."""
    task = parties.task(description="Look at the roof.")
    parties.do(task, "prepare", "ready")
    parties.act(task, "assign", OLA, **TO_HARBOR)
    parties.act(task, "assign", option="recall")
    parties.act(task, "edit", description="For tide alone.", links=LINKS)
    parties.act(task, "assign", option="to", organizationId="tide")
    parties.drain()
    texts = [parties.world.store.texts(parties.partner(task, generation)) for generation in (1, 2)]
    assert [(each.description, len(each.links)) for each in texts] == [(None, 0), ("For tide alone.", 1)]
    assert parties.shown(parties.partner(task))[:2] == ("cancel", "recalled")


def test_a_partner_reads_the_name_of_whom_it_suggests_if_it_is_connected_with_it(parties: Parties) -> None:
    """As the owner does, each by its own connections; who is not connected reads the id that they gave."""
    parties.connect("harbor", "tide")
    named = []
    for case_id, suggested in (("job-1", "tide"), ("job-2", "acme")):
        task = parties.task(case_id)
        parties.do(task, "prepare", "ready", "assign:harbor")
        there = parties.partner(task)
        parties.answer(there, "refer", HAL, organizationId=suggested, reason="They can.")
        ends = (parties.stored(end).end for end in (there, task))
        named.append([end.referral.display_name for end in ends if end and end.referral])
    assert named == [["Tide", "Tide"], ["acme", "acme"]]


def test_what_is_submitted_and_what_is_to_be_redone_reaches_the_other_end(parties: Parties) -> None:
    """Notes stand in the history of both, links among the owner's own."""
    task, there = accepted(parties, links=LINKS)
    parties.do(there, "start", by=HAL)
    more = [{"type": "photo", "link": "https://example.org/2", "name": "Roof"}]
    parties.act(there, "submit", HAL, note="Two tiles are missing.", links=more)
    parties.drain()
    for end in (task, there):
        assert [link.name for link in parties.world.store.texts(end).links] == ["Report", "Roof"]
    assert parties.world.store.history(task)[-1].note == "Two tiles are missing."
    parties.act(task, "redo", note="Which ones?")
    parties.drain()
    assert parties.world.store.history(there)[-1].note == "Which ones?"
    assert (parties.shown(task)[0], parties.shown(there)[0]) == ("redo", "redo")


def test_nothing_is_sent_that_is_not_delivered_though_every_record_is_lost(parties: Parties) -> None:
    """The stream says nothing at all: settling finds what is under way by looking at the table."""
    task = parties.task()
    for action in ("prepare", "ready"):
        parties.act(task, action)
    parties.act(task, "assign", OLA, **TO_HARBOR)
    for _ in range(2):
        _settle_all(parties)
    there = parties.partner(task)
    assert parties.shown(task)[1] == "sent"
    parties.act(there, "assign", HAL, option="accept")
    parties.act(there, "start", HAL)
    parties.act(there, "submit", HAL)
    assert settle.settle(parties.world.session, parties.stored(there).case_id) == 3
    assert parties.shown(task)[:2] == ("submit", "accepted")


def test_a_message_that_comes_again_has_its_effect_once(parties: Parties) -> None:
    """A record that is delivered twice, at once or long after, finds nothing under way."""
    task, there = accepted(parties)
    parties.act(there, "start", HAL)
    (message,) = under_way(parties, there)
    assert messages.deliver(parties.world.session, message) == 1
    before = parties.world.items()
    assert messages.deliver(parties.world.session, message) == 0
    assert messages.deliver_all(parties.world.session, there) == 0
    assert parties.world.items() == before
    assert parties.shown(task)[0] == "progress"


def test_what_an_end_has_heard_is_kept_whatever_is_done_meanwhile(
    parties: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message is dropped between the decision on an action and its commit: neither undoes the other."""
    task, there = accepted(parties)
    parties.act(there, "start", HAL)
    parties.act(task, "wait")
    commit, session = Store.commit, parties.world.session

    def dropping_first(store: Store, plan: Plan) -> None:
        monkeypatch.setattr(Store, "commit", commit)
        messages.deliver_all(session, task)
        commit(store, plan)

    monkeypatch.setattr(Store, "commit", dropping_first)
    parties.act(there, "submit", HAL)
    parties.drain()
    parties.do(task, "finish")
    assert (parties.shown(task)[0], parties.shown(there)[0]) == ("finish", "finish")


def test_a_new_assignment_hears_its_partner_from_the_first_word_whatever_is_dropped_meanwhile(
    parties: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the last partner said is dropped between the decision on the next assignment and its commit."""
    task = parties.task()
    parties.do(task, "prepare", "ready")
    parties.act(task, "assign", OLA, **TO_HARBOR)
    commit, session = Store.commit, parties.world.session
    messages.deliver_all(session, task)
    there = parties.partner(task)
    parties.act(there, "assign", HAL, option="accept")
    parties.act(task, "assign", option="recall")

    def dropping_first(store: Store, plan: Plan) -> None:
        monkeypatch.setattr(Store, "commit", commit)
        assert messages.deliver_all(session, there) == 2
        commit(store, plan)

    monkeypatch.setattr(Store, "commit", dropping_first)
    parties.act(task, "assign", option="to", organizationId="tide")
    parties.drain()
    assert parties.shown(task)[1] == "sent"
    parties.answer(parties.partner(task, 2), "decline", TIA, reason="Too far.")
    assert parties.shown(task)[1] == "declined"


def test_a_message_that_cannot_be_processed_holds_up_those_behind_it_alone(parties: Parties) -> None:
    """It stays, and its record fails; what another assignment has to say arrives all the same."""
    task = parties.task()
    parties.do(task, "prepare", "ready", "assign:harbor")
    parties.act(task, "assign", option="recall")
    parties.act(task, "assign", option="to", organizationId="tide")
    (recalled, offer) = under_way(parties, task)
    bad = replace(recalled, sequence=recalled.sequence + 1)
    parties.world.store.commit(Plan("bad", (PutMessage(bad), DeleteMessage(recalled))))
    with pytest.raises(ValueError, match="not yet those before"):
        messages.deliver_all(parties.world.session, task)
    assert under_way(parties, task) == [bad]
    assert offer.generation == 2
    assert parties.shown(parties.partner(task, 2))[1] == "received"


def test_a_message_for_an_end_that_is_not_there_yet_waits(parties: Parties) -> None:
    """The first message of an assignment makes the partner's end; none of the others arrives before."""
    task = parties.task()
    parties.do(task, "prepare", "ready")
    parties.act(task, "assign", OLA, **TO_HARBOR)
    parties.act(task, "wait")
    offer, wait = under_way(parties, task)
    with pytest.raises(ValueError, match="not there yet"):
        messages.deliver(parties.world.session, wait)
    assert messages.deliver(parties.world.session, offer) == 1
    assert messages.deliver(parties.world.session, wait) == 1


def test_a_deleted_end_is_gone_for_everybody(parties: Parties) -> None:
    """Its texts too; what the owner has to say is dropped there."""
    _, there = accepted(parties, description="Look at the roof.")
    parties.answer(there, "decline", reason="No time.")
    parties.do(there, "delete", by=HAL)
    session = parties.world.session
    with pytest.raises(Refused) as refused:
        tasks.get_task(session, HAL, there)
    assert refused.value.refusal.code == "not_found"
    case_id = parties.stored(there).case_id
    assert showing.case_tasks(session, HAL, case_id, None, 100).items == ()
    assert [entry.task_id for entry in showing.timeline(session, HAL, case_id, None, 100)[1].items] == [None]
    assert not [item for item in parties.world.items() if "roof" in str(item) and case_id in str(item)]
    assert settle.settle(session, case_id) == 0


def test_a_repeated_delete_is_answered_as_the_first_was(parties: Parties) -> None:
    """With its key, for a day; asked in any other way, the end is gone."""
    _, there = accepted(parties)
    parties.answer(there, "decline", reason="No time.")
    session, keyed = parties.world.session, Request("delete", "once", "nothing")
    first = tasks.act(session, HAL, there, "delete", {}, keyed)
    again = tasks.act(session, HAL, there, "delete", {}, keyed)
    assert (first.replayed, again.replayed) == (False, True)
    assert (again.status, again.value.task) == (first.status, first.value.task)
    parties.drain()
    parties.world.pass_time(days=2)
    for request in (Request(), Request("delete", "twice", "nothing"), keyed):
        with pytest.raises(Refused) as refused:
            tasks.act(session, HAL, there, "delete", {}, request)
        assert refused.value.refusal.code == "not_found"


def test_a_task_goes_from_partner_to_partner(parties: Parties) -> None:
    """Declined, referred and recalled, each assignment has an end of its own, and closed ones stay closed."""
    task, first = accepted(parties)
    parties.do(first, "start", by=HAL)
    parties.answer(first, "decline", reason="The ladder broke.")
    assert parties.shown(task)[:2] == ("ready", "declined")
    parties.do(task, "assign:tide")
    second = parties.partner(task, 2)
    parties.answer(second, "accept", TIA)
    parties.answer(task, "recall", OLA, reason="We do it ourselves.")
    assert [parties.shown(end)[:2] for end in (first, second)] == [("cancel", "declined"), ("cancel", "recalled")]
    parties.do(task, "cancel")
    assert parties.shown(task)[:2] == ("cancel", "recalled")


def test_a_referral_is_followed_to_who_is_connected(parties: Parties) -> None:
    """With `autoRefer` at once; a chain that comes back to where it was ends as referred."""
    task, first = accepted(parties, autoRefer=True)
    parties.answer(first, "refer", organizationId="tide", reason="They have a ladder.")
    assert parties.shown(task)[:2] == ("ready", "sent")
    entries = [entry.action for entry in parties.world.store.history(task)][-3:]
    assert entries == ["partner_refers", "referred_on", "partner_is_there"]
    second = parties.partner(task, 2)
    parties.answer(second, "refer", TIA, organizationId="harbor", reason="They know the roof.")
    assert parties.shown(task) == ("ready", "referred", "Ready (referred)")


def _told(parties: Parties, task_id: str, field: str) -> list[Any]:
    """What the history of the end says of the field: before and after, each time."""
    changes = [entry.changes.get(field) for entry in parties.world.store.history(task_id)]
    return [(change["from"], change["to"]) for change in changes if isinstance(change, Mapping)]


def test_the_history_of_an_assignment_goes_on_where_it_stopped(parties: Parties) -> None:
    """What is assigned and sent in one step goes from what it was before to what it is after it, at both ends."""
    task, first = accepted(parties, autoRefer=True)
    parties.answer(first, "refer", organizationId="tide", reason="They have a ladder.")
    parties.answer(task, "recall", OLA)
    parties.act(task, "assign", OLA, **by_email())
    parties.drain()
    for end in (task, first, parties.partner(task, 2)):
        told = _told(parties, end, "assignmentStatus")
        assert all(one[1] == other[0] for one, other in pairwise(told)), told
        assert told[-1][1] == parties.shown(end)[1]
    assert _told(parties, task, "assignmentStatus")[:2] == [("initial", "ready"), ("ready", "sent")]


def test_the_history_says_who_was_suggested_and_who_came_to_have_the_task(parties: Parties) -> None:
    """By name, and without the address; by the organization that has accepted, once one has."""
    task, first = accepted(parties, autoRefer=True)
    parties.answer(first, "refer", name="Brook", email="ida@example.org", reason="They have a ladder.")
    brook = {"organizationId": None, "displayName": "Brook"}
    assert _told(parties, first, "referral") == [(None, brook)]
    assert _told(parties, task, "referral") == [(None, brook), (brook, None)]
    invitation = parties.invitations[-1]
    given = {"token": invitation.token}
    connections.accept(parties.world.session, UNKNOWN, invitation.connection.id, given, Request())
    parties.drain()
    harbor = {"organizationId": "harbor", "displayName": "Harbor"}
    known = {"organizationId": "brook", "displayName": "Brook"}
    assert _told(parties, task, "counterpart") == [(None, harbor), (harbor, brook), (brook, known)]


def _rename(parties: Parties, *organizations: str) -> None:
    for organization in organizations:
        given = {"displayName": f"New {organization}"}
        people.put_organization(parties.world.session, ROOT, organization, given)


def test_who_has_got_a_new_name_is_given_tasks_by_that(parties: Parties) -> None:
    """As the owner assigns them, and as a partner suggests whom both are connected with, followed or not."""
    parties.connect("harbor", "tide")
    _rename(parties, "acme-claims", "harbor", "tide")
    task, there = accepted(parties)
    counterparts = [parties.stored(end).end for end in (task, there)]
    assert [end.counterpart.display_name for end in counterparts if end and end.counterpart] == [
        "New harbor",
        "New acme-claims",
    ]
    parties.answer(there, "refer", organizationId="tide", reason="They have a ladder.")
    for end in (task, there):
        assert _told(parties, end, "referral") == [(None, {"organizationId": "tide", "displayName": "New tide"})]


def test_connections_are_listed_by_the_names_that_the_others_have(parties: Parties) -> None:
    """Also where the names were others when the two were connected; a request that was declined stays as it was."""
    session = parties.world.session
    given = {"organizationId": "tide", "partner": {"organizationId": "harbor"}}
    parties.world.join("harbor", "tia")
    asked = connections.ask(session, TIA, given, Request()).value.connection
    connections.decline(session, HAL, asked.id, {}, Request())
    _rename(parties, "acme-claims", "harbor", "tide")

    def names(by: Identity, organization: str) -> list[str]:
        page = connections.list_connections(session, by, organization, None, None, 10)
        return [view.other.display_name for view in page.items]

    assert names(OLA, "acme-claims") == ["New harbor", "New tide"]
    assert names(HAL, "harbor") == ["New acme-claims", "Tide"]


def test_a_connection_is_asked_for_and_the_task_sent_once_it_is_there(parties: Parties) -> None:
    """The request goes out with the stream; one that nobody answers expires by its timer."""
    task = parties.task()
    parties.do(task, "prepare")
    parties.act(task, "assign", OLA, **by_email())
    parties.do(task, "ready")
    assert parties.shown(task)[1] == "connectionRequested"
    parties.world.pass_time(days=14)
    assert sweep(parties.world.session, range(16), lambda: False, _never).fired == 1
    assert parties.shown(task) == ("ready", "connectionDeclined", "Ready (connection declined)")
    assert not parties.world.store.timers("job-1")


def test_a_request_that_was_lost_goes_out_again(parties: Parties) -> None:
    """Nobody has noted that it went out for an hour: the nightly settling has it sent once more, and then no more."""
    task = parties.task()
    for action in ("prepare", "ready"):
        parties.act(task, action)
    parties.act(task, "assign", OLA, **by_email())
    parties.lose()
    assert _settle_all(parties) == 0
    parties.world.pass_time(hours=2)
    assert _settle_all(parties) == 1
    parties.drain()
    assert (len(parties.invitations), parties.shown(task)[1]) == (1, "connectionRequested")
    parties.world.pass_time(hours=2)
    assert _settle_all(parties) == 0


def test_a_request_that_no_task_waits_for_is_not_lost_either(parties: Parties) -> None:
    """Settling goes through the requests of all organizations, as far as the time goes."""
    partner = {"name": "Quay Cranes", "email": "office@quay.example"}
    given = {"organizationId": "acme-claims", "partner": partner}
    connections.ask(parties.world.session, OLA, given, Request())
    parties.lose()
    parties.world.pass_time(hours=2)
    report = settle_all(parties.world.session, None, lambda: True, _never)
    assert (report.complete, report.found) == (False, 0)
    assert _settle_all(parties) == 1
    parties.drain()
    (invitation,) = parties.invitations
    assert invitation.connection.asked.email == "office@quay.example"
    parties.world.pass_time(hours=2)
    assert _settle_all(parties) == 0


def test_an_organization_whose_requests_cannot_be_read_keeps_no_other_back(
    parties: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What failed is told, and the night's round goes on."""
    told: list[str] = []

    def failing(_: Store, organization_id: str) -> list[str]:
        raise RuntimeError(organization_id)

    monkeypatch.setattr(Store, "listed_connections", failing)
    report = settle_all(parties.world.session, None, lambda: False, lambda what, _: told.append(what))
    assert {"acme-claims", "harbor", "tide"} <= set(told)
    assert (report.complete, report.failed) == (True, len(told))


def test_a_task_is_not_referred_to_an_organization_that_is_not_there(parties: Parties) -> None:
    """And nothing has changed."""
    _, there = accepted(parties)
    before = parties.world.items()
    with pytest.raises(Refused):
        parties.act(there, "assign", HAL, option="refer", organizationId="nobody", reason="Not ours.")
    assert parties.world.items() == before


def _settle_all(parties: Parties) -> int:
    """How much was owed in the night."""
    return settle_all(parties.world.session, None, lambda: False, _never).found


def _never(what: str, error: Exception) -> None:
    raise AssertionError(what) from error
