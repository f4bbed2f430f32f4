"""nginx: the release that the gateway runs, which is the one that the tests run."""

NGINX_VERSION = "1.31.3"
"""What nginx-unprivileged builds as mainline (Docker-nginx-unprivileged, mainline/debian/Dockerfile; read 2026-11-30).
Every answer that the documents promise was given by this release; another one may read requests in another way."""

NGINX_IMAGE = f"docker.io/nginxinc/nginx-unprivileged:{NGINX_VERSION}"
"""nginx that never was root (Docker-nginx-unprivileged, mainline/debian/Dockerfile; read 2026-11-30). Not the Alpine
build: its allocator maps and unmaps memory for every request (docs/performance.md)."""

OLDEST_NGINX = "1.27.4"
"""The first release that knows every directive of ours: `keepalive_min_timeout` since 1.27.4, `resolve` in upstreams
since 1.27.3, `http2` since 1.25.1 (Sources of these releases and of those before them; read 2026-11-30)."""
