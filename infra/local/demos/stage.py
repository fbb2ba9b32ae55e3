"""A stage for demos: people call the HTTP API, and what they do is told as it happens."""

import time
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from infra.local import present
from infra.local.calls import Api
from infra.local.obstacle import ObstacleError
from infra.local.people import PEOPLE
from infra.local.records import Stack
from infra.local.steps import console

PATIENCE_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.1
CASETREE = "Casetree"
VERBS = {
    "claim": "claims",
    "fail": "fails",
    "pass": "passes",
    "reschedule": "reschedules",
    "retry": "retries",
    "skip": "skips",
}
# What Casetree itself does, by the status that comes of it.
BY_ITSELF = {"Ready": "readies", "Skipped": "skips"}

Task = dict[str, Any]


class Stage:
    """People who are signed in, and what they do, told as it happens."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._names = {person.name: person.display_name for person in PEOPLE}
        self._scenes = 0
        self._gap_owed = False
        self._people = {name: Api(stack.api_url, user.token) for name, user in stack.users.items()}

    def scene(self, title: str, about: str) -> None:
        """Begin a part of the story, and say what it is about."""
        self._scenes += 1
        console.print()
        console.print(Rule(Text(f"{self._scenes}  {title}", style="bold"), align="left", style="dim"))
        self._gap_owed = False
        self._print(Text(about, style="dim"))
        self._gap_owed = True

    def say(self, sentence: str) -> None:
        """Explain, in the narrator's voice."""
        self._apart(Text(sentence, style="dim"))

    def show(self, thing: RenderableType) -> None:
        """Show a table where the story stands."""
        self._apart(thing)

    def get(self, who: str, path: str) -> Any:
        """Return what a person reads."""
        return self._people[who].need("GET", path)

    def tasks(self, who: str, case: str) -> list[Task]:
        """Return the tasks of a case as a person sees them."""
        return list(self.get(who, f"/cases/{case}/tasks")["items"])

    def create_look(self, who: str, numbers: Iterable[int], **body: Any) -> list[Task]:
        """Create a look under the first number that is not taken, and return its tasks."""
        for number in numbers:
            name = {"caseId": f"look-{number}", "displayName": f"Look {number}"}
            answer = self._people[who].call("POST", "/cases", {**name, **body})
            if answer.status == HTTPStatus.CREATED:
                tasks: list[Task] = answer.body["tasks"]["items"]
                self._tell(who, f"creates {name['caseId']}", Text(f"{len(tasks)} tasks", "cyan"), "POST /cases")
                return tasks
            if answer.status != HTTPStatus.CONFLICT:
                break
        raise ObstacleError(f"POST /cases was refused: {answer.status} {answer.body}")

    def act(self, who: str, action: str, task: Task, **given: Any) -> Task:
        """Take an action as a person does, and tell what became of the task."""
        after: Task = self._people[who].need("POST", _path(action, task), given)
        became = present.status(after["state"], after["status"])
        self._tell(who, f"{VERBS[action]} {task['label']}", became, f"POST .../actions/{action}")
        self._quote(given)
        return after

    def try_to(self, who: str, action: str, task: Task) -> None:
        """Try what is refused, and tell why."""
        answer = self._people[who].call("POST", _path(action, task), {})
        became = Text(f"{answer.status} {answer.body['code']}", "red")
        self._tell(who, f"tries to {action} {task['label']}", became, f"POST .../actions/{action}")
        self._print(present.refusal(answer.body), indent=12)

    def close(self, who: str, case: str, reason: str) -> None:
        """Close a case as a person does."""
        path = f"/cases/{case}/close"
        body = self._people[who].need("POST", path, {"reason": reason})
        self._tell(who, f"closes {case}", Text(body["state"], "dim"), f"POST {path}")
        self._quote({"reason": reason})

    def await_status(self, who: str, tasks: Iterable[Task], status: str) -> list[Task]:
        """Wait until the stream has brought tasks of a case to a status, and tell so."""
        wanted = {task["taskId"]: task["caseId"] for task in tasks}
        (case,) = set(wanted.values())
        deadline = time.monotonic() + PATIENCE_SECONDS
        with console.status("Waiting for the stream", spinner="line"):
            while True:
                found = [task for task in self.tasks(who, case) if task["taskId"] in wanted]
                if all(task["status"] == status for task in found):
                    break
                if time.monotonic() > deadline:
                    raise ObstacleError(f"The stream did not make these {status}: {', '.join(wanted)}.")
                time.sleep(LOOK_AGAIN_SECONDS)
        for task in found:
            self._told(
                CASETREE,
                f"{BY_ITSELF[status]} {task['label']}",
                present.status(task["state"], task["status"]),
                "stream -> hooks",
            )
        return found

    def _quote(self, given: Mapping[str, Any]) -> None:
        said = given.get("reason") or given.get("note")
        if said:
            self._print(Text(f'"{said}"', style="italic"), indent=12)
        if given.get("dueTime"):
            self._print(Text(f"due {present.moment(given['dueTime'])}", style="italic"), indent=12)

    def _tell(self, who: str, what: str, became: Text, call: str) -> None:
        self._told(self._names[who], what, became, call)

    def _told(self, who: str, what: str, became: Text, call: str) -> None:
        self._print(present.deed(who, what, became, call if console.width >= present.WIDE else ""))

    def _apart(self, thing: RenderableType) -> None:
        """Print with an empty line before and after, but never two of them."""
        self._gap_owed = True
        self._print(thing)
        self._gap_owed = True

    def _print(self, thing: RenderableType, indent: int = 2) -> None:
        if self._gap_owed:
            console.print()
        self._gap_owed = False
        console.print(Padding(thing, (0, 0, 0, indent), expand=False))


def _path(action: str, task: Task) -> str:
    return f"/tasks/{task['taskId']}/actions/{action}"
