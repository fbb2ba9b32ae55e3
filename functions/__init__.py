"""What AWS invokes: one folder for each Lambda function."""

import gc

from functions import prepared

COLLECTED_AFTER = 50_000
"""Objects that may come to be before Python looks for those that only refer to each other; by default, 700.

What a start makes, it keeps; so looking is for nothing then, and looking all the time was near a tenth of `api`'s.
An invocation leaves few such objects behind, of some hundred bytes each.
"""

# Before anything else is imported: a function is imported through this package.
gc.set_threshold(COLLECTED_AFTER)
# Before any value of Casetree is.
prepared.use()
