"""The rules: pure, standard library only. Items, input, caller and time go in, a plan or a refusal comes out.

- What there is: `model`. What workflow files say: `definitions`, and their vocabulary in `words`.
- Decisions: `decide` on actions, of which `suggestion` names the one that comes next; `creation` and `children` on new
  tasks; `cases`, with `first_tasks`, `case_entry` and `attribute_changes`; `members`; and `settling`, which is what the
  engine owes a task.
- What they are made with: `drafts` of tasks, `trees` of parents and children, `ends` of tasks, the `graph` of
  prerequisites.
- What is counted and shown: `counts`, `pictures`.
- Versions of workflows: `checks` before one is accepted, `whatif` before it is used, `migrating` of cases to it.
- What must hold of every case: `doctor`.
"""
