"""Services of AWS whose types have no rows: what they refuse and compute beside what the schema says."""

from __future__ import annotations

from sandbox.services.aws.rowless.cloudfront import CLOUDFRONT
from sandbox.services.aws.rowless.dynamodb import DYNAMODB
from sandbox.services.aws.rowless.ecs import ECS
from sandbox.services.aws.rowless.efs import EFS
from sandbox.services.aws.rowless.functions import LAMBDA
from sandbox.services.aws.rowless.names import NAMES
from sandbox.services.aws.rowless.sqs import SQS

ROWLESS = (CLOUDFRONT, DYNAMODB, ECS, EFS, LAMBDA, NAMES, SQS)
