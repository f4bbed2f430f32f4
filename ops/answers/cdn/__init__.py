"""The edge of a stack: what it does with a URL, and Cloudflare's cache after a deployment."""
