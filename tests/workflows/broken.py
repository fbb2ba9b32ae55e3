"""Mistakes that people make in workflow files, one in each, and what they are told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ERRANDS = Path(__file__).parent / "errands.yaml"
FAVOURS = Path(__file__).parent / "favours.yaml"
LETTERS = Path(__file__).parent / "letters.yaml"
MOVES = Path(__file__).parent / "moves.yaml"
HERE = "# here"


@dataclass(frozen=True)
class Broken:
    """A file, mostly `errands.yaml`, with `old` replaced by `new`; the line that ends in `# here` is to blame.

    Where no line can be marked, `at` is the line to blame. `also` is replaced as well.
    """

    rule: str
    old: str
    new: str
    reason: str
    hint: str = ""
    at: str = ""
    also: tuple[str, str] = (HERE, HERE)
    file: Path = ERRANDS

    @property
    def text(self) -> str:
        """The broken file."""
        whole = self.file.read_text(encoding="utf-8")
        assert whole.count(self.old) == 1, f"{self.old!r} stands {whole.count(self.old)} times in the file"
        return whole.replace(self.old, self.new).replace(*self.also)

    @property
    def line(self) -> int:
        """The line to blame."""
        lines = self.text.splitlines()
        return next(n for n, line in enumerate(lines, start=1) if (line == self.at if self.at else line.endswith(HERE)))


START = "    who: [group_queue_member, assignee]\n    guards: [not_anothers]\n    effects: [claim]\n"
DONE = "  done:     {state: Closed, status: Done, completed: true, stamp: closedAt}\n"
DROPPED = "  dropped:  {state: Closed, status: Dropped, stamp: closedAt}\n"
FINISH = "  finish:\n    from: [underway]\n    to: done\n    who: [assignee]\n"
REMIND = "    to: same\n    who: [engine]\n    guards: [due_time_passed]\n    effects: [mark_overdue]\n"
BUY = "  Buy:            {groupQueue: household, due: 2d}\n"
HOUSEHOLD = "  household: {label: Household, kind: queue}\n"

FILE = (
    Broken("file", "timers: {due: remind}\n", "timers: {due: remind}\n\tx: 1 # here\n", "This is not YAML", "Indent"),
    Broken("file", "label: Errands\n", "label: Errands: at home # here\n", "This is not YAML", "needs quotes"),
    Broken("file", "label: Errands\n", "label: Errands\nversion: 2 # here\n", "'version' stands here twice.", "line 4"),
    Broken("file", "version: 1\n", "version: 2026-11-22 # here\n", "YAML reads '2026-11-22' as timestamp", "quotes"),
    Broken("file", "version: 1\n", "version: !!int one # here\n", "'one' is no int.", "quotes"),
    Broken("file", "version: 1\n", "version: 0b_ # here\n", "'0b_' is no int.", "quotes"),
    Broken("file", "  put_back:\n", "  on: # here\n", "YAML reads the key 'on' as bool, not as text.", '"on"'),
    Broken("file", "  put_back:\n", "  [put, back]: # here\n", "A key must be text."),
    Broken("file", "hand_back:\n", "hand_back: &self # here\n  - *self\n", "This alias contains itself."),
    Broken("file", "  create: [inside, administrator]\n", "  create: *all # here\n", "found undefined alias", "quotes"),
    Broken(
        "file",
        "  create: [inside, administrator]\n",
        "  create: * # here\n",
        "This is not YAML",
        "Text that begins with * or & needs",
    ),
    Broken(
        "file", "label: Errands\n", 'label: "\\ud83d\\ude00" # here\n', "holds half of a character.", "eight digits"
    ),
    Broken("file", "  put_back:\n", '  "\\ud83d": # here\n', "holds half of a character.", "eight digits"),
    Broken("file", "version: 1\n", f"version: {'1' * 5000} # here\n", f"'{'1' * 119}...' is no int.", "in quotes."),
    Broken("file", "label: Errands\n", "label: \u0007 # here\n", r"The character '\x07' is not allowed."),
)

SCHEMA = (
    Broken(
        "schema", "visibility: inside_or_party", "visiblity: inside_or_party # here", "no key 'visiblity'", "Did you"
    ),
    Broken(
        "schema",
        "visibility: inside_or_party",
        "visibility: insiders # here",
        "no visibility 'insiders'",
        "'inside_or_party'",
    ),
    Broken(
        "schema",
        "  create: [inside, administrator]\n",
        "  create: [asignee] # here\n",
        "no relation to a case 'asignee'",
    ),
    Broken("schema", START, START.replace("assignee]", "asignee] # here"), "no relation 'asignee'", "'assignee'"),
    Broken("schema", START, START.replace("[claim]", "[clame] # here"), "no effect 'clame'", "'claim'"),
    Broken(
        "schema",
        START,
        START.replace("[not_anothers]", "[not_another] # here"),
        "no guard 'not_another'",
        "'not_anothers'",
    ),
    Broken("schema", START, START.replace("[claim]", "claim # here"), "Expected a list (`[a, b]`), not text."),
    Broken("schema", "note: {is: note}", "note: {is: notes} # here", "no kind of field 'notes'", "'note'"),
    Broken("schema", "note: {is: note}", "note: {is: text, maximum: 5} # here", "no key 'maximum'", "'max'"),
    Broken("schema", "note: {is: note}", "Note!: {is: note} # here", "'Note!' cannot be used here.", "letters"),
    Broken("schema", "note: {is: note}", "note: note # here", "Expected a mapping (`key: value`), not text."),
    Broken("schema", "version: 1\n", "version: 0 # here\n", "0 must be at least 1."),
    Broken("schema", "version: 1\n", "version: 1.0 # here\n", "Expected a whole number, not a number with a point."),
    Broken(
        "schema", "workflow: errands", 'workflow: "errands\\n" # here', r"'errands\n' cannot be used here.", "hyphens"
    ),
    Broken("schema", "  put_back:\n", '  "put_back\\n": # here\n', r"'put_back\n' cannot be used here.", "letters"),
    Broken("schema", "workflow: errands", f"workflow: {'E' * 200} # here", f"'{'E' * 119}...' cannot be used here."),
    Broken("schema", "version: 1\n", "version: first # here\n", "Expected a whole number, not text."),
    Broken("schema", "label: Errands\n", "label: 7 # here\n", "Expected text, not a whole number.", "quotes"),
    Broken("schema", "label: Errands\n", "label: 7.5 # here\n", "Expected text, not a number with a point.", "quotes"),
    Broken("schema", "label: Errands\n", 'label: "" # here\n', "Something must stand here."),
    Broken("schema", "label: Errands\n", f"label: {'E' * 101} # here\n", "is longer than 100."),
    Broken(
        "schema", "label: Errands\n", "", "The key 'label' is missing.", "as people read it", at="workflow: errands"
    ),
    Broken(
        "schema", "workflow: errands", "workflow: My errands # here", "'My errands' cannot be used here.", "hyphens"
    ),
    Broken("schema", "from: [ready]", "from: [] # here", "Something must stand here.", "at least one status"),
    Broken("schema", "from: [ready]", "from: [ready, ready] # here", "'ready' stands here twice."),
    Broken("schema", "    to: done\n", "    to: [] # here\n", "Something must stand here.", "at least one target"),
    Broken("schema", "    to: done\n", "    to: 7 # here\n", "Expected text or a list (`[a, b]`), not a whole number."),
    Broken(
        "schema", "    to: done\n", "    to: [{to: done, if: [x]}] # here\n", "no key 'if'", "Known here: to, when."
    ),
    Broken(
        "schema",
        "    to: done\n",
        "    to: [{to: done, when: [seen]}] # here\n",
        "Expected a mapping",
        "{visited: failed}",
    ),
    Broken(
        "schema",
        "    to: done\n",
        "    to: [{to: done, when: [{visted: done}]}] # here\n",
        "no key 'visted'",
        "'visited'",
    ),
    Broken("schema", HOUSEHOLD, HOUSEHOLD.replace("queue}", "group} # here"), "no kind of organization 'group'"),
    Broken(
        "schema", BUY, BUY.replace("2d", "two days").replace("\n", " # here\n"), "'two days' cannot be used", "`3d`"
    ),
    Broken("schema", BUY, "  'Buy #1': {} # here\n" + BUY, "'Buy #1' cannot be used here."),
    Broken("schema", "timers: {due: remind}", "timers: {doe: remind} # here", "no key 'doe'", "'due'"),
    Broken("schema", DONE, DONE.replace("closedAt}", "closed} # here"), "no time 'closed'", "'closedAt'"),
)

NAMES = (
    Broken("names-resolve", "from: [ready]", "from: [raedy] # here", "There is no status 'raedy'.", "'ready'"),
    Broken("names-resolve", "    to: done\n", "    to: gone # here\n", "There is no status 'gone'.", "'done'"),
    Broken("names-resolve", "action: wake}", "action: wake_up} # here", "There is no action 'wake_up'.", "'wake'"),
    Broken(
        "names-resolve", "{waiting: waiting,", "{waiting: wait, # here\n ", "There is no status 'wait'.", "'waiting'"
    ),
    Broken(
        "names-resolve", "timers: {due: remind}", "timers: {due: remember} # here", "There is no action 'remember'."
    ),
    Broken("names-resolve", "cascade: drop", "cascade: dropp # here\n   ", "There is no action 'dropp'.", "'drop'"),
    Broken(
        "names-resolve", "{action: put_back}", "{action: putback} # here", "There is no action 'putback'.", "'put_back'"
    ),
    Broken(
        "names-resolve",
        BUY,
        BUY.replace("household,", "houshold, # here\n   "),
        "no organization 'houshold'",
        "'household'",
    ),
    Broken(
        "names-resolve",
        BUY,
        "  Buy: {groupQueue: household, actions: [strat]} # here\n",
        "no action 'strat'",
        "'start'",
    ),
    Broken("names-resolve", "      entity: trip\n", "      identity: tripId # here\n", "no attribute 'tripId'"),
    Broken(
        "names-resolve",
        "note: {is: note}",
        "note: {is: note, max: 5} # here",
        "no option of a field of kind 'note' named 'max'",
    ),
    Broken(
        "names-resolve",
        "    to: done\n",
        "    to: [{to: done, when: [{visited: lost}]}] # here\n",
        "There is no status 'lost'.",
    ),
    Broken(
        "names-resolve",
        "prerequisites: {waiting: waiting, ready: ready, action: wake}\n\ncreate:\n",
        "create:\n",
        "There is no status 'by_prerequisites'.",
        "prerequisites: {waiting",
        at="  to: by_prerequisites",
    ),
)

STATUSES = (
    Broken(
        "statuses-make-sense", DROPPED, DROPPED.replace("Dropped", "Done").replace("}", "} # here"), "are the same pair"
    ),
    Broken(
        "statuses-make-sense",
        DROPPED,
        DROPPED.replace("stamp", "active: true, stamp").replace("}", "} # here"),
        "terminal",
    ),
    Broken("statuses-make-sense", DROPPED, "  dropped: {state: Closed, status: Dropped} # here\n", "stamps nothing"),
    Broken(
        "statuses-make-sense",
        "stamp: startedAt, measure: working}",
        "stamp: closedAt} # here",
        "is open, but stamps closedAt",
    ),
    Broken("statuses-make-sense", "tab: on_hold}", "completed: true} # here", "is open and completed at once"),
    Broken(
        "statuses-reachable",
        DROPPED,
        DROPPED + "  lost: {state: Closed, status: Lost, stamp: closedAt} # here\n",
        "'lost'",
    ),
    Broken(
        "open-statuses-have-a-way-out",
        DONE,
        DONE + "  limbo:    {state: Open, status: Limbo, open: true} # here\n",
        "A task of type 'Write the list' that gets to 'limbo' is never closed by anybody.",
        "with `open: false`",
        also=(FINISH, FINISH.replace("to: done", "to: limbo")),
    ),
    Broken("creation-is-open", "  to: by_prerequisites\n", "  to: [{to: done}] # here\n", "which is terminal"),
    Broken(
        "targets-decide",
        "    to: done\n",
        "    to: [{to: done, when: [{visited: ready}]}] # here\n",
        "nothing says where",
    ),
    Broken("targets-decide", "    to: done\n", "    to: [{to: done}, {to: dropped}] # here\n", "never looked at"),
    Broken(
        "conditions-are-remembered",
        "    to: done\n",
        "    to: [{to: dropped, when: [{visited: ready}]}, {to: done}] # here\n",
        "No task remembers whether it was ever 'ready'.",
        "remember: true",
    ),
)

ENGINE = (
    Broken("waits-end", "action: wake}", "action: remind} # here", "does not lead from 'waiting' to 'ready'"),
    Broken(
        "waits-end", "{waiting: waiting, ready: ready,", "{waiting: ready, ready: ready, # here\n ", "ready at once"
    ),
    Broken("waits-end", "ready: ready, action", "ready: done, # here\n  action", "'done' is terminal."),
    Broken("engine-acts", "action: wake}", "action: start} # here", "is to take 'start', but may not"),
    Broken(
        "engine-acts",
        "\ntimers: {due: remind}\n",
        "\n  tidy: # here\n    from: [ready]\n    to: same\n    who: [engine]\n\ntimers: {due: remind}\n",
        "Only Casetree itself may take 'tidy', and nothing makes it.",
    ),
    Broken(
        "engine-acts",
        REMIND + "    event: TaskOverdue\n\ntimers: {due: remind}\n",
        REMIND + "    input: {why: {is: note, required: true}}\n\ntimers: {due: remind} # here\n",
        "which needs 'why' as input",
    ),
    Broken("closing-ends-tasks", "cascade: drop}", "cascade: remind} # here", "tasks would stay open"),
    Broken(
        "closing-ends-tasks",
        "  drop:\n    from: [waiting, ready, underway]",
        "  drop:\n    from: [waiting]",
        "not while they are 'ready', 'underway'",
        at="  close: {who: [inside], cascade: drop}",
    ),
)

INPUTS = (
    Broken(
        "effects-have-their-input",
        "effects: [clear_person]",
        "effects: [set_assigned_party] # here",
        "reads the input 'assignedParty'",
    ),
    Broken(
        "effects-have-their-input",
        "    effects: [clear_person]\n",
        "    input: {groupQueue: {is: group_queue}}\n    effects: [set_group_queue] # here\n",
        "must be required, and never null",
    ),
    Broken(
        "fields-are-read", "note: {is: note}", "priority: {is: integer} # here", "Nothing reads the input 'priority'."
    ),
    Broken(
        "fields-are-read", "dueTime: {is: due_time}", "dueTime: {is: text} # here", "is read as due_time, not as text"
    ),
    Broken(
        "creation-fields-are-known",
        "prerequisites: {waiting: waiting, ready: ready, action: wake}\n\ncreate:\n  who: [inside, administrator]\n"
        "  to: by_prerequisites\n  fields:\n    description: {is: description}\n    dueTime: {is: due_time}\n"
        "    prerequisites: {is: prerequisites}\n",
        "create:\n  who: [inside, administrator]\n  to: ready\n"
        "  fields:\n    prerequisites: {is: prerequisites} # here\n",
        "there is no status to wait in",
    ),
    Broken("due-times-have-a-timer", "timers: {due: remind}\n", "", "no timer runs", at="    dueTime: {is: due_time}"),
    Broken("options-fit", "note: {is: note}", "note: {is: choice} # here", "Nothing can be chosen for 'note'."),
    Broken("options-fit", "note: {is: note}", "note: {is: integer, min: 3, max: 2} # here", "No value of 'note' fits"),
    Broken(
        "assignees-fit",
        BUY,
        "  Buy: {assigned_to: household, assigned_kind: queue} # here\n",
        "'assigned_to', 'assigned_kind' contradict each other.",
        "Keep one of them.",
    ),
    Broken(
        "assigning-fits",
        "timers: {due: remind}\n",
        "timers: {due: remind}\nassigning: {member: finish} # here\n",
        "does not take a user or a party",
        "Add `userId: {is: user, required: true}`",
    ),
    Broken(
        "hand-back-fits",
        "{action: put_back}",
        "{action: put_back, input: {why: x}} # here",
        "'put_back' takes no 'why'.",
    ),
    Broken("hand-back-fits", "{action: put_back}", "{action: drop} # here", "'drop' needs 'reason'."),
    Broken(
        "templates-fit",
        "{key: buy, type: Buy,",
        "{key: list, type: Buy, # here\n            ",
        "'list' stands here twice",
    ),
    Broken(
        "templates-fit", "{key: buy, type: Buy,", "{key: buy, type: By, # here\n            ", "no type 'By'", "'Buy'"
    ),
    Broken(
        "templates-fit",
        "prerequisites: [list]}",
        "prerequisites: [lsit]} # here",
        "no task with the key 'lsit'",
        "'list'",
    ),
    Broken(
        "templates-fit",
        "prerequisites: [list]}",
        "prerequisites: [buy]}",
        "wait for each other in a cycle",
        at="        shopping:",
    ),
    Broken("templates-fit", "prerequisites: [list]}", "colour: red} # here", "A new task takes no 'colour'."),
)

TREE = "tree: {on_hold: waiting, returned: ready, completed: done, cancelled: dropped, cascade: drop} # here\n\n"
TREES = (
    Broken("trees-fit", BUY, "  Buy: {parents: [Buy]} # here\n", "there are no trees here", "Add `tree:"),
    Broken("trees-fit", "timers:", TREE.replace("on_hold: waiting", "on_hold: done") + "timers:", "'done' is not open"),
    Broken("trees-fit", "timers:", TREE.replace("d: done", "d: dropped") + "timers:", "not terminal and completed"),
    Broken("trees-fit", "timers:", TREE.replace("d: dropped", "d: done") + "timers:", "not terminal and not completed"),
    Broken("trees-fit", "timers:", TREE.replace("d: ready", "d: waiting") + "timers:", "would be at work"),
    Broken("trees-fit", "timers:", TREE.replace("drop}", "remind}") + "timers:", "tasks would stay open"),
    Broken("names-resolve", "timers:", TREE.replace("d: ready", "d: raedy") + "timers:", "no status 'raedy'"),
    Broken("names-resolve", "timers:", TREE.replace("drop}", "dorp}") + "timers:", "no action 'dorp'"),
    Broken("engine-acts", "timers:", TREE + "timers:", "is to take 'drop', which needs 'reason' as input"),
    Broken(
        "trees-fit",
        BUY,
        "  Buy: {parents: [Write the list]} # here\n",
        "nobody can say which when creating it",
        "parentId: {is: parent}",
        also=("timers:", TREE.replace(" # here", "") + "timers:"),
    ),
    Broken(
        "templates-fit",
        "{key: buy, type: Buy, prerequisites: [list]}",
        "{key: buy, type: Buy} # here",
        "which a template cannot name",
        also=(BUY, "  Buy: {parents: [Write the list]}\n"),
    ),
    Broken("names-resolve", BUY, "  Buy: {parents: [By]} # here\n", "There is no type 'By'.", "'Buy'"),
    Broken("schema", "  put_back:\n", "  create: # here\n", "'create' cannot be used here.", "child_opened"),
    Broken("schema", BUY, "  Buy: {parents: all} # here\n", "There is no list of types, or `any` 'all'."),
    Broken("names-resolve", "timers:", TREE.replace("drop}", "drop, hold: Nap}") + "timers:", "no type 'Nap'"),
    Broken("names-resolve", "  to: by_prerequisites\n", "  to: by_children # here\n", "no status", "Only actions lead"),
    Broken("names-resolve", BUY, "  Buy: {members_of: crew} # here\n", "There is no organization 'crew'."),
    Broken("names-resolve", BUY, "  Buy: {begins: nowhere} # here\n", "There is no status 'nowhere'."),
    Broken("names-resolve", "timers:", TREE.replace("drop}", "drop, conclude: end}") + "timers:", "no action 'end'"),
    Broken("trees-fit", BUY, "  Buy: {under_completed: completed} # here\n", "by no action", "Add `conclude:"),
    Broken("follows-fit", BUY, "  Buy: {follows: [{opens: By}]} # here\n", "There is no type 'By'.", "'Buy'"),
    Broken("follows-fit", BUY, "  Buy: {opens_with: [{opens: By}]} # here\n", "There is no type 'By'.", "'Buy'"),
    Broken("follows-fit", BUY, "  Buy: {follows: [{opens: Buy, due: at}]} # here\n", "No action takes 'at'."),
    Broken("schema", BUY, "  Buy: {follows: [{open: Buy}]} # here\n", "There is no key 'open' here.", "'opens'"),
    Broken("schema", BUY, "  Buy: {queue: nowhere} # here\n", "There is no queue 'nowhere'."),
    Broken("timed-tasks-end", BUY, "  Buy: {lasts: 3d} # here\n", "no timer runs for it", "Add `timers: {time:"),
    Broken(
        "changes-fit",
        "      entity: trip\n",
        "      entity: trip\n      when_changed: {who: [{ends: Buy}]} # here\n",
        "There is no attribute 'who'.",
    ),
    Broken(
        "conditions-can-hold",
        "    to: done\n",
        "    to: [{to: dropped, when: [{asked: {note: x}}]}, {to: done}] # here\n",
        "The input 'note' may be anything.",
        "`choice`",
    ),
    Broken(
        "switches-fit",
        "    effects: [clear_person]\n",
        "    effects: [{switch_case: place}] # here\n",
        "has no one task at its top",
        "Let it begin with one task",
        also=("      entity: trip\n", "      entity: trip\n      attributes: {place: {is: boolean}}\n"),
    ),
    Broken(
        "switches-fit",
        "    effects: [clear_person]\n",
        "    effects: [{switch_case: place}] # here\n",
        "Nothing says what 'place' of the new case is.",
        "place: {is: boolean, required: true",
        also=("      entity: trip\n", "      entity: trip\n      attributes: {place: {is: boolean}}\n"),
    ),
    Broken(
        "switches-fit",
        "    effects: [clear_person]\n",
        "    effects: [{switch_case: place}] # here\n",
        "A 'Buy' cannot stand under the first task",
        "Add 'Buy' to its `parents`.",
        also=(
            "      entity: trip\n",
            "      entity: trip\n      attributes: {place: {is: boolean}}\n      begins: [{opens: Buy}]\n",
        ),
    ),
    Broken(
        "families-fit",
        BUY,
        "  Buy: {} # here\n",
        "of another family than a 'Buy' is of",
        "Write its `family` there",
        also=("      note: {is: note}\n", "      type: {is: task_type, family: food, required: true}\n"),
    ),
    Broken(
        "input-is-handed-up",
        BUY,
        "  Buy: {ends: when_delegated, follows: [{opens: Buy, children: [{opens: same, assignee: input}]}]} # here\n",
        "The input is given to a delegate",
        "Write `ends: at_once`",
    ),
    Broken("options-fit", "note: {is: note}", "note: {is: note, fixed: true} # here", "so it cannot be `fixed`"),
    Broken(
        "openings-end",
        BUY,
        "  Buy: {opens_with: [{opens: Write the list, children: [{opens: Buy}]}]} # here\n",
        "with which another 'Buy' would, without end",
        "Take one out of the circle",
    ),
    Broken(
        "locks-are-free",
        BUY,
        "  Buy: {one_open: [case], opens_with: [{opens: same}]} # here\n",
        "but two would open at once",
        "Take one out",
    ),
    Broken(
        "places-fit",
        BUY,
        "  Buy: {placed: [Write the list]} # here\n",
        "A 'Buy' does not stand under a 'Write the list'.",
        "`parents`",
    ),
    Broken("kinds-fit", BUY, "  Buy: {kinds: [food]} # here\n", "nobody can say which", "kind: {is: text}"),
    Broken(
        "names-differ",
        "  put_back:\n",
        "  put_back: # here\n",
        "is the name under which creating a child is listed",
        also=("  to: by_prerequisites\n", "  to: by_prerequisites\n  action: put_back\n"),
    ),
    Broken(
        "names-differ",
        BUY,
        "  Buy: {own_actions: {create: {from: [ready], to: done, who: [assignee]}}} # here\n",
        "'create' is what history calls something else.",
        "another name",
    ),
    Broken(
        "engine-acts",
        BUY,
        "  Buy: {actions: [wake, start, put_back, finish, remind]} # here\n",
        "Casetree itself takes 'drop' when the case is closed, and a 'Buy' has no such action.",
        "Add 'drop' to its `actions`.",
    ),
    Broken(
        "follows-fit",
        BUY,
        "  Buy: {follows: [{opens: Write the list, while_open: Buy}]} # here\n",
        "Nothing reads 'while_open' here.",
        "only `opens_with`",
    ),
    Broken("timed-tasks-end", BUY, "  Buy: {held_for: 3d} # here\n", "begins with a timed hold, but no type is one"),
    Broken(
        "assignees-fit",
        BUY,
        "  Buy: {assigned_to: household, members_of: household} # here\n",
        "'assigned_to' names no member of 'household'",
    ),
    Broken("schema", BUY, "  Buy: {ends: never} # here\n", "There is no end 'never'."),
    Broken("schema", BUY, "  Buy: {one_open: [house]} # here\n", "There is no scope 'house'."),
)

ENDS = (
    Broken(
        "hand-off-fits",
        FINISH,
        "  finish: # here\n    from: [underway]\n    to: done\n    who: [assignee]\n    guards: [{end: [owner]}]\n",
        "'end' speaks of the ends of a task, but tasks have only one here.",
        "Add `hand_off:",
    ),
    Broken(
        "hand-off-fits",
        BUY,
        "  Buy: {groupQueue: household, due: 2d, queue: case_organization} # here\n",
        "The case of a 'Buy' belongs to no organization.",
        "visibility: organization",
    ),
    Broken(
        "hand-off-fits",
        "      note: {is: note}\n",
        "      note: {is: note}\n    either: [[note], [why]] # here\n",
        "The action takes no 'why'.",
        "Add it to `input`.",
    ),
)
PUT_BACK = "    from: [underway]\n    to: ready\n"
DROP = "    to: dropped\n    who: [group_queue_member, engine]\n"
FLAGS = ", ".join(f"flag{number}: {{is: boolean}}" for number in range(10))
TRAY = "one_open: [case], created_by: [engine], actions: [complete, cancel, add, end]"
TO_A_PERSON = "input: {assignedParty: {is: party, of: [user], required: true}}, effects: [reassign]"
HAND_OVER = f"hand_over: {{from: [assigned, on_hold], to: by_children, who: [assignee], {TO_A_PERSON}}}"
READERS, DESKS = "    created_by_members_of: readers\n", "[parent_organization_member]"
LIVES = (
    Broken(
        "statuses-reachable",
        "guards: [not_anothers]",
        "guards: [something_awaited]",
        "No task ever gets to 'underway'.",
        "look at their `guards` and `who`",
        at="  underway: {state: Open, status: Under way, open: true, active: true, stamp: startedAt, measure: working}",
    ),
    Broken(
        "open-statuses-have-a-way-out",
        FINISH,
        FINISH + "    guards: [something_awaited]\n",
        "that gets to 'ready' is never closed by anybody",
        "`guards`",
        at="  ready:    {state: Open, status: Ready, open: true, active: true, measure: waiting}",
        also=(DROP, DROP.replace("group_queue_member, ", "")),
    ),
    Broken(
        "waits-end",
        "guards: [prerequisites_closed]",
        "guards: [something_awaited]",
        "goes on waiting as 'waiting' when there is nothing to wait for",
        "Casetree leads it on",
        at="  waiting:  {state: Open, status: Waiting, open: true, tab: on_hold}",
    ),
    Broken(
        "actions-have-somebody",
        "  put_back:\n",
        "  put_back: # here\n",
        "Nobody may ever take 'put_back'.",
        "never fit one and the same",
        also=(PUT_BACK, PUT_BACK + "    guards: [something_awaited]\n"),
    ),
    Broken(
        "types-begin",
        BUY,
        "  Buy: {groupQueue: household, created_by: [engine]} # here\n",
        "No task of type 'Buy' ever comes to be.",
        "who may create one",
    ),
    Broken(
        "somebody-can-act",
        START,
        START.replace("group_queue_member, assignee", "administrator"),
        "nobody can act",
        "give somebody an action",
        at="  Write the list: {groupQueue: household}",
        also=(DROP, DROP.replace("group_queue_member", "administrator")),
    ),
    Broken(
        "open-statuses-have-a-way-out",
        "visibility: inside_or_party",
        "visibility: organization",
        "A task of type 'Write the list' that gets to 'ready' is never closed by anybody, where nobody has it.",
        at="  ready:    {state: Open, status: Ready, open: true, active: true, measure: waiting}",
        # The case belongs to the first organization, and members of the other one do not see it.
        also=("\norganizations:\n", "\norganizations:\n  family: {label: Family, kind: team}\n"),
    ),
    Broken(
        "open-statuses-have-a-way-out",
        TRAY,
        f"{TRAY}, own_actions: {{{HAND_OVER}}}",
        "A task of type 'Request' that gets to 'assigned' is never closed by anybody",
        at="  assigned:  {state: open, status: assigned, open: true, active: true, stamp: assignedAt}",
        # A request is for members of the organization that has the tray; a person's tray has none.
        also=(READERS, f"{READERS}    who: {{complete: {DESKS}, cancel: {DESKS}}}\n"),
        file=LETTERS,
    ),
    Broken(
        "explored-whole",
        "      entity: trip\n",
        f"      entity: trip\n      attributes: {{{FLAGS}}} # here\n",
        "A case can begin in 1024 ways",
        "fewer attributes",
    ),
)
KEPT = """\
  Buy:
    groupQueue: household
    actions: [wake, start, drop, remind]
    who: {start: [parent_organization_admin], drop: [engine]}
    own_actions:
      leave: {from: [ready], to: dropped, who: [group_queue_member]}
