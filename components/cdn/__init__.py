"""The Cloudflare CDN: what it caches, for how long, and what it must never store.

The rules are pure data (`policy`, `plans`, `expressions`, `rules`, `security`) that can be evaluated without any
cloud (`explain`); `cdn.Cdn` turns them into resources. Nothing heavy is imported here, so the pure modules stay
importable in milliseconds: `from components.cdn.cdn import Cdn` pays for the provider's SDK only where it is used.
"""
