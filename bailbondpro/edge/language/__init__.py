"""Cloudflare's rule language: `expressions` of `fields` that render to its text and are evaluated, `parse` reads it.

`matching` holds the many texts that a rule compares one string with, so that they are compared at once.
"""
