"""Comments for rendered configurations: why a line is there, above the first line of its kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Note:
    """A comment, and the lines it belongs to.

    Attributes:
        pattern: a regular expression that a line, without its indentation, begins with.
        why: the comment.
        every: True repeats it above every such line, False says it once.
    """

    pattern: str
    why: str
    every: bool = False


def annotated(text: str, notes: Iterable[Note]) -> str:
    """A text of one statement a line, with notes above the lines they belong to, as `#` comments."""
    left = [(re.compile(note.pattern), note) for note in notes]
    lines = []
    for line in text.splitlines():
        bare = line.lstrip()
        indent = line[: len(line) - len(bare)]
        for entry in [entry for entry in left if entry[0].match(bare)]:
            lines.append(f"{indent}# {entry[1].why}")
            if not entry[1].every:
                left.remove(entry)
        lines.append(line)
    return "\n".join(lines) + "\n"


NGINX = (
    Note("worker_processes ", "the cpu limit, rounded up; auto would count the node's cpus"),
    Note("worker_rlimit_nofile ", "two files for each proxied connection, the open-file cache, and a reserve"),
    Note("worker_shutdown_timeout ", "a stopping pod may finish requests as long as the longest read timeout"),
    Note("error_log stderr warn", "the container's log"),
    Note(
        "error_log stderr crit",
        "nginx's own errors name the whole request, with its query; the access log has the rest",
    ),
    Note("pid ", "/tmp is the only writable directory of the container"),  # noqa: S108 - a path inside the container
    Note("worker_connections ", "guide; both sides of a proxied request count, the pod's memory holds all"),
    Note("reset_timedout_connection ", "a client that is gone does not hold its buffers"),
    Note("gzip ", "guide: text only; images and documents are compressed already"),
    Note("open_file_cache ", "guide: descriptors and sizes of files that are served again and again"),
    Note("access_log /dev/stdout", "the container's log"),
    Note("server_tokens ", "no version in answers"),
    Note("client_max_body_size ", "nginx's own 1 MiB refuses scanned documents"),
    Note("log_format ", "one JSON document a request, without query strings: they carry personal data"),
    Note("set_real_ip_from ", "Cloudflare's ranges: from any other address CF-Connecting-IP is ignored"),
    Note("real_ip_header ", "rate limits, ip_hash and logs see the visitor, not Cloudflare"),
    Note("resolver ", "pods come and go without a reload: names are asked again every few seconds"),
    Note("absolute_redirect ", "redirects name the path alone: the pod's port is no visitor's"),
    Note("underscores_in_headers ", "an application would read X_Forwarded_For as X-Forwarded-For"),
    Note(
        r"map \$request_uri \$odd_path",
        "paths that can be read in two ways, and whatever is no plain path, are refused",
    ),
    Note(r"map \$request_uri \$asked_path", "what the log may know: the path alone"),
    Note(r"map \$upstream_http_", "empty where the application says its own"),
    Note("proxy_hide_header ", "headers of another owner, and names and versions of programs"),
    Note("proxy_ignore_headers ", "an answer of the application chooses no other location, pace or lifetime"),
    Note("return 503", "a maintenance: everybody gets the page, which nobody caches", every=True),
    Note("error_page ", "a page for who asks for pages, else JSON; never cached"),
    Note(r"map \$http_upgrade", "WebSockets pass; other requests leave Connection empty, so upstream connections stay"),
    Note(
        r"map \$uri \$open_lifetime",
        "guide: a year; where the application says nothing of its own, and not below a private path",
    ),
    Note(r"map \S+ \$said_lifetime", "an application may always shorten or forbid: what it says of a file counts"),
    Note(r"map \S+ \$unread_control", "a lifetime that is no number is no consent: the edge is told to store nothing"),
    Note(r"map \$status \$static_cache_control", "a missing file must not stay missing in every cache for a year"),
    Note(r"proxy_set_header X-Forwarded-For", "set, not appended to: what a client claims about itself is no evidence"),
    Note('proxy_set_header Forwarded ""', "from here on: what frameworks believe and only a proxy may say"),
    Note("proxy_next_upstream_tries ", "one retry: an upstream in trouble is not asked by every request again"),
    Note("proxy_request_buffering ", "nothing is spooled to disk, neither uploads nor answers"),
    Note("limit_req_zone .*zone=api", "guide: 10 requests a second for each client, counted in each gateway pod"),
    Note("limit_req_zone .*zone=login", "guide: 1 login a second for each client"),
    Note("limit_req_status ", "the default 503 says that the server is broken; 429 says that the client is too fast"),
    Note("limit_req_log_level ", "error lines carry query strings, and a flood must not flood the log too"),
    Note("zone upstream_", "shared by all workers; without it each counts failures and connections for itself"),
    Note("least_conn;", "guide: pages go to the pod with the fewest open requests", every=True),
    Note("ip_hash;", "guide: API clients stay with their pod", every=True),
    Note("server .* resolve", "a headless Service: the name stands for every ready pod"),
    Note("keepalive ", "idle connections kept for each worker"),
    Note("listen [0-9]+ default_server", "plain HTTP: probes come by address; a host that is none of ours gets 421"),
    Note("listen [0-9]+;", "plain HTTP under our names: everything but probes is redirected"),
    Note("server_name api", "hosts that serve less: the application's other routes do not exist on them"),
    Note(r"if \(\$request_method", "what applications are asked; hosts of public files are read only"),
    Note("proxy_pass_request_headers ", "public files: without credentials, without cookies"),
    Note(r"if \(\$uri", "the folder of public images holds nothing else, and nothing else is served"),
    Note("location = /health", "whether nginx lives; it says nothing about the pods behind it"),
    Note("location = /ready", "what the load balancer asks: nginx and at least one pod behind it"),
    Note("listen [0-9]+ ssl default_server", "whoever asks for none of our names gets no certificate"),
    Note("ssl_protocols ", "guide: TLS 1.2 and 1.3; its two cipher suites do not exist, these do"),
    Note("ssl_ciphers ", "forward secrecy and authenticated encryption only, for keys of either kind"),
    Note("ssl_session_tickets ", "ticket keys would have to be shared and rotated over all pods"),
    Note("ssl_verify_client ", "only Cloudflare has such a certificate (authenticated origin pulls)"),
    Note(
        "add_header .* always;",
        "on every answer, errors included; the edge adds Strict-Transport-Security where it is ours",
    ),
    Note(r"location ~\*", "whole segments in either case, with or without parameters; the first match wins"),
    Note("limit_req zone=api ", "so many above the rate pass at once, the next one gets 429"),
    Note("limit_req zone=login ", "stricter than the API's, and in place of it"),
    Note("location /static/", "fingerprinted files: any cache may keep them for a year"),
    Note("proxy_hide_header Cache-Control", "the year is decided here, whatever the application sends"),
    Note(r"location ~\* .*\^/api\(;", "the API: what no longer path takes"),
    Note("location / {", "pages; on plain HTTP the redirect"),
    Note("large_client_header_buffers ", "as much as Node.js takes; two cookies of 4 KiB exceed nginx's own 8 KiB"),
    Note("proxy_buffer_size ", "all headers of an answer: one cookie of 4 KiB exceeds the guide's 4 KiB, status 502"),
    Note("proxy_buffers ", "guide: 8 buffers of 4 KiB for pages"),
    Note("keepalive_timeout [0-9]+s", "less than Node.js keeps a connection (5 s), or a POST meets a closed one: 502"),
    Note(r"proxy_next_upstream .*http_500", "guide: the next pod is asked for these, but never for a POST"),
    Note("stub_status", "nginx's counters, for the metrics exporter in the same pod"),
)
"""Why nginx.conf says what it says."""

PGBOUNCER = (
    Note(r"\[databases\]", "one pool for each server; pool_size x (pods + 1 of a rollout) fits max_connections"),
    Note("unix_socket_dir ", "TCP only: the root file system is read-only"),
    Note("auth_type ", "no password crosses the network in clear"),
    Note("pool_mode ", "a server connection is held for one transaction, so many clients share few"),
    Note("max_client_conn ", "every pod's pools of the guide (20, 15, 10), surge included, on the last pooler left"),
    Note("max_prepared_statements ", "drivers' prepared statements work although transactions share connections"),
    Note("query_wait_timeout ", "a query that gets no connection fails before nginx gives up on it"),
    Note("ignore_startup_parameters ", "drivers send these; a shared connection cannot keep them"),
    Note("server_tls_sslmode ", "RDS refuses connections without TLS, and anyone may call himself a database"),
    Note("server_tls_ca_file ", "the roots of RDS in this region"),
    Note("server_login_retry ", "a server that comes back is tried again within a second"),
    Note("server_connect_timeout ", "short of query_wait_timeout, so that a dead server is an answer and no silence"),
    Note("server_lifetime ", "an hour each, so that connections move to a new primary and its memory is given back"),
    Note("server_idle_timeout ", "a quiet pool gives its connections back to the others"),
    Note("tcp_keepalive ", "a peer that vanished without a word is noticed"),
    Note("default_pool_size ", "for pools without a size of their own; every one above has one"),
    Note("client_tls_sslmode ", "case data stays encrypted between the nodes; pods check this certificate too"),
    Note("dns_max_ttl ", "RDS fails over by changing what the name resolves to"),
    Note("log_connections ", "every pod's connections would drown what matters"),
    Note("stats_users ", "whom the metrics exporter connects as"),
)
"""Why pgbouncer.ini says what it says."""
