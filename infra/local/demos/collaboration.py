"""The demo of `collaboration`: tasks that an owner hands to partners, with both ends side by side after every step."""

from collections.abc import Mapping
from typing import Any

from infra.local import events
from infra.local.demos.ends import GONE, NOT_YET, Job, Party, outcome, party_of
from infra.local.demos.stage import Stage
from infra.local.home import command
from infra.local.obstacle import ObstacleError
from infra.local.records import Stack

OLA, HAL, TIA = "ola", "hal", "tia"
ACME, HARBOR, TIDEWATER = party_of(OLA), party_of(HAL), party_of(TIA)
PHOTOS = {"type": "photo", "link": "https://example.org/photos/17", "name": "Photos of the roof"}


def play(stack: Stack) -> Mapping[str, str]:
    """Hand tasks to partners in all the ways there are; return what a person may do next with one of them."""
    stage = Stage(stack, {})
    jobs = [_handed_over(stage), _redone(stage), _declined(stage), left := _referred(stage), _recalled(stage)]
    _declined_after_start(jobs[-1])
    jobs += [_connected(stage), _not_connected(stage), _alone(stage), _on_hold(stage)]
    _look_back(stage, jobs)
    return _next_steps(stage, left)


def _handed_over(stage: Stage) -> Job:
    stage.scene(
        "A task is handed to a partner, and done",
        "It has two ends: a task of Acme Claims, on the left, and one of Harbor Surveyors, on the right, which they "
        "find in their queue. Neither sees the other's. What one end does, the stream brings to the other.",
    )
    job = Job(stage, ACME, "Roof survey", collaborative=True)
    job.do(OLA, "prepare", "prepare / initial")
    job.do(OLA, "begin_assignment", "assign / initial")
    job.assign(HARBOR, "assign / sent", "assign / received")
    _say_options(job, OLA, {"recall"})
    _say_options(job, HAL, {"accept", "decline", "refer"})
    job.do(HAL, "accept", "assign / accepted", "assign / accepted")
    job.do(OLA, "ready", "ready / accepted", "ready / accepted")
    job.do(HAL, "start", "progress / accepted", "progress / accepted")
    job.do(HAL, "submit", "submit / accepted", "submit / accepted", note="Twelve tiles are broken.", links=[PHOTOS])
    _validate(job)
    job.do(OLA, "finish", "finish / accepted", "finish / accepted")
    return job


def _say_options(job: Job, who: str, wanted: set[str]) -> None:
    """Say what a person may do about the assignment now; other options than these are an error of the demo."""
    options = job.stage.options(who, "assign", job.end_of(who))
    if set(options) != wanted:
        raise ObstacleError(f"{who} may {sorted(options)} about {job.case}, not {sorted(wanted)}.")
    name = job.owner.name if who == job.owner.who else job.partner.name if job.partner else ""
    job.stage.say(f"What {name} may do about the assignment: {', '.join(options.values()).lower()}.")


def _validate(job: Job) -> None:
    """Say what has come to the owner's end with the partner's work."""
    stage, path = job.stage, f"/tasks/{job.own['taskId']}"
    links = [link["name"] for link in stage.get(OLA, path)["links"]]
    note = stage.get(OLA, f"{path}/history")["items"][-1]["note"]
    stage.say(f'Ola validates what has come to her end: "{note}", with {", ".join(links)}.')


def _redone(stage: Stage) -> Job:
    stage.scene(
        "Not good enough: do it again",
        "This one is ready first, and assigned then. Ola finds fault with the work and says with what; Hal submits "
        "it a second time.",
    )
    job = _ready(stage, "Moisture reading")
    job.do(HAL, "start", "progress / accepted", "progress / accepted")
    job.do(HAL, "submit", "submit / accepted", "submit / accepted", note="Dry.")
    job.do(OLA, "redo", "redo / accepted", "redo / accepted", note="Which rooms?")
    job.do(HAL, "submit", "submit / accepted", "submit / accepted", note="Dry in all five rooms.")
    job.do(OLA, "finish", "finish / accepted", "finish / accepted")
    return job


