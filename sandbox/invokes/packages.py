"""What small packages compute: files put into an archive, public keys and certificates, the addresses of Cloudflare."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sandbox.cloud import DIGEST, redacted
from sandbox.invokes.errors import LookUpError
from sandbox.model.outputs import short_hash
from sandbox.protocol.wire import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.invokes.answers import Asked

_EPOCH = (2049, 1, 1, 0, 0, 0)
"""The time of every file in an archive of the provider (terraform-provider-archive, zip_archiver.go)."""
_MODE = 0o644
_CLOUDFLARE_V4 = (
    "173.245.48.0/20 103.21.244.0/22 103.22.200.0/22 103.31.4.0/22 141.101.64.0/18 108.162.192.0/18 190.93.240.0/20 "
    "188.114.96.0/20 197.234.240.0/22 198.41.128.0/17 162.158.0.0/15 104.16.0.0/13 104.24.0.0/14 172.64.0.0/13 "
    "131.0.72.0/22"
)
_CLOUDFLARE_V6 = (
    "2400:cb00::/32 2606:4700::/32 2803:f800::/32 2405:b500::/32 2405:8100::/32 2a06:98c0::/29 2c0f:f248::/32"
)
"""https://www.cloudflare.com/ips-v4 and /ips-v6 (last changed 2023-09-28 by their own list; read 2026-11-29)."""


def archive(asked: Asked) -> dict[str, Any]:
    """Make the archive, as the provider does while it looks up, and say how large it is and what its digests are."""
    args = asked.args
    if args.get("type") not in {None, "zip"}:
        raise LookUpError(f"type: the sandbox makes zip archives only, got {args['type']!r}")
    target = asked.folder / str(args.get("outputPath") or "")
    if not args.get("outputPath"):
        raise LookUpError("outputPath: missing required property")
    excluded = {str(item) for item in args.get("excludes") or ()}
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
            for name, content in sorted(_contents(args, asked.folder), key=lambda pair: pair[0]):
                if name not in excluded:
                    _write(made, name, content)
        content = target.read_bytes()
    except OSError as error:
        raise LookUpError(f"error creating archive: {error.filename}: {error.strerror}") from error
    sha1, sha256, sha512 = (hashlib.new(kind, content) for kind in ("sha1", "sha256", "sha512"))
    return {
        **args,
        "id": sha1.hexdigest(),
        "outputSize": len(content),
        "outputMd5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "outputSha": sha1.hexdigest(),
        "outputSha256": sha256.hexdigest(),
        "outputSha512": sha512.hexdigest(),
        "outputBase64sha256": base64.b64encode(sha256.digest()).decode(),
        "outputBase64sha512": base64.b64encode(sha512.digest()).decode(),
    }


def _contents(args: dict[str, Any], here: Path) -> Iterator[tuple[str, bytes]]:
    if args.get("sourceContentFilename"):
        yield str(args["sourceContentFilename"]), str(args.get("sourceContent") or "").encode()
    elif args.get("sourceFile"):
        file = here / str(args["sourceFile"])
        yield file.name, file.read_bytes()
    elif args.get("sourceDir"):
        folder = here / str(args["sourceDir"])
        if not folder.is_dir():
            raise LookUpError(f"sourceDir: could not archive missing directory: {folder}")
        for file in folder.rglob("*"):
            if file.is_file():
                yield file.relative_to(folder).as_posix(), file.read_bytes()
    elif args.get("sources"):
        for item in args["sources"]:
            yield str(item["filename"]), str(item["content"]).encode()
    else:
        raise LookUpError("one of sourceContentFilename, sourceFile, sourceDir and sources must be given")


def _write(made: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = _MODE << 16
    made.writestr(entry, content)


def public_key(asked: Asked) -> dict[str, Any] | None:
    """The public half of a key that this sandbox made; of any other one nothing is known here."""
    for form in ("privateKeyPem", "privateKeyOpenssh"):
        given = asked.args.get(form)
        kept = (given, redacted(Secret(given)))  # the cloud keeps digests of what is marked as secret
        for item in asked.cloud.all() if given else ():
            if "publicKeyPem" in item.outputs and item.outputs.get(form) in kept:
                return _public(asked, item.outputs)
    return None


def _public(asked: Asked, outputs: dict[str, Any]) -> dict[str, Any]:
    names = ("publicKeyPem", "publicKeyOpenssh", "publicKeyFingerprintMd5", "publicKeyFingerprintSha256", "algorithm")
    kept = {name: value for name in names if (value := outputs.get(name)) is not None and DIGEST not in str(value)}
    return {**dict.fromkeys(names, ""), **kept, **asked.args, "id": short_hash("public", json.dumps(kept), length=40)}


def certificates(asked: Asked) -> dict[str, Any] | None:
    """The certificates of a host of the simulated cloud itself, such as a cluster's issuer: made up. No others."""
    url = str(asked.args.get("url") or "")
    host = urlsplit(url).hostname or ""
    if not host.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return None
    root = {
        "isCa": True,
        "sha1Fingerprint": short_hash("certificate", host, length=40),
        "subject": "CN=Sandbox Root CA",
        "issuer": "CN=Sandbox Root CA",
        "certPem": "",
        "notBefore": "2026-01-01T00:00:00Z",
        "notAfter": "2036-01-01T00:00:00Z",
        "publicKeyAlgorithm": "RSA",
        "serialNumber": str(int(short_hash("serial", host, length=12), 16)),
        "signatureAlgorithm": "SHA256-RSA",
        "version": 3,
    }
    leaf = {**root, "isCa": False, "subject": f"CN={host}", "sha1Fingerprint": short_hash("leaf", host, length=40)}
    return {"verifyChain": True, **asked.args, "certificates": [root, leaf], "id": short_hash("chain", host, length=40)}


def cloudflare_addresses(asked: Asked) -> dict[str, Any] | None:
    """The addresses from which Cloudflare asks origins; those of its partner in China are left to the seed file."""
    if asked.args.get("networks"):
        return None
    return {
        **asked.args,
        "etag": short_hash(_CLOUDFLARE_V4, _CLOUDFLARE_V6, length=32),
        "ipv4Cidrs": _CLOUDFLARE_V4.split(),
        "ipv6Cidrs": _CLOUDFLARE_V6.split(),
        "jdcloudCidrs": [],
    }


FUNCTIONS = {
    "archive:index/getFile:getFile": archive,
    "tls:index/getPublicKey:getPublicKey": public_key,
    "tls:index/getCertificate:getCertificate": certificates,
    "cloudflare:index/getIpRanges:getIpRanges": cloudflare_addresses,
}
