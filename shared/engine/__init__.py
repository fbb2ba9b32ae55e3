"""Use cases: load, decide, commit; on a conflict the same again on fresh data.

- What every use case is given, and gives back: `session`, `inputs`, `cursors`.
- The steps that they share: `loading`, and, where a decision looks at more, `surroundings`, `counterparts` and `turns`;
  `replay` for idempotency keys; `committing`.
- Requests about cases and tasks: `cases`, `tasks`, `showing`, `migration`; about many tasks, and about queues: `bulk`,
  `queues`.
- Requests about people: `people`, `organizations`, `connections`, `invitations`, `administration`.
- What the engine does by itself, woken by the stream: `settle`, with `owed` for a task, `trees` for its parent and its
  children, `messages` for its other end; `counting` for the queues. Woken by the clock: `timers`.
- What operators ask for: `doctor`, with `doctor_requests`, `doctor_rounds` and `whole_cases`; `mass_migration`.
"""
