"""Amazon S3 and Amazon ECR: how long objects and images stay."""

MAX_DAYS = 3_650
"""Most days of a lifecycle rule here (our choice of 2026-11-29: ten years)."""
INFREQUENT_ACCESS_MINIMUM_DAYS = 30
"""S3 moves no object to Standard-IA earlier (Amazon S3 User Guide, "Transitioning objects using lifecycle"; unverified
2026-11-23)."""
MAX_ABORT_DAYS = 365
"""Most days until an unfinished upload is dropped (our choice of 2026-11-29: what the settings allow)."""
MIN_IMAGES, MAX_IMAGES = 5, 1_000
"""Images that a repository keeps (our choice of 2026-11-29: enough to go back, few enough to pay for)."""