def _ready(stage: Stage, name: str, **given: object) -> Job:
    """A task that was made ready, then assigned to Harbor Surveyors, and accepted."""
    job = Job(stage, ACME, name, collaborative=True, **given)
    job.do(OLA, "prepare", "prepare / initial")
    job.do(OLA, "ready", "ready / initial")
    job.assign(HARBOR, "ready / sent", "assign / received")
    job.do(HAL, "accept", "ready / accepted", "ready / accepted")
    return job


def _declined(stage: Stage) -> Job:
    stage.scene(
        "Declined, and given to another",
        "An assignment that is made in 'prepare' goes out once the task gets to 'assign'. Hal declines, and deletes "
        "his end: nothing is left of it. Ola assigns anew, which makes another end, and cancels the task at last.",
    )
    job = Job(stage, ACME, "Smoke test", collaborative=True)
    job.do(OLA, "prepare", "prepare / initial")
    job.assign(HARBOR, "prepare / assigned", NOT_YET)
    job.do(OLA, "begin_assignment", "assign / sent", "assign / received")
    job.do(HAL, "decline", "assign / declined", "cancel / declined", reason="We have no chimney sweep.")
    deleted = job.end_of(HAL)
    job.do(HAL, "delete", "assign / declined", GONE)
    stage.try_to_read(HAL, "it again", f"/tasks/{deleted['taskId']}")
    job.assign(TIDEWATER, "assign / sent", "assign / received")
    job.do(TIA, "accept", "assign / accepted", "assign / accepted")
    job.do(OLA, "cancel", "cancel / recalled", "cancel / recalled", reason="The claim was withdrawn.")
    return job


def _referred(stage: Stage) -> Job:
    stage.scene(
        "Referred, and passed on by itself",
        "Hal knows who can do it better. The task was created with 'autoRefer', and Tidewater Labs are connected with "
        "Acme Claims: so they have it at once, and nobody at Acme Claims has to do anything.",
    )
    job = Job(stage, ACME, "Mould sample", collaborative=True, autoRefer=True)
    job.do(OLA, "prepare", "prepare / initial")
    job.do(OLA, "begin_assignment", "assign / initial")
    job.assign(HARBOR, "assign / sent", "assign / received")
    job.refer(TIDEWATER, "assign / sent", "cancel / referred", reason="This needs a laboratory.")
    job.goes_to(TIDEWATER, "assign / sent", "assign / received")
    job.do(TIA, "accept", "assign / accepted", "assign / accepted")
    job.do(OLA, "ready", "ready / accepted", "ready / accepted")
    return job


def _recalled(stage: Stage) -> Job:
    stage.scene(
        "Recalled after the start",
        "The owner always wins: whatever Hal is about, his end is cancelled, and Ola's is ready for somebody else.",
    )
    job = _ready(stage, "Boundary survey")
    job.do(HAL, "start", "progress / accepted", "progress / accepted")
    job.do(OLA, "recall", "ready / recalled", "cancel / recalled", reason="It has to be done by Friday.")
    return job


def _declined_after_start(job: Job) -> None:
    job.stage.scene(
        "Declined after the start",
        "The same task goes to Tidewater Labs. Tia begins and finds that she cannot do it. What was in progress is "
        "ready again.",
    )
    job.assign(TIDEWATER, "ready / sent", "assign / received")
    job.do(TIA, "accept", "ready / accepted", "ready / accepted")
    job.do(TIA, "start", "progress / accepted", "progress / accepted")
    job.do(TIA, "decline", "ready / declined", "cancel / declined", reason="The site is under water.")


def _connected(stage: Stage) -> Job:
    stage.scene(
        "To somebody who is not connected",
        "Ola knows no more than a name and an address. So a connection is asked for: an event goes out, from which a "
        "mail is made, with a token that works once. Ida accepts; that makes Brook Labs, and Ida its admin.",
    )
    job = _begun(stage, "Water sample")
    request = _request(job, "Brook Labs", "ida@example.org")
    what = f"/connections/{request['connectionId']}/accept"
    made = stage.post("ida", "accepts the connection", what, {"token": request["token"]})
    brook = Party("ida", made["organizationId"], "Brook Labs")
    job.goes_to(brook, "assign / sent", "assign / received")
    job.do("ida", "accept", "assign / accepted", "assign / accepted")
    return job


