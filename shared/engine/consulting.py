"""What administrators ask the doctor about one case."""

from __future__ import annotations

from collections.abc import Mapping

from shared.domain.model.people import Caller
from shared.domain.model.plan import FieldError
from shared.domain.words.kind import escape
from shared.engine import doctor
from shared.engine.doctor import Diagnosis, Repaired
from shared.engine.loading import check_version, gather, seen_case
from shared.engine.session import Identity, Request, Session, not_found, refuse

Given = Mapping[str, object]
MOST = 100
"""Findings that one request names."""
FIELDS = frozenset({"findings", "dryRun"})


def diagnosis(session: Session, identity: Identity, case_id: str) -> Diagnosis:
    """What does not hold of the case; raises Refused."""
    _admitted(session, identity, case_id, Request())
    found = doctor.diagnose(session, case_id)
    return found if found is not None else not_found("case")


def repair(session: Session, identity: Identity, case_id: str, given: Given, request: Request) -> Repaired:
    """The findings that the request names, or all, are repaired in the caller's name; raises Refused.

    Naturally idempotent: what is repaired already is not found again.
    """
    caller = _admitted(session, identity, case_id, request)
    wanted, dry_run = _read(given)
    done = doctor.repair(session, case_id, wanted, dry_run=dry_run, caller=caller)
    return done if done is not None else not_found("case")


def _admitted(session: Session, identity: Identity, case_id: str, request: Request) -> Caller:
    """The caller, an administrator; who does not see the case is not told that there is one."""
    gathered = gather(session, identity, case_id)
    _, case = seen_case(session, gathered)
    check_version(request, case.version)
    if not gathered.caller.administrator:
        refuse("not_allowed", "Only administrators may do this.", rule="who", who=("administrators",))
    return gathered.caller


def _read(given: Given) -> tuple[frozenset[str] | None, bool]:
    errors = [FieldError(f"/{escape(name)}", "There is no such field.") for name in given if name not in FIELDS]
    named, dry_run = given.get("findings"), given.get("dryRun", False)
    if not isinstance(dry_run, bool):
        errors.append(FieldError("/dryRun", "This must be true or false."))
    fits = named is None or (isinstance(named, list) and len(named) <= MOST and all(isinstance(i, str) for i in named))
    if not fits or ("findings" in given and named is None):
        errors.append(FieldError("/findings", f"This must be a list of up to {MOST} ids of findings."))
    if errors:
        refuse("invalid_input", "The input does not fit.", rule="input", errors=tuple(errors))
    return (frozenset(named) if isinstance(named, list) else None), bool(dry_run)
