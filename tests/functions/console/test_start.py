import subprocess
import sys

from infra.bundle import ROOT
from tests.functions.console.test_site import ENVIRONMENT

IMPORT = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import functions.console.handler"


def test_the_function_needs_nothing_but_the_standard_library() -> None:
    """It is deployed without the layer of third-party packages, which every start on a laptop would unpack."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", IMPORT], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
