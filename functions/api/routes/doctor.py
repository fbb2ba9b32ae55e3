"""Routes of the doctor."""

from __future__ import annotations

from functions.api.routing import Call, Content, Reply, Routes

ROUTES = Routes("Doctor")


@ROUTES.add(
    "GET",
    "/cases/{caseId}/diagnosis",
    "Diagnose a case",
    Content("Diagnosis", "What is broken in the case; empty if nothing is."),
    refusals=(403, 404),
)
def diagnose(call: Call) -> Reply:
    """Compares everything that is stored of the case with the invariants. For administrators.

    Work that the engine has had to do for less than five minutes is no finding.
    """
    # What examines cases is asked for rarely, and by administrators: no other start is to wait for it.
    from functions.api.views import doctor as views  # noqa: PLC0415
    from shared.engine import doctor_requests  # noqa: PLC0415

    return Reply(views.diagnosis(doctor_requests.diagnosis(call.session, call.identity, call.path["caseId"])))


@ROUTES.add(
    "POST",
    "/cases/{caseId}/repairs",
    "Repair a case",
    Content("Repairs", "What was, or would be, done about each finding, and what is broken then."),
    body="RepairInput",
    versioned=True,
    refusals=(403, 404, 409, 412, 422),
)
def repair(call: Call) -> Reply:
    """Repairs the findings named by their ids, or all that can be. For administrators.

    With `dryRun` nothing happens yet: each repair says what would be stored differently. `If-Match` names a
    version of the case. Repairs take several commits, so there is no `Idempotency-Key`, and none is needed: a
    repeat repairs what is still broken, and nothing twice.
    """
    # As above.
    from functions.api.views import doctor as views  # noqa: PLC0415
    from shared.engine import doctor_requests  # noqa: PLC0415

    done = doctor_requests.repair(call.session, call.identity, call.path["caseId"], call.body, call.request)
    return Reply(views.repaired(done))
