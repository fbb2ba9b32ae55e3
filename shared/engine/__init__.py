"""Use cases: load, decide, commit; on a conflict the same again on fresh data."""
