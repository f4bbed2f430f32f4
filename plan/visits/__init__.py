"""Ordinary visits of a zone, and what its rules make of them before and after a change.

`visit` is one request with all that a rule may ask of it, `table` the requests that come every day, `language` reads a
rule's expression and says of a visit whether it holds, does not, or cannot be known here (`values`: fields and
functions). `zone` puts visits through all rules of a zone in Cloudflare's order.
"""
