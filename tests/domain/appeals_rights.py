"""Who may do what in the workflow `appeals`: what appeals.md says, as tables.

They are written from the page ("Status", "Actions" and "Types"), not from the workflow's file, which is held to
them. Quoted is what a row or an exception comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Situation = Literal["assigned", "in_progress", "held", "blocked", "passed_on", "completed", "cancelled"]
"""A status; on hold comes in three: by a timed hold only, by an open child, by an open user child of its own type."""
FREE: frozenset[Situation] = frozenset({"assigned", "in_progress", "held"})
"""While only a timed hold keeps a task on hold, it has "all of its actions"."""
OPEN: frozenset[Situation] = FREE | {"blocked", "passed_on"}
CLOSED: frozenset[Situation] = frozenset({"completed", "cancelled"})
STATUS: Mapping[Situation, str] = {"held": "on_hold", "blocked": "on_hold", "passed_on": "on_hold"}

Standing = Literal[
    "assignee",  # and members, for an organization task: they "act as the assignee" (engine.md, People)
    "member",  # or admin, of the assigned organization; nobody where a person is assigned
    "assigner",
    "parent_member",  # of the parent's organization; an admin is one, too
    "parent_admin",
    "inside",
    "clerk",  # a member of clerk-of-the-board
    "administrator",
]


@dataclass(frozen=True)
class Row:
    """A row of the table of actions: who, in which situations; the code and the rule while children are open.

    What `never` names refuses it to everybody, in every situation.
    """

    who: tuple[Standing, ...]
    when: frozenset[Situation] = FREE
    blocked: tuple[str, str] = ("action_not_available", "not_blocked")
    never: str | None = None


CLOSES = ("open_children", "no_open_children")
"""Tree rule 4: "Completing a task with open children other than a timed hold: 409 `open_children`"."""

GENERIC: Mapping[str, Row] = {
    "start": Row(("assignee",), frozenset({"assigned", "held"})),
    "complete": Row(("assignee",), FREE, CLOSES),
    "cancel": Row(("assignee", "assigner", "parent_admin"), OPEN),
    "assign_to_person": Row(("member",)),
    "assign_to_organization": Row(("assignee",)),
    "reassign": Row(("assignee", "assigner", "parent_member"), OPEN),
    "place_timed_hold": Row(("assignee",)),
    "end_hold": Row(("assignee",), frozenset({"held"}), ("action_not_available", "on_timed_hold")),
    "add_instructions": Row(("assignee", "parent_member"), OPEN),
    "reopen": Row(("administrator",), CLOSED),
}
"""The table of actions. What is there "while open children ... keep a task on hold" has OPEN."""

PASSED_ON_BY_RULE_2 = ("assign_to_person", "assign_to_organization")
"""Rule 2 is for "organization and user": no other type is allowed as the parent of its own (rule 1)."""

WORK: Mapping[str, Row] = {name: row for name, row in GENERIC.items() if name not in PASSED_ON_BY_RULE_2}
TEAM = GENERIC
MAIL = {**TEAM, "change_type": Row(("member",))}
OF_ORGANIZATIONS = ("assign_to_person", "change_type")
"""Who has a task as a person has no members: "member or admin of the assigned organization"."""


def without(rows: Mapping[str, Row], *names: str) -> Mapping[str, Row]:
    """The rows but those of these names."""
    return {name: row for name, row in rows.items() if name not in names}


def own(name: str) -> Mapping[str, Row]:
    """A type's own action, which completes the task."""
    return {name: Row(("assignee",), FREE, CLOSES)}


@dataclass(frozen=True)
class Kind:
    """A type as it stands in a tree: whose it is, below which task of whom, and its rows of the table."""

    type: str
    party: str
    under: tuple[str, str] | None
    rows: Mapping[str, Row]
    situations: frozenset[Situation] = OPEN | CLOSED
    outside: bool = False

    @property
    def of_user(self) -> bool:
        """Whether a person is assigned, not an organization."""
        return self.party == "person"

    def __str__(self) -> str:
        below = "" if self.under is None else f" under {self.under[1]}'s {self.under[0]}"
        return f"{self.party}'s {self.type}{below}"


UNMOVED: frozenset[Situation] = CLOSED | {"assigned", "blocked"}
"""What is neither started nor put on hold for some days."""
NOT_PASSED_ON: frozenset[Situation] = FREE | CLOSED | {"blocked"}
BOARD = ("DistributionTask", "bva")
ROOT = ("RootTask", "bva")
HEARING = ("HearingTask", "bva")
RULING = ("DocketSwitchRulingTask", "person")
CLERKS = "clerk-of-the-board"
CLERICAL = without(TEAM, "assign_to_organization")
"""A docket switch is a clerk's: "organization task and a child for that clerk", and both close together."""


