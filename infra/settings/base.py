"""What every area of the settings shares: the frozen model, the two enums, and the types of single values.

A type here refuses a value with what is allowed and the smallest fix; the loader turns both into a `Problem`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_after_validator_function

from bailbondpro.facts.instance_classes import Service, instance_classes
from bailbondpro.facts.windows import DAILY, WEEKLY
from infra.problems import nearest


class Environment(StrEnum):
    """Which of the two kinds of stack this is; decides sizes and protection, never the architecture."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"

    @classmethod
    def spelled(cls, value: object) -> object:
        """The value of a stack file or a tag with `dev` and `prod` in full; anything else as it is."""
        return _IN_FULL.get(value, value) if isinstance(value, str) else value

    @property
    def production(self) -> bool:
        """Whether such a stack serves users: it has two of what may fail, and keeps what it stores."""
        return self is Environment.PRODUCTION

    @property
    def short(self) -> str:
        """`dev` or `prod`: the tag's value, which running stacks have; another one would roll every node group."""
        return next(short for short, full in _IN_FULL.items() if full == self.value)


_IN_FULL = {"dev": "development", "prod": "production"}


class Phase(StrEnum):
    """The growth phase (scaling guide, Scaling Phases): 0-500 users, 500-1,500 users, 1,500 users and more."""

    OPTIMIZATION = "optimization"
    HORIZONTAL = "horizontal"
    MICROSERVICES = "microservices"


