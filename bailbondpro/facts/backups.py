"""AWS Backup and S3 Object Lock: how long recovery points and versions stay, and who can end that."""

MAX_DAYS = 3_650
"""Most days that a recovery point or a locked version is kept here (our choice of 2026-11-30: ten years)."""
LEAST_COOLING_OFF_DAYS = 3
"""A lock can be taken off for at least so long after it was put on for good (AWS Backup API Reference,
PutBackupVaultLockConfiguration, ChangeableForDays; unverified 2026-11-30)."""
LEAST_START_MINUTES, MOST_START_MINUTES = 60, 480
"""How long a job has to start: an hour is AWS Backup's least (AWS Backup API Reference, BackupRule; unverified
2026-11-30); eight are its default, and the most here, because the alarm on a day without a job counts on them."""
COMPLETION_WINDOW_MINUTES = 10_080
"""A job that has not ended by then is given up: 7 days are AWS Backup's own default (AWS Backup API Reference,
BackupRule; unverified 2026-11-30). The provider's are three hours, and a first copy of many documents takes longer
(terraform-provider-aws, schema of aws_backup_plan; read 2026-11-30)."""
APART_MINUTES = 60
"""AWS Backup starts no job of a database in its maintenance window and the hour before (AWS Backup Developer Guide,
Plan options and configuration, as others quote it; read 2026-11-30), nor in its backup window or too close to it
("inside or too close to the automated backup window": the message of such a job; how close is unverified)."""
START_WINDOW = "21:00-05:00"
"""When jobs start, UTC (our choice of 2026-11-30: they are started well before the databases' own windows)."""
RESTORE_USD_PER_GB = 0.02
"""What a restored GB of S3 costs in us-east-1 (AWS Backup pricing; unverified 2026-11-30)."""
