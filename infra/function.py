"""What all Lambda functions have in common, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Annotations, AssetHashType, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra import bundle, permissions
from infra.exemption import exempt
from infra.log import log_group
from infra.settings import Settings


class Packages(Construct):
    """The code that every function runs from, and the layer that nearly all of them do."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self.runtime = lambda_.Runtime(f"python{settings.python}", lambda_.RuntimeFamily.PYTHON)
        if settings.bundle == "skip":
            layer, code = bundle.stub("layer"), bundle.stub("code")
        else:
            platform = bundle.platform_of(settings)
            if platform.interpreter is None:
                self._warn_of_missing_bytecode(settings.python)
            layer, code = bundle.build_layer(platform), bundle.build_code(platform)
        self.code = _from(code)
        self.layer = lambda_.LayerVersion(
            self,
            "Layer",
            code=_from(layer),
            description="Third-party packages of Casetree",
            compatible_architectures=[lambda_.Architecture.ARM_64],
            compatible_runtimes=[self.runtime],
        )

    def _warn_of_missing_bytecode(self, version: str) -> None:
        Annotations.of(self).add_warning_v2(
            "casetree:bytecode",
            f"No Python {version} was found here, so the functions go without bytecode and start about three times "
            f"as slowly. Install one (uv python install {version}), or choose a runtime that is here "
            "(--context python=3.12).",
        )


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """What a function is for, how large it is, and what it may do."""

    description: str
    memory: int
    """MB; the share of a processor grows with it."""

    timeout: Duration
    environment: dict[str, str]
    statements: list[iam.PolicyStatement]
    third_party: bool = True
    """Whether it needs the layer; each start of a function on a laptop unpacks what it has."""


class Function(Construct):
    """A Lambda function with a log and a role of its own, which may do what is listed and nothing else."""

    def __init__(self, scope: Construct, name: str, purpose: Purpose, packages: Packages, settings: Settings) -> None:
        super().__init__(scope, name.capitalize())
        self.log = log_group(self, "Log", settings)
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"What Casetree's function {name} may do",
            inline_policies={
                "Permissions": iam.PolicyDocument(statements=[permissions.write_log(self.log), *purpose.statements])
            },
        )
        self.function = lambda_.Function(
            self,
            "Function",
            description=purpose.description,
            runtime=packages.runtime,
            # A fifth cheaper than x86-64 for the same work.
            architecture=lambda_.Architecture.ARM_64,
            code=packages.code,
            handler=f"functions.{name}.handler.handler",
            layers=[packages.layer] if purpose.third_party else [],
            memory_size=purpose.memory,
            timeout=purpose.timeout,
            environment={
                **purpose.environment,
                "POWERTOOLS_SERVICE_NAME": name,
                "POWERTOOLS_METRICS_NAMESPACE": settings.metrics_namespace,
                "POWERTOOLS_LOG_LEVEL": "INFO",
            },
            # Not to be changed: no other construct can widen what is listed above.
            role=iam.Role.from_role_arn(self, "FixedRole", self.role.role_arn, mutable=False),
            log_group=self.log,
            # As JSON, which what the functions write is anyway: else Lambda's own lines know no level.
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
            system_log_level_v2=lambda_.SystemLogLevel[settings.system_log_level],
        )
        exempt(
            self.function,
            "AwsSolutions-L1",
            "The runtime is moved on purpose, together with the bytecode in the packages.",
        )


def _from(asset: bundle.Asset) -> lambda_.AssetCode:
    return lambda_.Code.from_asset(str(asset.path), asset_hash=asset.hash, asset_hash_type=AssetHashType.CUSTOM)
