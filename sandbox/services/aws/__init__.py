"""The services of AWS, and what holds for all of them."""

from __future__ import annotations

from sandbox.model.rows import Service
from sandbox.services.aws.backup import BACKUP
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
from sandbox.services.aws.returned import databases, others
from sandbox.services.aws.rowless import ROWLESS
from sandbox.services.aws.s3 import S3
from sandbox.services.aws.secretsmanager import SECRETSMANAGER
from sandbox.services.aws.sns import SNS
from sandbox.services.aws.ssm import SSM

OTHERWISE = Service("otherwise", "", (), (*databases.ALIKE, *others.ALIKE))
"""Values that come back in another form, of types whose rows say nothing of them or that have none."""
SERVICES = (
    EVERYWHERE,
    OTHERWISE,
    *(BACKUP, BUDGETS, CLOUDWATCH, COSTEXPLORER, EC2, ECR, EKS, ELASTICACHE, IAM, KMS, LB),
    *(RDS, S3, SECRETSMANAGER, SNS, SSM),
    *ROWLESS,
)
