"""The services of AWS, and what holds for all of them."""

from __future__ import annotations

from sandbox.services.aws.kms import KMS
from sandbox.services.aws.sns import SNS

SERVICES = (KMS, SNS)