def _not_connected(stage: Stage) -> Job:
    stage.scene(
        "A connection is declined",
        "Noa can sign in, but is unknown to Casetree: all that she can do is to answer the request. She declines the "
        "connection; of the task she has learned nothing.",
    )
    job = _begun(stage, "Soil sample")
    request = _request(job, "Delta Drilling", "noa@example.org")
    stage.try_to_read("noa", "who she is", "/users/me")
    what = f"/connections/{request['connectionId']}/decline"
    stage.post("noa", "declines the connection", what, {"token": request["token"]})
    job.stands("assign / connectionDeclined")
    return job


def _begun(stage: Stage, name: str) -> Job:
    """A task that is to be assigned to somebody."""
    job = Job(stage, ACME, name, collaborative=True)
    job.do(OLA, "prepare", "prepare / initial")
    job.do(OLA, "begin_assignment", "assign / initial")
    return job


def _request(job: Job, name: str, email: str) -> Mapping[str, Any]:
    """Assign the task by name and email, and return the request that goes out with it."""
    stage = job.stage

    def heard() -> Mapping[str, Any] | None:
        details = (event["detail"] for event in events.receive(stage.stack, queue) if event["detail-type"] == asked)
        return next((detail for detail in details if detail["email"] == email), None)

    asked = "ConnectionRequested"
    with events.subscription(stage.stack) as queue:
        job.do(OLA, "to", "assign / connectionRequested", name=name, email=email)
        request = stage.wait_for(heard, lambda: f"No {asked} for {email} came over the event bus.")
    stage.say(f"Heard on the event bus: {asked} for {request['email']}, by {request['organization']}.")
    return request


def _alone(stage: Stage) -> Job:
    stage.scene(
        "A task that stands alone",
        "Not every task is collaborative. This one has a single end, and Ola does the work herself. A hold stops it "
        "in whatever phase it is.",
    )
    job = Job(stage, ACME, "Phone call")
    job.do(OLA, "prepare", "prepare / initial")
    job.do(OLA, "ready", "ready / initial")
    job.do(OLA, "hold", "ready / initial, on hold", note="Nobody answers.")
    job.do(OLA, "resume", "ready / initial")
    job.do(OLA, "start", "progress / initial")
    job.do(OLA, "submit", "submit / initial", note="They have water in the cellar.")
    job.do(OLA, "finish", "finish / initial")
    return job


def _on_hold(stage: Stage) -> Job:
    stage.scene(
        "On hold",
        "Each end has a hold of its own, which the other does not see. While it is set, no phase is entered.",
    )
    job = _ready(stage, "Cellar survey")
    job.do(HAL, "start", "progress / accepted", "progress / accepted")
    job.do(HAL, "hold", "progress / accepted", "progress / accepted, on hold", note="The pump has to come first.")
    stage.try_to(HAL, "submit", job.end_of(HAL))
    job.do(HAL, "resume", "progress / accepted", "progress / accepted")
    job.do(HAL, "submit", "submit / accepted", "submit / accepted", note="Pumped out, and sound.")
    job.do(OLA, "finish", "finish / accepted", "finish / accepted")
    return job


def _look_back(stage: Stage, jobs: list[Job]) -> None:
    stage.scene(
        "What has become of it all",
        "No message is under way any more, and the two ends of every task agree.",
    )
    stage.await_rest()
    stage.show(outcome(jobs))


def _next_steps(stage: Stage, job: Job) -> Mapping[str, str]:
    call = "curl -sS -w '\\n' -H \"Authorization: Bearer"
    end = f"$API/tasks/{job.end_of(TIA)['taskId']}"
    return {
        "Set up a shell as Ola of Acme Claims and Tia of Tidewater Labs": (
            f"API={stage.stack.api_url} OLA=$({command('token ola')}) TIA=$({command('token tia')})"
        ),
        "What waits for Tia?": f'{call} $TIA" "$API/queues/organizations/tidewater?tab=unassigned"',
        "Start on it": f'{call} $TIA" -X POST "{end}/actions/start"',
        "The owner's end of the same task": f'{call} $OLA" "$API/tasks/{job.own["taskId"]}"',
        "All that has happened there": f'{call} $OLA" "$API/tasks/{job.own["taskId"]}/history"',
        "With whom Acme Claims are connected": f'{call} $OLA" "$API/connections?organizationId=acme-claims"',
    }
