"""What the CDK runs: `cdk deploy`, with choices of infra/settings.py as `--context name=value`."""

from __future__ import annotations

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from infra.laptop_metrics import LaptopMetrics
from infra.settings import Settings, SettingsError
from infra.stack import CasetreeStack
from infra.workflows import WorkflowError, verify_workflows


def main() -> None:
    """Writes the stack's template; on AWS only one that keeps AWS's rules of good practice."""
    app = App()
    try:
        settings = Settings.from_context(app.node)
        verify_workflows()
    except (SettingsError, WorkflowError) as error:
        raise SystemExit(f"casetree: {error}") from error
    if settings.target == "aws":
        Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    CasetreeStack(app, settings)
    if settings.target == "local":
        LaptopMetrics(app, settings)
    app.synth()


if __name__ == "__main__":
    main()
