"""Certificates of Cloudflare's Origin CA: how long they may be valid."""

from typing import Literal

OriginDays = Literal[7, 30, 90, 365, 730, 1095, 5475]
"""Days that it issues certificates for (Cloudflare docs, "Origin CA certificates"; unverified 2026-11-23)."""
MAX_ORIGIN_DAYS: OriginDays = 5475
"""The longest of them, 15 years (Cloudflare docs, "Origin CA certificates"; unverified 2026-11-23)."""
