"""PostgreSQL on RDS: a Multi-AZ primary, asynchronous read replicas with endpoints of their own, shards and their map.

Nothing is imported here: `components.postgres.rds_authorities` is read where no provider's SDK may be loaded.
"""
