"""AWS Backup and S3 Object Lock: how long recovery points and versions stay, and who can end that."""

MAX_DAYS = 3_650
"""Most days that a recovery point or a locked version is kept here (our choice of 2026-11-30: ten years)."""
LEAST_COOLING_OFF_DAYS = 3
"""A lock can be taken off for at least so long after it was put on for good (AWS Backup API Reference,
PutBackupVaultLockConfiguration, ChangeableForDays; unverified 2026-11-30)."""
START_WINDOW_MINUTES, COMPLETION_WINDOW_MINUTES = 480, 10_080
"""A job that has not started or not ended by then is given up: 8 hours and 7 days are AWS Backup's own defaults (AWS
Backup API Reference, BackupRule; unverified 2026-11-30). The provider's are an hour and three hours, and a first copy
of many documents takes longer (terraform-provider-aws, schema of aws_backup_plan; read 2026-11-30)."""
RESTORE_USD_PER_GB = 0.02
"""What a restored GB of S3 costs in us-east-1 (AWS Backup pricing; unverified 2026-11-30)."""
SCHEDULE = "cron(0 6 * * ? *)"
"""Once a day at 06:00 UTC (our choice of 2026-11-30: an hour before the databases' own backups: both read the disk)."""
