"""The services of AWS, and what holds for all of them."""

from __future__ import annotations

from sandbox.services.aws.budgets import BUDGETS
from sandbox.services.aws.cloudwatch import CLOUDWATCH
from sandbox.services.aws.costexplorer import COSTEXPLORER
from sandbox.services.aws.ec2 import EC2
from sandbox.services.aws.ecr import ECR
from sandbox.services.aws.eks import EKS
from sandbox.services.aws.elasticache import ELASTICACHE
from sandbox.services.aws.everywhere import EVERYWHERE
from sandbox.services.aws.iam import IAM
from sandbox.services.aws.kms import KMS
from sandbox.services.aws.lb import LB
from sandbox.services.aws.rds import RDS
from sandbox.services.aws.s3 import S3
from sandbox.services.aws.secretsmanager import SECRETSMANAGER
from sandbox.services.aws.sns import SNS
from sandbox.services.aws.ssm import SSM

SERVICES = (
    EVERYWHERE,
    *(BUDGETS, CLOUDWATCH, COSTEXPLORER, EC2, ECR, EKS, ELASTICACHE, IAM, KMS, LB),
    *(RDS, S3, SECRETSMANAGER, SNS, SSM),
)
