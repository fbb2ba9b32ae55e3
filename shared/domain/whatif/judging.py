"""What if: a case is played twice, by the version that it went by and by another one, and the two are compared.

Both are given what people did, when they did it; between their steps, each gets what Casetree does by that version:
children are counted, dependents become ready, tasks follow, cascades run, timers fire. That the case comes out by its
own version as its history has it, commit by commit, shows that nothing is missing of what it depended on; where it
does not, it is not judged from there. Of what another case does, the history has only what this one heard.

After a step that would have been refused, the case goes on by the new version as if it had been taken by the old one,
and been migrated then: so what follows is judged on its own, and not for the lack of that step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product

from shared.domain.cases import case_type_of, new_case
from shared.domain.checks.worlds.people import People
from shared.domain.checks.worlds.world import World
from shared.domain.definitions.vocabulary import CREATE, MENDED, MIGRATED, SWITCHED
from shared.domain.definitions.workflow import CaseType, Workflow
from shared.domain.migrating.fitting import Change
from shared.domain.model.plan import Decision, Plan, Refusal
from shared.domain.model.task import Entry, Task, TaskId
from shared.domain.model.writes import AddEntry
from shared.domain.whatif.arrived import arrived, may_have_been_sent
from shared.domain.whatif.asked import Asked, asked_for
from shared.domain.whatif.by_itself import done_by_itself
from shared.domain.whatif.company import people_of, strangers
from shared.domain.whatif.compared import left, newly, stands, told
from shared.domain.whatif.past import Commit, Past, commits
from shared.domain.whatif.play import Play, Waits
from shared.domain.whatif.standing import carried_over, differences, is_stuck, unfit
from shared.domain.whatif.taken_along import came_to_light
from shared.domain.whatif.traces import Given
from shared.domain.whatif.verdict import Finding, Kind, Verdict
from shared.domain.whatif.versions import Versions, unknown

MISSING = Refusal("not_found", "There would be no such task.", rule="task")
"""Why nothing can be done with a task that the new version has not opened."""
NOBODY = "Nobody could act on any open task, and no timer runs."


class NotJudgedError(Exception):
    """What the case rests on is not in its history; the message says what."""


def what_if(versions: Versions, past: Past, now: datetime) -> Verdict:
    """What the new version would have made of the case, which has gone by the old one."""
    for sent in may_have_been_sent(versions.old, past):
        trial = _Trial(versions, past, sent)
        if trial.judge(now):
            break
    findings = (*trial.findings, *unfit(versions, trial.people, past, now))
    return Verdict(past.case.case_id, trial.step, findings)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the past: at which step, when, by whom, what was done, to which task."""

    step: int = 0
    action: str = ""
    task_id: TaskId | None = None
    at: datetime | None = None
    by: str | None = None


