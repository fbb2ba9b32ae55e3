"""What a history entry may ask the stream hook to look at.

An entry only says where; what is due there is read from the items.
"""

DEPENDENTS = "dependents"
"""Those who wait for the closed task."""

PREREQUISITES = "prerequisites"
"""The task itself: a prerequisite may have closed while it was written."""

CASCADE = "cascade"
"""The open tasks of the closed case."""

CHILDREN = "children"
"""The parent, where the closing of the task is to be counted."""

BELOW = "below"
"""Whatever is open below the closed task."""

TURN = "turn"
"""The new task itself: its organization may assign by turns."""

TO_LIGHT = "to_light"
"""The tasks of a case that was staged, and can be seen from now on."""

OTHER_RULES = "other_rules"
"""Everything in the case, which goes by other rules from now on."""

MESSAGES = "messages"
"""The other end of the task: it is told what the task has sent."""

CONNECTION = "connection"
"""The task whose assignment waits for the connection."""

TEXTS = "texts"
"""The texts of the deleted task, which are taken away."""
