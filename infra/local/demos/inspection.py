"""The demo of `inspection`: a look and its tasks, from the order to the expense review."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import count

from infra.local import clock, events, present
from infra.local.demos import desk
from infra.local.demos.stage import Stage, Task
from infra.local.home import command
from infra.local.records import Stack
from infra.local.steps import step

# The README's own first case is look-4711.
FIRST_NUMBER = 1001
UNTIL_DUE = timedelta(days=2)
THREE_DAYS = 3 * 24 * 3600
# No person ever takes these.
BY_ENGINE = ("ready", "overdue")
BY_ITSELF = {"Ready": "readies", "Skipped": "skips"}
LATE = "TaskOverdue"


def play(stack: Stack) -> Mapping[str, str]:
    """Take a look through its life and close another; return what a person may do next with them."""
    stage = Stage(stack, BY_ITSELF)
    desk.lay_out(stack)
    tasks = _order(stage)
    case = tasks["QA"]["caseId"]
    _verify(stage, tasks)
    _ask_why(stage, tasks)
    _let_time_pass(stage, tasks)
    _fail_and_retry(stage, tasks)
    _skip(stage, tasks)
    _work_off_a_queue(stage, tasks)
    _close_another(stage)
    _look_back(stage, case)
    return _next_steps(stage, tasks["Expense Review"])


def _order(stage: Stage) -> dict[str, Task]:
    stage.scene(
        "A look is ordered",
        "A case of the workflow 'inspection': the five tasks of a template and two more. A task with open "
        "prerequisites is Pending; all of it is one transaction.",
    )
    tasks = stage.create_case(
        "ann",
        "look",
        count(FIRST_NUMBER),
        workflow="inspection",
        caseType="look",
        template="standard-look",
        tasks=[{"type": "Hover Inspection", "prerequisites": ["order"]}, {"type": "Contact Schedule Refused"}],
    )
    stage.show(present.task_table(tasks))
    return {task["type"]: task for task in tasks}


def _verify(stage: Stage, tasks: Mapping[str, Task]) -> None:
    stage.scene(
        "What waited becomes Ready",
        "Bob works for Order Intake, the group that watches Order Verify. Closing it writes a history entry; the "
        "table's stream hands it to the function 'hooks', which looks at the tasks that waited.",
    )
    stage.act("bob", "claim", tasks["Order Verify"])
    stage.act("bob", "pass", tasks["Order Verify"], note="Address and plate are right.")
    stage.await_status("bob", [tasks["Looker Schedule Look"], tasks["Hover Inspection"]], "Ready")


def _ask_why(stage: Stage, tasks: Mapping[str, Task]) -> None:
    schedule = tasks["Looker Schedule Look"]
    stage.scene(
        "Why can't I?",
        "One decision answers what may be done, does it, and says what stands in the way and who could.",
    )
    stage.act("ann", "claim", schedule)
    stage.try_to("bob", "pass", schedule)
    explained = stage.get("bob", f"/tasks/{schedule['taskId']}/actions?explain=true")
    stage.show(present.refused_table(action for action in explained["refused"] if action["name"] not in BY_ENGINE))
    stage.say(f"What Bob may do instead: {', '.join(action['label'].lower() for action in explained['items'])}.")
    stage.act("ann", "pass", schedule)
    stage.await_status("ann", [tasks["Look Schedule Review"]], "Ready")


def _let_time_pass(stage: Stage, tasks: Mapping[str, Task]) -> None:
    review, stack = tasks["Look Schedule Review"], stage.stack
    due = clock.now(stack) + UNTIL_DUE
    stage.scene(
        "Time passes",
        "Every minute a rule wakes the function 'timers', which fires what is due. Nobody wants to wait for two "
        "days, so the local stack's clock is moved ahead, and the same function runs.",
    )
    stage.act("ann", "reschedule", review, dueTime=f"{due:%Y-%m-%dT%H:%M:%SZ}")
    with events.subscription(stack) as queue:
        with step("Moving the clock ahead by three days, firing what is due", "Three days later"):
            clock.advance(stack, THREE_DAYS)
        heard = stage.wait_for(lambda: _heard(stack, queue, review), lambda: f"No {LATE} came over the event bus.")
    stage.show(present.task_table([stage.get("ann", f"/tasks/{review['taskId']}")]))
    stage.say(f"Heard on the event bus: {heard}.")


def _heard(stack: Stack, queue: str, task: Task) -> str | None:
    """Return that the task is late, once that has come: others may get late with it."""
    come = ((event["detail-type"], event["detail"].get("taskId")) for event in events.receive(stack, queue))
    return LATE if (LATE, task["taskId"]) in come else None


def _fail_and_retry(stage: Stage, tasks: Mapping[str, Task]) -> None:
    review = tasks["Look Schedule Review"]
    stage.scene("A task fails and is retried", "Failed is no end: the task is open, and whatever waits for it waits.")
    stage.act("bob", "claim", review)
    stage.act("bob", "fail", review, reason="The looker has not confirmed.")
    stage.act("bob", "retry", review)
    stage.act("bob", "pass", review, note="Confirmed for Thursday.")
    stage.await_status("bob", [tasks["QA"], tasks["Expense Review"]], "Ready")


def _skip(stage: Stage, tasks: Mapping[str, Task]) -> None:
    stage.scene(
        "Two ways to be skipped",
        "What a skipped task becomes follows from its history, never from the caller: Completed if it was ever "
        "evaluated and found to have failed, else Canceled.",
    )
    hover = tasks["Hover Inspection"]
    stage.act("cho", "claim", hover)
    stage.act("cho", "fail", hover, reason="Too windy for the drone.")
    stage.act("cho", "skip", hover, reason="Photos from the ground will do.")
    stage.act("dee", "skip", tasks["Contact Schedule Refused"], reason="The customer has agreed.")


def _work_off_a_queue(stage: Stage, tasks: Mapping[str, Task]) -> None:
    stage.scene(
        "A queue", "Cho asks what there is to do in Quality Assurance. The stream keeps the counts of its tabs."
    )
    queue = stage.get("cho", "/queues/organizations/quality-assurance?tab=unassigned&limit=5")
    stage.show(present.counts_line(queue["counts"]))
    stage.show(present.queue_table(queue["items"]))
    stage.act("cho", "claim", tasks["QA"])
    stage.act("cho", "pass", tasks["QA"], note="Sharp from all sides.")


def _close_another(stage: Stage) -> None:
    stage.scene("A case is closed", "Closing a case ends its open tasks, by a cascade that follows from the stream.")
    tasks = stage.create_case(
        "ann", "look", count(FIRST_NUMBER), workflow="inspection", caseType="look", template="standard-look"
    )
    stage.close("ann", tasks[0]["caseId"], "The client has withdrawn the order.")
    stage.await_status("ann", tasks, "Skipped")


def _look_back(stage: Stage, case: str) -> None:
    stage.scene(f"What became of {case}", "Every version of a task is in its history. Expense Review is left for you.")
    tasks = stage.tasks("ann", case)
    timeline = stage.get("ann", f"/cases/{case}/timeline?limit=200")["items"]
    labels = {task["taskId"]: task["label"] for task in tasks}
    stage.show(present.task_table(tasks, "Tasks"))
    stage.show(present.timeline_table(timeline, labels, "Timeline"))


def _next_steps(stage: Stage, task: Task) -> Mapping[str, str]:
    call = "curl -sS -w '\\n' -H \"Authorization: Bearer $CHO\""
    address = f"$API/tasks/{task['taskId']}"
    return {
        "Set up a shell as Cho, who belongs to Account Management": (
            f"API={stage.stack.api_url} CHO=$({command('token cho')})"
        ),
        "What may she do with the review that is left?": f'{call} "{address}/actions?explain=true"',
        "Claim it": f'{call} -X POST "{address}/actions/claim"',
        "Pass it": f'{call} "{address}/actions/pass" -d \'{{"note": "paid"}}\'',
        "Read its history": f'{call} "{address}/history"',
    }
