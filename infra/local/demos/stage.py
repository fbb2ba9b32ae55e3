"""A stage for demos: people call the HTTP API, and what they do is told as it happens."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from rich.console import RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from infra.local import clock, figure, functions, present
from infra.local.calls import Answer, Api
from infra.local.obstacle import ObstacleError
from infra.local.people import ORGANIZATIONS, PEOPLE, title
from infra.local.records import Stack
from infra.local.steps import console, step

PATIENCE_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.1
CASETREE = "Casetree"
DAY_SECONDS = 24 * 3600
INDENT = 2
Task = dict[str, Any]
T = TypeVar("T")


class Stage:
    """People who are signed in, and what they do, told as it happens."""

    def __init__(self, stack: Stack, by_itself: Mapping[str, str]) -> None:
        """`by_itself` says what Casetree does, by the status that comes of it: Ready, for example, is `readies`."""
        self.stack = stack
        self._by_itself = by_itself
        self._labels: dict[tuple[str, ...], str] = {}
        self._cases: set[str] = set()
        self._shown: dict[str, set[tuple[str, ...]]] = {}
        self._names = {person.name: person.display_name for person in PEOPLE} | {
            name: title(name) for name in ORGANIZATIONS
        }
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

    def show_below(self, thing: RenderableType) -> None:
        """Show what belongs to what was told last."""
        self._print(thing)
        self._gap_owed = True

    def get(self, who: str, path: str) -> Any:
        """Return what a person reads."""
        return self._people[who].need("GET", path)

    def find(self, who: str, path: str) -> Any:
        """Return what a person reads; None where there is nothing for them."""
        answer = self._people[who].call("GET", path)
        if answer.status not in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
            raise ObstacleError(f"GET {path} was refused: {answer.status} {answer.body}")
        return answer.body if answer.status == HTTPStatus.OK else None

    def tasks(self, who: str, case: str) -> list[Task]:
        """Return the tasks of a case as a person sees them."""
        return list(self.get(who, f"/cases/{case}/tasks")["items"])

    def task(self, who: str, case: str, type_name: str) -> Task:
        """Return the last open task of a type, in tree order: a person's before that of the organization above."""
        found = [task for task in self.tasks(who, case) if task["type"] == type_name and task["open"]]
        if not found:
            raise ObstacleError(f"There is no open {type_name} in {case}.")
        return found[-1]

    def create_case(self, who: str, prefix: str, numbers: Iterable[int], **body: Any) -> list[Task]:
        """Create a case under the first number that is not taken, and return its tasks."""
        for number in numbers:
            name = {"caseId": f"{prefix}-{number}", "displayName": f"{prefix.capitalize()} {number}"}
            answer = self._people[who].call("POST", "/cases", {**name, **body})
            if answer.status == HTTPStatus.CREATED:
                tasks: list[Task] = answer.body["tasks"]["items"]
                self._cases.add(name["caseId"])
                many = f"{len(tasks)} task{'s' if len(tasks) != 1 else ''}"
                self._tell(who, f"creates {name['caseId']}", Text(many, "cyan"), "POST /cases")
                return tasks
            if answer.status != HTTPStatus.CONFLICT:
                break
        raise ObstacleError(f"POST /cases was refused: {answer.status} {answer.body}")

    def create_task(self, who: str, case: str, type_name: str, under: Task | None = None, **given: Any) -> Task:
        """Create a task as a person does, where its type belongs or under another, and tell so."""
        path = f"/cases/{case}/tasks"
        parent = {"parentId": under["taskId"]} if under else {}
        task: Task = self._people[who].need("POST", path, {"type": type_name, **parent, **given})
        self._tell(who, f"creates {task['label']}", present.status(task["state"], task["status"]), f"POST {path}")
        self._quote(given)
        return task

    def act(self, who: str, action: str, task: Task, **given: Any) -> Task:
        """Take an action as a person does, and tell what became of the task."""
        what = present.does(self._label(who, action, task, given.get("option")), task["label"])
        after: Task = self._people[who].need("POST", _path(action, task), given)
        became = present.status(after["state"], after["status"])
        self._tell(who, what, became, f"POST .../actions/{action}")
        self._quote(given)
        return after

    def try_to(self, who: str, action: str, task: Task, **given: Any) -> None:
        """Try what is refused, and tell why."""
        answer = self._people[who].call("POST", _path(action, task), given)
        self._refused(who, f"tries to {action} {task['label']}", answer, f"POST .../actions/{action}")

    def try_to_read(self, who: str, what: str, path: str) -> None:
        """Try to read what is refused, and tell why."""
        self._refused(who, f"tries to read {what}", self._people[who].call("GET", path), f"GET {path}")

    def _refused(self, who: str, what: str, answer: Answer, call: str) -> None:
        if answer.status < HTTPStatus.BAD_REQUEST:
            raise ObstacleError(f"{call} by {who} was to be refused, but was answered: {answer.status}")
        self._tell(who, what, Text(f"{answer.status} {answer.body['code']}", "red"), call)
        self._print(present.refusal(answer.body), indent=INDENT + present.WHO)
        self._gap_owed = True

    def close(self, who: str, case: str, reason: str) -> None:
        """Close a case as a person does."""
        self.post(who, f"closes {case}", f"/cases/{case}/close", {"reason": reason})
        self._quote({"reason": reason})

    def post(self, who: str, what: str, path: str, body: Mapping[str, str]) -> Any:
        """Post what a person says about something that has a state, and tell what becomes of it."""
        answer = self._people[who].need("POST", path, body)
        self._tell(who, what, Text(answer["state"], "dim"), f"POST {path}")
        return answer

    def await_status(self, who: str, tasks: Iterable[Task], status: str) -> list[Task]:
        """Wait until the stream has brought tasks of a case to a status, and tell so."""
        wanted = {task["taskId"]: task["caseId"] for task in tasks}
        (case,) = set(wanted.values())

        def look() -> list[Task]:
            found = [task for task in self.tasks(who, case) if task["taskId"] in wanted]
            return found if all(task["status"] == status for task in found) else []

        return self._await(look, f"The stream did not make these {status}: {', '.join(wanted)}.")

    def await_task(self, who: str, case: str, type_name: str, status: str, *, by: str = "", verb: str = "") -> Task:
        """Wait until the last task of a type, in tree order, has a status, and a given assignee; tell so."""

        def look() -> list[Task]:
            found = [task for task in self.tasks(who, case) if task["type"] == type_name][-1:]
            return [task for task in found if task["status"] == status and by in ("", task["assignedParty"]["id"])]

        return self._await(look, f"The stream did not make {type_name} of {case} {status}.", verb)[0]

    def wait_for(self, look: Callable[[], T | None], otherwise: Callable[[], str]) -> T:
        """Look until there is something to see, and return it; `otherwise` says what did not come."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        with console.status("Waiting for the stream", spinner="line"):
            while not (found := look()):
                if time.monotonic() > deadline:
                    raise ObstacleError(otherwise())
                time.sleep(LOOK_AGAIN_SECONDS)
        return found

    def _await(self, look: Callable[[], list[Task]], otherwise: str, verb: str = "") -> list[Task]:
        found = self.wait_for(look, lambda: otherwise)
        for task in found:
            what = f"{verb or self._by_itself[task['status']]} {task['label']}"
            self._told(CASETREE, what, present.status(task["state"], task["status"]), "stream -> hooks")
        return found

    def await_rest(self) -> None:
        """Wait until the stream has nothing left to do: what is there now stays."""
        with console.status("Waiting for the stream", spinner="line"):
            if not functions.wait_until_at_rest(self.stack, PATIENCE_SECONDS):
                raise ObstacleError("The stream does not come to rest.")

    def advance(self, who: str, days: int) -> None:
        """Move the clock ahead, fire what is due, and show which timers of this story that were."""
        if self._gap_owed:
            console.print()
        self._gap_owed = False
        many = f"{days} day{'s' if days > 1 else ''}"
        with step(f"Moving the clock ahead by {many}, firing what is due", f"casetree advance {days}d"):
            fired = clock.advance(self.stack, days * DAY_SECONDS)
        own = [timer for timer in fired if timer.case_id in self._cases]
        labels = {timer.task_id: self.get(who, f"/tasks/{timer.task_id}")["label"] for timer in own}
        self.show(present.timer_table(own, labels=labels))

    def tree(self, who: str, case: str) -> None:
        """Show the trees of a case as a person sees them; what has not changed since the last time is dim.

        Where nothing says how wide a line may be, as in a pipe, it is the figure that the API draws.
        """
        drawn = figure.read(self._people[who].need("GET", f"/cases/{case}/tree", Accept="text/plain"))
        room = console.width - INDENT if console.is_terminal or "COLUMNS" in os.environ else None
        self._apart(*figure.drawn(drawn, room, present.STATUS_STYLES, self._shown.get(case, set())))
        self._shown[case] = {row.cells for row in drawn.rows}

    def options(self, who: str, action: str, task: Task) -> dict[str, str]:
        """Return which options an action offers to a person now, and what each is called."""
        return next((dict(_options(offer)) for offer in self._offers(who, task) if offer["name"] == action), {})

    def _offers(self, who: str, task: Task) -> list[dict[str, Any]]:
        return list(self.get(who, f"/tasks/{task['taskId']}/actions")["items"])

    def _label(self, who: str, action: str, task: Task, option: str | None = None) -> str:
        """What the action is called, or an option of it, as the list of what may be done says."""
        key = (task["type"], action, option or "")
        if key not in self._labels:
            for offer in self._offers(who, task):
                labels = {"": offer["label"], **dict(_options(offer))}
                self._labels.update({(task["type"], offer["name"], name): label for name, label in labels.items()})
        return self._labels.get(key, option or action)

    def _quote(self, given: Mapping[str, Any]) -> None:
        for line in present.given(given, self._names):
            self._print(line, indent=INDENT + present.WHO)

    def _tell(self, who: str, what: str, became: Text, call: str) -> None:
        self._told(self._names[who], what, became, call)

    def _told(self, who: str, what: str, became: Text, call: str) -> None:
        self._print(present.deed(who, what, became, call if console.width >= present.WIDE else ""))

    def _apart(self, *things: RenderableType) -> None:
        """Print with an empty line before and after, but never two of them."""
        self._gap_owed = True
        for thing in things:
            self._print(thing)
        self._gap_owed = True

    def _print(self, thing: RenderableType, indent: int = INDENT) -> None:
        if self._gap_owed:
            console.print()
        self._gap_owed = False
        if isinstance(thing, Text) and thing.no_wrap:
            console.print(Text(" " * indent) + thing, soft_wrap=True)
        else:
            console.print(Padding(thing, (0, 0, 0, indent), expand=False))


def _options(offer: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The options that an offered action has, with what each is called."""
    for option in offer.get("inputSchema", {}).get("oneOf", []):
        if "title" in option:
            yield option["properties"]["option"]["const"], option["title"]


def _path(action: str, task: Task) -> str:
    return f"/tasks/{task['taskId']}/actions/{action}"