class Area(BaseModel):
    """One object of a stack file: frozen, camelCase keys, no unknown keys, no silent conversions."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=False,
        allow_inf_nan=False,
    )


def refusal(rule: str, allowed: str, fix: str) -> PydanticCustomError:
    """The error a value's own check raises: what is allowed and the smallest fix, under a rule's name."""
    return PydanticCustomError(rule, "{allowed}", {"allowed": allowed, "fix": fix})


@dataclass(frozen=True)
class Matching:
    """A check that a whole text matches a pattern.

    Attributes:
        pattern: Regular expression for the whole text.
        allowed: The same in words.
        example: A value that passes, offered as the fix.
    """

    pattern: str
    allowed: str
    example: str

    def __call__(self, value: str) -> str:
        """The value itself, if it matches."""
        if not re.fullmatch(self.pattern, value):
            raise refusal("format", self.allowed, f"write it like `{self.example}`")
        return value

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Runs this check after the text's own."""
        return no_info_after_validator_function(self, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Tells editors the pattern and an example."""
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$", "examples": [self.example.strip('"')]}


@dataclass(frozen=True)
class KnownClass:
    """A check that a text names an instance class of the table.

    Attributes:
        service: Whose classes.
    """

    service: Service

    def __call__(self, value: str) -> str:
        """The value itself, if the table has it."""
        known = instance_classes(self.service)
        if value not in known:
            close = nearest(value, known, count=3)
            allowed = ", nearest: ".join([self.allowed, ", ".join(close)] if close else [self.allowed])
            raise refusal("instance-class", allowed, f"use `{close[0] if close else next(iter(known))}`")
        return value

    @property
    def allowed(self) -> str:
        """What is allowed, in words."""
        return f"an instance class of the {self.service} table"

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Runs this check after the text's own."""
        return no_info_after_validator_function(self, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Tells editors the classes."""
        return {**handler(schema), "enum": list(instance_classes(self.service))}


def _network(*prefix_lengths: int) -> Callable[[str], str]:
    sizes = f"/{prefix_lengths[0]}" if len(prefix_lengths) == 1 else f"/{prefix_lengths[0]} to /{prefix_lengths[-1]}"

    def check(value: str) -> str:
        try:
            network = IPv4Network(value)
        except ValueError as error:
            raise refusal("cidr", f"an IPv4 CIDR block ({sizes}) without host bits", _network_fix(value)) from error
        if network.prefixlen not in prefix_lengths:
            fix = f"use `{network.network_address}/{prefix_lengths[0]}`"
            raise refusal("cidr", f"an IPv4 CIDR block of size {sizes}", fix)
        return value

    return check


def _network_fix(value: str) -> str:
    try:
        return f"use `{IPv4Network(value, strict=False)}`"
    except ValueError:
        return "write it like `10.10.0.0/16`"


_VPC_PREFIX, _WIDEST, _NARROWEST = 16, 12, 24

VpcCidr = Annotated[str, AfterValidator(_network(_VPC_PREFIX)), Field(examples=["10.10.0.0/16"])]
ServiceCidr = Annotated[str, AfterValidator(_network(*range(_WIDEST, _NARROWEST + 1)))]
ClientCidr = Annotated[str, AfterValidator(_network(*range(33))), Field(examples=["203.0.113.0/24"])]
Ec2Class = Annotated[str, KnownClass("ec2")]
RdsClass = Annotated[str, KnownClass("rds")]
CacheNodeType = Annotated[str, KnownClass("elasticache")]

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DomainName = Annotated[
    str,
    Field(max_length=253, examples=["bailbondpro.com"]),
    Matching(rf"({_LABEL}\.)+[a-z]{{2,63}}", "a lower-case domain name", "bailbondpro.com"),
]
Region = Annotated[
    str,
    Field(examples=["us-east-1"]),
    Matching(r"[a-z]{2}(-[a-z]+)+-\d", "an AWS region name", "us-east-1"),
]
AvailabilityZone = Annotated[str, Matching(r"[a-z]{2}(-[a-z]+)+-\d[a-z]", "an availability zone name", "us-east-1a")]
AccountId = Annotated[str, Matching(r"\d{12}", "an AWS account id: 12 digits in quotes", '"123456789012"')]
StackName = Annotated[
    str, Matching(r"[a-z][a-z0-9-]{0,29}", "a stack's name: a-z, 0-9 and -, begins with a letter, at most 30", "prod")
]
PrincipalArn = Annotated[
    str,
    Matching(
        r"arn:aws[a-z-]*:iam::\d{12}:(role|user)/[\w+=,.@/-]+",
        "the ARN of an IAM role or user (not of an assumed-role session)",
        "arn:aws:iam::123456789012:role/bailbondpro-deploy",
    ),
]
KubernetesName = Annotated[str, Matching(_LABEL, "an RFC 1123 label: a-z, 0-9 and -, at most 63", "court-schedules")]
Image = Annotated[
    str,
    Field(examples=["123456789012.dkr.ecr.us-east-1.amazonaws.com/bailbondpro@sha256:<64 hex digits>"]),
    Matching(
        r"[a-z0-9][a-z0-9._:/-]*?(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[a-f0-9]{64})?",
        "a container image: repository, then :tag or @sha256:digest (64 hex digits)",
        "registry.example.com/bailbondpro:1.4.2",
    ),
]
UrlPath = Annotated[
    str, Matching(r"/[A-Za-z0-9._~/-]*", "a URL path that starts with / and has no query", "/api/bonds/")
]
Email = Annotated[str, Matching(r"[^@\s]+@[^@\s]+\.[^@\s.]+", "an e-mail address", "ops@bailbondpro.com")]
CloudflareId = Annotated[
    str, Matching(r"[0-9a-f]{32}", "a Cloudflare id: 32 hex digits", "0123456789abcdef0123456789abcdef")
]

DailyWindow = Annotated[str, Matching(DAILY, "a daily UTC window", "07:00-08:00")]
WeeklyWindow = Annotated[
    str,
    Matching(WEEKLY, "a weekly UTC window", "sun:04:30-sun:05:30"),
]
LogRetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]
"""What CloudWatch Logs accepts as retention in days (CloudWatch Logs API, PutRetentionPolicy)."""


class Resources(Area):
    """Requests and limits of one container."""

    cpu_request_millicores: int = Field(
        ge=10, le=16000, description="CPU request in millicores; the HPA's percentages are of this. Guide: 500 for app."
    )
    memory_request_mib: int = Field(
        ge=16, le=65536, description="Memory request in MiB; the HPA's percentages are of this. Guide: 512 for app."
    )
    cpu_limit_millicores: int = Field(
        ge=10, le=16000, description="CPU limit in millicores (above it: throttled). Guide: 1000 for app."
    )
    memory_limit_mib: int = Field(
        ge=16, le=65536, description="Memory limit in MiB (above it: OOM kill). Guide: 1024 for app."
    )


def resources(cpu_request: int, memory_request: int, cpu_limit: int, memory_limit: int) -> Resources:
    """Resources from four numbers: millicores, MiB, millicores, MiB."""
    return Resources.model_validate(
        {
            "cpuRequestMillicores": cpu_request,
            "memoryRequestMib": memory_request,
            "cpuLimitMillicores": cpu_limit,
            "memoryLimitMib": memory_limit,
        }
    )
