"""What decisions read and plans do not guard: a skew that is tolerated, and named in the plan."""

SKEW = {
    "caller": "read with the task; deactivating somebody takes effect on their next request",
    "prerequisites": "a terminal status is final, and the hook looks again at a task left waiting",
    "holds": "an end that nobody read of fails the commit: what ends a hold writes its task as well",
    "held": "what is routed by whether a task is open goes where it would have gone a moment earlier",
    "ties": "who is connected once stays connected",
    "names": "the other side is shown the name that an organization had when it was told of it",
    "parties": "the doctor's assignee-active finds a party deactivated meanwhile",
}
"""What decisions read and plans do not guard, each with why that is safe."""