def team(
    name: str, organization: str, under: tuple[str, str], rows: Mapping[str, Row] = TEAM, *, outside: bool = False
) -> tuple[Kind, Kind]:
    """Of "organization and user": the organization's task, and that of the member to whom it was passed on."""
    first = Kind(name, organization, under, rows, outside=outside)
    return first, person(name, (name, organization), rows, outside=outside)


def mail(name: str, routed: str) -> tuple[Kind, ...]:
    """Mail: "created for [mail-team] and routed at once to the organization below as a child of the same type"."""
    then = team(name, routed, (name, "mail-team"), MAIL)
    return Kind(name, "mail-team", ROOT, MAIL), *then


def person(name: str, under: tuple[str, str], rows: Mapping[str, Row], *, outside: bool = False) -> Kind:
    """A person's task, which has no child of its own type."""
    return Kind(name, "person", under, rows, NOT_PASSED_ON, outside)


def alone(name: str, organization: str, under: tuple[str, str], rows: Mapping[str, Row] = WORK) -> Kind:
    """An organization's task of a type without user tasks."""
    return Kind(name, organization, under, rows, NOT_PASSED_ON)


KINDS: tuple[Kind, ...] = (
    # "RootTask, DistributionTask and HearingTask have no generic actions, but administrators may cancel the root."
    Kind("RootTask", "bva", None, {"cancel": Row(("administrator",), OPEN)}, UNMOVED),
    Kind("DistributionTask", "bva", ROOT, own("distribute"), UNMOVED),
    Kind("HearingTask", "bva", BOARD, {}, UNMOVED),
    # "JudgeAssignTask, DocketSwitchRulingTask and AssignHearingDispositionTask close only by their own action"
    person("JudgeAssignTask", ROOT, {**without(WORK, "complete", "cancel"), **own("assign_to_attorney")}),
    person("DocketSwitchRulingTask", BOARD, {**without(WORK, "complete", "cancel"), **own("rule")}),
    alone(
        "AssignHearingDispositionTask",
        "hearings-management",
        HEARING,
        {**without(WORK, "complete", "cancel"), **own("set_disposition")},
    ),
    # "JudgeDecisionReviewTask and BvaDispatchTask's organization task cannot be cancelled by hand"
    person("JudgeDecisionReviewTask", ROOT, without(WORK, "cancel")),
    Kind("BvaDispatchTask", "bva-dispatch", ROOT, {**TEAM, "cancel": Row((), never="passed_on")}),
    team("BvaDispatchTask", "bva-dispatch", ROOT)[1],
    person("AttorneyTask", ("JudgeDecisionReviewTask", "person"), WORK),
    *team("QualityReviewTask", "quality-review", ROOT),
    *team("TranslationTask", "translation", ROOT),
    *team("TranslationTask", "translation", BOARD),
    *team("FoiaTask", "privacy", ROOT),
    *team("ColocatedTask", "colocated", ("AttorneyTask", "person")),
    *team("InformalHearingPresentationTask", "vso", BOARD, outside=True),
    alone("EvidenceSubmissionWindowTask", "mail-team", BOARD),
    alone("EvidenceSubmissionWindowTask", "mail-team", HEARING),
    alone("ScheduleHearingTask", "hearings-management", HEARING),
    alone("NoShowHearingTask", "hearings-management", HEARING),
    alone("DecisionReviewTask", "pension", ROOT),
    person("EngineeringTask", ("AttorneyTask", "person"), WORK),
    # "visibility only; no actions"; and rule 1: "Timed holds take no children"
    Kind("TrackVeteranTask", "vso", ROOT, {}, CLOSED | {"in_progress"}, outside=True),
    Kind("TimedHoldTask", "person", ("AttorneyTask", "person"), {}, CLOSED | {"assigned"}),
    # "DocketSwitchMailTask by its own or `cancel`"; granted and denied ones "close only by `complete`"
    *team("DocketSwitchMailTask", CLERKS, BOARD, {**without(CLERICAL, "complete"), **own("send_to_judge")}),
    *team("DocketSwitchGrantedTask", CLERKS, RULING, without(CLERICAL, "cancel")),
    *team("DocketSwitchDeniedTask", CLERKS, RULING, without(CLERICAL, "cancel")),
    *mail("CongressionalInterestMailTask", "litigation-support"),
    *mail("ExtensionRequestMailTask", "colocated"),
    *mail("FoiaRequestMailTask", "privacy"),
    *mail("PrivacyActRequestMailTask", "privacy"),
    *mail("PrivacyComplaintMailTask", "privacy"),
    *mail("HearingRelatedMailTask", "hearing-admin"),
    *mail("PowerOfAttorneyRelatedMailTask", "colocated"),
    *mail("AddressChangeMailTask", "hearing-admin"),
    *mail("EvidenceOrArgumentMailTask", "colocated"),
    *mail("AodMotionMailTask", "aod-team"),
    *mail("AppealWithdrawalMailTask", "case-review"),
    *mail("DeathCertificateMailTask", "colocated"),
    *mail("ReconsiderationMotionMailTask", "litigation-support"),
    *mail("StatusInquiryMailTask", "litigation-support"),
    *mail("VacateMotionMailTask", "litigation-support"),
    *mail("OtherMotionMailTask", "litigation-support"),
)

