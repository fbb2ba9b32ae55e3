"""What the shell knows of an AWS account is replaced, and what functions read while they are imported is there.

To be imported before anything of the functions.
"""

import os

import tests.conftest  # noqa: F401 (which does the former for the tests)

os.environ |= {"POWERTOOLS_METRICS_NAMESPACE": "Casetree", "POWERTOOLS_SERVICE_NAME": "bench"}
