"""Rows of Cloudflare's types alone."""