BLOCKING_MAIL = (
    "CongressionalInterestMailTask",
    "ExtensionRequestMailTask",
    "FoiaRequestMailTask",
    "PrivacyActRequestMailTask",
    "PrivacyComplaintMailTask",
    "HearingRelatedMailTask",
    "PowerOfAttorneyRelatedMailTask",
)
OTHER_MAIL = (
    "AddressChangeMailTask",
    "EvidenceOrArgumentMailTask",
    "AodMotionMailTask",
    "AppealWithdrawalMailTask",
    "DeathCertificateMailTask",
    "ReconsiderationMotionMailTask",
    "StatusInquiryMailTask",
    "VacateMotionMailTask",
    "OtherMotionMailTask",
)
MAIL_TYPES = frozenset({*BLOCKING_MAIL, *OTHER_MAIL})
_INSIDE: frozenset[Standing] = frozenset({"inside", "administrator"})
_ASSIGNEE: frozenset[Standing] = frozenset({"assignee"})
CREATED: Mapping[str, Mapping[str, frozenset[Standing]]] = {
    # "DistributionTask if it is a blocking type and the distribution task is open; else RootTask"
    "RootTask": dict.fromkeys((*MAIL_TYPES, "TranslationTask", "FoiaTask", "DecisionReviewTask"), _INSIDE),
    "DistributionTask": {
        **dict.fromkeys((*BLOCKING_MAIL, "TranslationTask", "FoiaTask"), _INSIDE),
        # "A clerk creates `DocketSwitchMailTask`": it has "a child for that clerk", which nobody else can have.
        "DocketSwitchMailTask": frozenset({"clerk"}),
    },
    # "administrative action asked by an attorney"
    "AttorneyTask": {"ColocatedTask": _ASSIGNEE},
    "ColocatedTask": dict.fromkeys(("TranslationTask", "FoiaTask"), _ASSIGNEE),
}
"""The row `create_child`, by the type of the task above; all else is created by the engine, or by other actions."""
CHILDLESS = ("TrackVeteranTask", "TimedHoldTask")
"""All but these may have an EngineeringTask: "any open task", "created by administrators"."""

Relation = Literal[
    "nobody",
    "outsider",
    "stranger",
    "clerk",
    "member",
    "admin",
    "assignee",
    "assigner",
    "holder",
    "parent_member",
    "parent_admin",
    "administrator",
]
"""What somebody is to a task; each is nothing else to it, unless the table below says so."""
STANDINGS: Mapping[Relation, frozenset[Standing]] = {
    "nobody": frozenset(),
    "outsider": frozenset(),
    "stranger": frozenset({"inside"}),
    "clerk": frozenset({"inside", "clerk"}),
    "member": frozenset({"inside", "assignee", "member"}),
    "admin": frozenset({"inside", "assignee", "member"}),
    "assignee": frozenset({"inside", "assignee"}),
    "assigner": frozenset({"inside", "assigner"}),
    "holder": frozenset(),  # "A member who holds the open user child has none on its organization task."
    "parent_member": frozenset({"inside", "parent_member"}),
    "parent_admin": frozenset({"inside", "parent_member", "parent_admin"}),
    "administrator": frozenset({"inside", "administrator", "assignee"}),
}


def relations_to(kind: Kind, situation: Situation) -> tuple[Relation, ...]:
    """Those relations that there can be to such a task."""
    found: list[Relation] = ["nobody", "outsider", "stranger", "assigner", "administrator"]
    if "clerk-of-the-board" not in (kind.party, kind.under and kind.under[1]):
        found.append("clerk")
    found += ["assignee"] if kind.of_user else ["member", "admin"]
    if situation == "passed_on":
        found.append("holder")
    if kind.under is not None and kind.under[1] != "person":
        found += ["parent_member", "parent_admin"]
    return tuple(found)


def sees(kind: Kind, relation: Relation) -> bool:
    """People inside see all; others only what is assigned to them or to an organization of theirs."""
    if relation in ("member", "admin", "assignee", "holder"):
        return True
    if kind.outside and kind.of_user and relation in ("parent_member", "parent_admin"):
        return False
    return relation not in ("nobody", "outsider")


