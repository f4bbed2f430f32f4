"""Cloudflare R2, object storage."""

from __future__ import annotations

from sandbox.model.replacement import Replaced
from sandbox.model.rows import schema_only

ROWS = (
    schema_only("cloudflare:index/r2Bucket:R2Bucket", "no stack has it", Replaced(("accountId", "location", "name"))),
)
