"""What administrators ask the doctor about one case."""

from __future__ import annotations

from shared.domain.model.people import Caller
from shared.domain.model.plan import FieldError
from shared.engine import doctor
from shared.engine.administration import check_administrator
from shared.engine.doctor import Diagnosis, Repaired
from shared.engine.inputs import Given, flag_errors, misfit, unknown_fields
from shared.engine.loading import check_version, gather, seen_case
from shared.engine.session import Identity, Request, Session, not_found

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
    check_administrator(gathered.caller)
    return gathered.caller


def _read(given: Given) -> tuple[frozenset[str] | None, bool]:
    errors = unknown_fields(given, FIELDS) + flag_errors(given, "dryRun")
    named = given.get("findings")
    fits = named is None or (isinstance(named, list) and len(named) <= MOST and all(isinstance(i, str) for i in named))
    if not fits or ("findings" in given and named is None):
        errors.append(FieldError("/findings", f"This must be a list of up to {MOST} ids of findings."))
    if errors:
        misfit(*errors)
    return (frozenset(named) if isinstance(named, list) else None), given.get("dryRun") is True