def standings(kind: Kind, relation: Relation) -> frozenset[Standing]:
    """What the relation makes of somebody here.

    "Administrators may do what an assignee may, on any task", so what the members of its organization may.
    Where the parent is the same organization's, its people are members here as well.
    """
    held = STANDINGS[relation]
    if relation == "administrator" and not kind.of_user:
        held |= {"member"}
    if relation in ("parent_member", "parent_admin") and kind.under is not None and kind.under[1] == kind.party:
        held |= STANDINGS["member"]
    return held - {"inside"} if kind.outside and relation in ("member", "admin", "assignee") else held


def may_create(kind: Kind, situation: Situation, relation: Relation, type_name: str) -> bool:
    """Whether somebody who is that to the task may create a child of the type under it now."""
    held = standings(kind, relation)
    if type_name == "EngineeringTask":
        return "administrator" in held and situation in OPEN and kind.type not in CHILDLESS
    if situation not in OPEN and not (kind.type == "RootTask" and situation == "completed" and type_name in MAIL_TYPES):
        return False
    return bool(held & CREATED.get(kind.type, {}).get(type_name, frozenset()))


EDITED = Row(("assignee",), frozenset({"assigned", "in_progress"}))
"""From "Status": "Properties of a task that is not active do not change, except by the actions named for it"."""
HANDED_BACK = Row(("administrator",), OPEN)
"""From "Actions": "a user task under an organization task of its own type is `cancelled`"; others by other ways."""


def rows_of(kind: Kind) -> Mapping[str, Row]:
    """All rows of the kind, with those for what is not listed, and for the children that may be created under it."""
    if kind.type in CHILDLESS:
        return kind.rows
    rows = dict(kind.rows)
    if "start" in rows:
        rows["edit"] = EDITED
    if "assign_to_person" in rows:
        passed_on = kind.under is not None and kind.under[0] == kind.type
        rows["hand_back"] = HANDED_BACK if passed_on else Row((), never="passed_on")
    by_type = CREATED.get(kind.type, {}).values()
    who = (standing for standings in by_type for standing in standings if standing != "clerk")
    # "A closed parent takes no child, except mail on a completed root".
    when: frozenset[Situation] = OPEN | {"completed"} if kind.type == "RootTask" else OPEN
    return {**rows, "create_child": Row(("administrator", *who), when)}


def casetree_does(kind: Kind, situation: Situation) -> frozenset[str]:
    """What Casetree itself may do to the task, where it is late: whatever stays open ends by a cascade."""
    if situation not in OPEN:
        return frozenset()
    found = {"end"}
    # Completed with the root: "by dispatch, with its TrackVeteranTasks".
    if kind.type in ("RootTask", "TrackVeteranTask"):
        found.add("conclude")
    # "timed: 90 days; then `completed`", and rule 6: "time ends it"
    if kind.type in ("EvidenceSubmissionWindowTask", "TimedHoldTask"):
        found.add("run_out")
    # It is due on the day of the hearing.
    if kind.type == "AssignHearingDispositionTask":
        found.add("remind")
    # "Organizations may auto-assign": what was not begun, held or passed on.
    if "assign_to_person" in kind.rows and not kind.of_user and situation == "assigned":
        found.add("assign_next")
    return frozenset(found)


@dataclass(frozen=True)
class Refused:
    """How an action is refused: the code, the rule, and who could, in the words of the page."""

    code: str
    rule: str
    who: frozenset[Standing]


def expected(kind: Kind, situation: Situation, relation: Relation, action: str) -> Refused | None:
    """None if the action is offered; else how it is refused."""
    row = rows_of(kind).get(action)
    if row is None:
        return Refused("not_allowed", "action", frozenset())
    never = "assigned_to_organization" if kind.of_user and action in OF_ORGANIZATIONS else row.never
    if never is not None:
        return Refused("not_allowed", never, frozenset())
    who = frozenset(row.who)
    if not standings(kind, relation) & who:
        return Refused("not_allowed", "who", who)
    if situation in row.when:
        return None
    statuses = {STATUS.get(s, s) for s in row.when}
    if STATUS.get(situation, situation) in statuses:
        return Refused(*row.blocked, who)
    return Refused("action_not_available", "from", who)


def uncreated(kind: Kind, situation: Situation, relation: Relation, type_name: str) -> frozenset[str]:
    """Nothing if such a child may be created; else the codes of the refusal: 403, or else 422, goes before 409."""
    if may_create(kind, situation, relation, type_name):
        return frozenset()
    if not may_create(kind, "assigned", relation, type_name):
        return frozenset({"not_allowed", "invalid_input"})
    # Blocking mail stands under the root once the distribution task is closed, whoever names that one.
    moved = kind.type == "DistributionTask" and type_name in BLOCKING_MAIL
    return frozenset({"invalid_input" if moved else "parent_closed"})