class _Trial:
    """Both plays of a case, as far as its history has been heard, and what is to be said of them by then."""

    def __init__(self, versions: Versions, past: Past, sent: str) -> None:
        self.last, self.past, self.sent = versions, past, sent
        first = min(past.entries, key=lambda e: (e.created_at, e.version), default=None)
        self.versions = (versions.by(first.workflow_version) if first is not None else None) or versions
        earlier = (each.old for each in versions.earlier.values())
        self.people = people_of(past, versions.old, versions.new, *earlier)
        self.was, self.would = self._nothing(self.versions.change.old), self._nothing(versions.change.new)
        self.at, self.now = _Place(), past.case.created_at
        self.step, self.begun = 0, False
        self.created: list[Task] = []
        self.parted: dict[TaskId, tuple[_Place, str]] = {}
        self.findings: list[Finding] = []

    def _nothing(self, workflow: Workflow) -> Play:
        """The case before it began."""
        known, case = case_type_of(workflow, self.past.case.case_type), self.past.case
        case_type = known if isinstance(known, CaseType) else next(iter(workflow.case_types.values()))
        new = new_case(case.created_at, workflow, case_type, case.case_id)
        return Play(World(workflow, self.people, replace(new, organization_id=case.organization_id)))

    def say(self, kind: Kind, place: _Place, rule: str, detail: str, code: str = "") -> None:
        """This is to be said of the case."""
        where = (place.step, place.action, place.task_id)
        self.findings.append(Finding(kind, *where, rule, detail, code, place.at, place.by))

    def judge(self, now: datetime) -> bool:
        """All that can be said has been said; whether that is so to the end."""
        try:
            self.hear()
            self.conclude(now)
        except NotJudgedError as reason:
            self.say("not_judged", self.at, "history", str(reason))
            return False
        return True

    def hear(self) -> None:
        """Both plays have got as far as the history goes; raises NotJudgedError where they cannot."""
        for commit in commits(self.past):
            self._hear(commit)
            self.created += newly(self.past, commit)
            self.was, self.would = self.was.knowing(self.created), self.would.knowing(self.created)
            self._compare()

    def _hear(self, commit: Commit) -> None:
        self._pass_time(commit.at)
        if commit.did(MIGRATED):
            self._migrate(commit)
            return
        if {entry.workflow_version for entry in commit.entries} != {self.versions.old.version}:
            raise NotJudgedError("It went by another version, to which it was not seen to be migrated.")
        if commit.did(MENDED):
            self._mend(commit)
        elif commit.did(SWITCHED):
            self._come_to_light(commit)
        else:
            self._play(commit)

    def _migrate(self, commit: Commit) -> None:
        """By its own version, the case goes by the next one from here on; it has been by the new one all along."""
        first = commit.entries[0]
        self.at = _Place(self.step, first.action, None, commit.at, commit.by.id if commit.by else None)
        to = self.last.by(first.workflow_version)
        change = Change(self.versions.change.old, to.change.old) if to is not None else None
        carried = carried_over(change, self.was, commit.at) if change is not None else None
        if to is None or carried is None:
            raise NotJudgedError(f"It was not seen how it was migrated to version {first.workflow_version}.")
        self.versions, self.was = to, carried.settled(commit.at)

    def _mend(self, commit: Commit) -> None:
        """What was broken never was, in a case that is played: so the doctor has led it to where it is."""
        self.at = _Place(self.step, MENDED, commit.entries[0].task_id, commit.at)
        for entry in (entry for entry in commit.entries if entry.task_id is not None):
            played = self.was.task(entry.task_id)
            if played is None or stands(played) != stands(entry):
                detail = f"By its own version, {entry.task_id} was not where that has led it."
                raise NotJudgedError(f"The doctor has mended the case. {detail}")

    def _come_to_light(self, commit: Commit) -> None:
        """A case that follows on another begins by both versions with what it took along, as that was."""
        if self.begun:
            return
        self.step, self.begun = self.step + 1, True
        self.at = _Place(self.step, SWITCHED, None, commit.at, commit.by.id if commit.by else None)
        try:
            self.was = came_to_light(self.was.world, self.past, commit)
        except LookupError as error:
            raise NotJudgedError(str(error.args[0])) from error
        self._carry_over()

    def _play(self, commit: Commit) -> None:
        if not self.begun and (commit.of_case is None or commit.of_case.action != CREATE):
            raise NotJudgedError("Its history has not got its beginning.")
        if commit.by is None:
            self._by_itself(commit)
            return
        self.step, self.begun = self.step + 1, True
        asked = asked_for(self.versions.change.old, self.past, commit)
        first = commit.entries[0]
        task_id = asked.task_id if asked is not None else first.task_id
        action = asked.action if asked is not None else first.action
        self.at = _Place(self.step, action, task_id, commit.at, commit.by.id)
        if asked is None:
            raise NotJudgedError(f"{action} is no action of the file.")
        self._ask(asked, commit)

    def _pass_time(self, now: datetime) -> None:
        """The timers of the new version have fired that were due by now, if sweeps came when they did."""
        before, self.would = self.would, self.would.elapsed(self.now, now, self._waits())
        self.now = max(self.now, now)
        if self.would is not before:
            self.at = _Place(self.step, at=self.now)
            self._compare()

    def _by_itself(self, commit: Commit) -> None:
        first = commit.entries[0]
        self.at = _Place(self.step, first.action, first.task_id, commit.at)
        try:
            done = self._done_by_itself(commit)
        except LookupError as error:
            raise NotJudgedError(str(error.args[0])) from error
        if done is not None:
            self._ask(done, commit)

    def _done_by_itself(self, commit: Commit) -> Asked | None:
        if self.begun:
            return done_by_itself(self.versions.change.old, self.past, commit, self.was)
        self.begun, begun = True, arrived(self.past, commit, self.sent)
        if begun is None:
            raise LookupError("It began with what another case had sent, and was deleted.")
        return begun

    def _ask(self, asked: Asked, commit: Commit) -> None:
        """The step is taken in both plays; in the one of the new version, if that would not refuse it."""
        given, people = self._as_it_was(asked, commit)
        missing = asked.task_id is not None and self.would.task(asked.task_id) is None
        decision = MISSING if missing else self._decided(self.would.among(people), asked, given, commit)
        if isinstance(decision, Plan):
            self.would = self.would.after(decision, commit.at)
            for rule, detail in unknown(self.versions, asked, commit):
                self.say("not_judged", self.at, rule, detail)
        elif commit.by is not None or asked.heard:
            self._refuse(asked, decision)

    def _decided(self, play: Play, asked: Asked, given: Given, commit: Commit) -> Decision:
        there = {name: play.translated(value) for name, value in given.items()}
        return play.decision(lambda context: asked.decide(context, there), commit.by, asked.task_id, self.now)

    def _as_it_was(self, asked: Asked, commit: Commit) -> tuple[Given, People]:
        """What was given, and among whom, so that the old version makes of it what the history has; there it is done.

        Raises NotJudgedError where it makes something else of all that may have been given.
        """
        if asked.task_id is not None and self.was.task(asked.task_id) is None:
            raise NotJudgedError("By its own version, there would be no such task.")
        refusals, recorded = list[str](), left(commit.entries)
        for people, given in product((self.people, strangers(self.people)), asked.inputs):
            decision = self._decided(self.was.among(people), asked, given, commit)
            if isinstance(decision, Refusal):
                refusals.append(told(decision))
            elif left(self._entries(decision)) == recorded:
                self.was = self.was.after(decision, commit.at)
                return given, people
        if len(refusals) == 2 * len(asked.inputs):
            raise NotJudgedError(f"By its own version, it would be refused: {''.join(refusals[:1])}")
        raise NotJudgedError("By its own version, something else would come of it.")

    def _entries(self, plan: Plan) -> Iterator[Entry]:
        """What the plan leaves in the history of the case itself."""
        entries = (write.entry for write in plan.writes if isinstance(write, AddEntry))
        return (entry for entry in entries if entry.case_id == self.past.case.case_id)

    def _refuse(self, asked: Asked, refusal: Refusal) -> None:
        """The case goes on as if the old version had taken the step, and it had been migrated then."""
        fields = {error.pointer.removeprefix("/").partition("/")[0] for error in refusal.errors}
        unknown_input = bool(fields) and fields <= asked.unsure
        kind: Kind = "not_judged" if unknown_input or refusal.code == "assignee_not_member" else "refused"
        self.say(kind, self.at, refusal.rule or refusal.code, told(refusal), refusal.code)
        self._say_parted()
        if is_stuck(self.would.world, self.versions.new):
            self.say("stuck", self.at, "somebody-can-act", NOBODY)
        self._carry_over()

    def _carry_over(self) -> None:
        """By the new version, the case goes on from where it is by its own; raises NotJudgedError if it cannot."""
        carried = carried_over(self.versions.change, self.was, self.now)
        if carried is None:
            raise NotJudgedError(f"As it was then, the case has no place in version {self.versions.new.version}.")
        self.would, self.parted = carried, {}

    def _compare(self) -> None:
        """It is known which tasks stand otherwise than they did, and since when."""
        now = differences(self.was, self.would)
        self.parted = {one: (self.parted.get(one, (self.at, ""))[0], detail) for one, detail in now}

    def _say_parted(self) -> None:
        for task_id, (place, detail) in self.parted.items():
            self.say("otherwise", replace(place, task_id=task_id or None), "status", detail)

    def _waits(self) -> Waits:
        """The timers that had not fired by then, though they were due: no sweep had come."""
        tasks = ((self.would.names.get(one, ""), self.was.task(one)) for one in self.was.names)
        return frozenset((name, timer.name, timer.at) for name, task in tasks if task for timer in task.timers)

    def conclude(self, now: datetime) -> None:
        """Time has gone on to now, and it is said how the case would stand; raises NotJudgedError as above."""
        for real in self.past.tasks:
            played = self.was.task(real.task_id)
            if played is None or (played.state, played.status) != (real.state, real.status):
                is_it = f"{played.state} / {played.status}" if played is not None else "not there"
                detail = f"By its own version, {real.task_id} is {is_it} in the end, not {real.state} / {real.status}."
                raise NotJudgedError(detail)
        self._pass_time(now)
        self._say_parted()
        if is_stuck(self.would.world, self.versions.new) and not is_stuck(self.was.world, self.versions.old):
            self.say("stuck", self.at, "somebody-can-act", NOBODY)