"""
UNREAL = Broken(
    "open-statuses-have-a-way-out",
    BUY,
    KEPT,
    "A task of type 'Buy' that gets to 'underway' is never closed by anybody.",
    "say under `waived` why none can",
    at="  underway: {state: Open, status: Under way, open: true, active: true, stamp: startedAt, measure: working}",
)
"""Unproven: no `Buy` has a parent, so nobody starts one."""
TIMER = "timers: {due: remind}\n"


def waiver(said: str) -> str:
    """The timers, with a waiver."""
    return f"{TIMER}waived:\n  - {{{said}}} # here\n"


ENDING = (
    DROP
    + "    input:\n      reason: {is: note, required: true}\n\n  remind:\n    from: [waiting, ready, underway]\n"
    + REMIND
)
ENDING += f"    event: TaskOverdue\n\n{TIMER}"
OF_UNREAL = waiver("rule: open-statuses-have-a-way-out, type: Buy, status: underway, reason: No errand has a parent.")
OF_NOBODY = waiver("rule: somebody-can-act, type: Write the list, reason: There are always administrators.")
WAIVERS = (
    UNREAL,
    Broken("waivers-fit", TIMER, OF_UNREAL, "This waives nothing that was found.", "Take it out"),
    Broken(
        "waivers-fit",
        START,
        START.replace("group_queue_member, assignee", "administrator"),
        "What this waives is proven.",
        "Mend that",
        also=(ENDING, ENDING.replace("group_queue_member", "administrator").replace(TIMER, OF_NOBODY)),
    ),
    Broken("schema", TIMER, OF_UNREAL.replace(", reason: No errand has a parent.", ""), "The key 'reason' is missing."),
    Broken(
        "schema", TIMER, OF_UNREAL.replace("No errand has a parent.", "' '"), "' ' cannot be used here.", "in words"
    ),
    Broken("schema", TIMER, OF_UNREAL.replace("open-statuses-have-a-way-out", "explored-whole"), "There is no rule"),
)
DROPPING = "    from: [wanted, asked, doing]\n    to: dropped\n    who: [case_organization_member]\n"
FINISHING = "    to: done\n    who: [case_organization_member]\n"
NEIGHBOURS = "    guards: [{end: [standalone, partner]}]\n    input:\n"
HEARD = "    guards: [{end: [owner]}, {assignment: [accepted]}]\n    input:\n      note: {is: note}\n"
ASK = "    from: [wanted]\n    to: asked\n    who: [case_organization_member]\n    guards: [{end: [owner]}]\n"
TOLD = "      note: {is: note}\n    effects: [{tell: neighbour_finishes}]\n"
GIVEN = "priority: {is: integer, min: 0, required: true}"
BOTH_ENDS = (
    Broken(
        "ends-agree",
        "  neighbour_declines:\n    from: [asked, doing]\n",
        "  neighbour_declines: # here\n    from: [asked]\n",
        "Once all is heard, of a 'Favour' the owner's end is 'doing (accepted)', and the partner's 'dropped (decli",
        "'neighbour_declines' was dropped on the way: look at its `from` and `guards`.",
        file=FAVOURS,
    ),
    Broken(
        "ends-agree",
        "from: [asked, doing, done, dropped]",
        "from: [asked, doing, dropped]",
        "the owner's end is 'dropped (recalled)', and the partner's 'done (accepted)'",
        "'owner_drops' was dropped",
        at="  owner_drops:",
        file=FAVOURS,
    ),
    Broken(
        "ends-agree",
        ASK,
        ASK.replace("[wanted]", "[wanted, doing]").replace("[owner]", "[owner, partner]"),
        "the owner's end is 'doing (accepted)', and the partner's 'asked (accepted)'",
        "Let each end tell the other",
        at="hand_off:",
        file=FAVOURS,
    ),
    Broken(
        "somebody-can-act",
        NEIGHBOURS,
        NEIGHBOURS.replace("partner", "owner"),
        "A case gets to where its 'Favour (partner)' is 'doing (accepted)', and nobody there can act.",
        "Give somebody of its organization an action",
        at="  Favour: {queue: case_organization}",
        also=("        from: [asked, doing]\n", "        from: [asked]\n"),
        file=FAVOURS,
    ),
    Broken(
        "open-statuses-have-a-way-out",
        "guards: [{end: [owner, standalone]}]",
        "guards: [{end: [standalone]}]",
        "The owner's end of a task of type 'Favour' that gets to 'wanted (initial)' is never closed by anybody.",
        at="  wanted:  {state: Open, status: Wanted, open: true, active: true}",
        also=(HEARD, HEARD.replace("accepted", "sent")),
        file=FAVOURS,
    ),
    Broken(
        "waits-end",
        "    - {end: owner, statuses: [doing], assignment: [accepted]}\n",
        "    - {end: owner, assignment: [assigned]}\n",
        "The owner's end of a task of type 'Favour' waits as 'wanted (assigned)' for the other one, which nobody",
        "leave this out of `others_turn`",
        at="  others_turn:",
        file=FAVOURS,
    ),
    Broken(
        "engine-acts",
        "  neighbour_finishes:\n",
        "  neighbour_finishes: # here\n",
        "Casetree never takes 'neighbour_finishes': whenever it would, that is not offered.",
        # The owner's people, who are inside, do not see the partner's end.
        also=(FINISHING, FINISHING.replace("case_organization_member", "inside")),
        file=FAVOURS,
    ),
    Broken(
        "actions-have-somebody",
        "      agree:\n",
        "      agree: # here\n",
        "Nobody may ever take 'assign_agree'.",
        also=("{assignment: [received]}", "{assignment: [accepted]}"),
        file=FAVOURS,
    ),
    Broken(
        "statuses-reachable",
        "      to:\n        from",
        "      to: # here\n        from",
        "No end ever gets to the assignment status 'referred', which 'assign_to' asks for.",
        also=("[initial, declined,", "[initial, declined, referred,"),
        file=FAVOURS,
    ),
    Broken(
        "engine-acts",
        "  neighbour_finishes:\n",
        "  neighbour_finishes: # here\n",
        "Casetree never takes 'neighbour_finishes': whenever it would, that is not offered.",
        also=(HEARD, HEARD.replace("accepted", "sent")),
        file=FAVOURS,
    ),
    Broken(
        "hand-off-fits",
        "  ask:\n",
        "  ask: # here\n",
        "An assignment stays 'assigned' in 'asked', though it is to be sent there.",
        "Add `send` to the effects of 'ask'.",
        also=("    effects: [send]\n", ""),
        file=FAVOURS,
    ),
    Broken(
        "hand-off-fits",
        TOLD,
        TOLD.replace("note: {is: note}", GIVEN).replace("[{tell", "[edit_fields, {tell"),
        "'neighbour_finishes' can be neither taken nor dropped where it arrives",
        "Let it take what is given.",
        at="  neighbour_finishes:",
        also=(HEARD, HEARD.replace("note: {is: note}", GIVEN.replace("0", "5")) + "    effects: [edit_fields]\n"),
        file=FAVOURS,
    ),
    Broken(
        "hand-off-fits",
        TOLD,
        TOLD.replace("[{tell", "[{set_assignment: accepted}, {tell"),
        "'neighbour_finishes' can be neither taken nor dropped where it arrives: there is no other end.",
        "set no assignment there",
        at="  neighbour_finishes:",
        file=FAVOURS,
    ),
    Broken(
        "somebody-can-act",
        DROPPING,
        DROPPING.replace("case_organization_member", "assignee"),
        "A case gets to where its 'Favour (owner)' is 'asked (sent)', and nobody there can act.",
        at="  Favour: {queue: case_organization}",
        # Nobody has the task; that an administrator may act for whoever does helps nobody.
        also=("visibility: organization\n", "visibility: organization\nadministrators_act_as: [assignee]\n"),
        file=FAVOURS,
    ),
    Broken(
        "somebody-can-act",
        "    own_actions:\n      settle: {from: [wanted], to: done, who: [case_organization_member]}\n",
        "",
        "A case gets to where its 'Move' is 'wanted', and nobody there can act.",
        at="  Move:",
        file=MOVES,
    ),
    Broken(
        "waits-end",
        "guards: [prerequisites_closed]",
        "guards: [something_awaited]",
        "A task of type 'Favour' goes on waiting as 'waiting' when there is nothing to wait for.",
        "Casetree leads it on",
        at="  waiting: {state: Open, status: Waiting, open: true, tab: on_hold}",
        file=MOVES,
    ),
    Broken(
        "somebody-can-act",
        "  drop:\n    from: [waiting, wanted,",
        "  drop:\n    from: [wanted,",
        "A case gets to where its 'Favour' is 'waiting', and nobody there can act.",
        at="  Favour:",
        # It waits for its move, which is on hold for it.
        file=MOVES,
    ),
    Broken(
        "open-statuses-have-a-way-out",
        "      manage: {from: [doing], to: done, who: [case_organization_member]}\n",
        "      manage: {from: [doing], to: done, who: [inside]}\n",
        "A task of type 'Step' that gets to 'doing' is never closed by anybody.",
        # Below the partner's end, where nobody inside sees it.
        at="  doing:   {state: Open, status: Doing, open: true, active: true, stamp: startedAt}",
        file=MOVES,
    ),
)
GALLERY = (*FILE, *SCHEMA, *NAMES, *STATUSES, *ENGINE, *INPUTS, *TREES, *ENDS, *LIVES, *WAIVERS, *BOTH_ENDS)
