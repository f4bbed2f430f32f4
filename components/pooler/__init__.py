"""PgBouncer: a pool of connections for each database server."""
