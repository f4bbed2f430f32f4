"""S3 Object Lock: for how long versions stay.

It can be put on a bucket that exists, if that keeps versions, and never goes off again; versions cannot be suspended
any more (Amazon S3 API Reference, PutObjectLockConfiguration, and Amazon S3 User Guide, "Object Lock considerations";
read 2026-11-30).
"""

MODES = ("GOVERNANCE", "COMPLIANCE")
"""S3's two modes (Amazon S3 API Reference, DefaultRetention; read 2026-11-30)."""
MAX_DAYS, MAX_YEARS = 3_650, 10
"""Longest stay here (our choice of 2026-11-30: ten years, as everywhere; in COMPLIANCE a slip of the pen is for good).
S3 takes 36,500 days or 100 years (Amazon S3 API Reference, PutObjectLockConfiguration; unverified)."""
