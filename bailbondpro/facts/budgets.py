"""AWS Budgets: who is told."""

MAX_EMAILS, MAX_TOPICS = 10, 1
"""Subscribers of one notification by e-mail and by SNS, 11 in all (AWS Budgets API reference,
NotificationWithSubscribers; unverified 2026-11-23)."""
