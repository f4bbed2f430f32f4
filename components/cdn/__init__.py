"""The Cloudflare CDN as resources: records, settings, rulesets, failover and certificates of a zone.

What the edge does is said in the language of `edge`; `rulesets` turns those rules into resources. Nothing heavy is
imported here: `from components.cdn.cdn import Cdn` pays for the provider's SDK only where it is used.
"""
