"""What services say of files that they were given: checksums of objects and of the code of functions.

The engine sends the SHA-256 digest of every asset and archive: of a file its own, of a folder that of its contents in
another packing than the provider's, so that the value of a folder changes with its files and is otherwise made up.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, Any

from sandbox.model.checks import text
from sandbox.model.outputs import short_hash
from sandbox.model.rows import Follows

if TYPE_CHECKING:
    from sandbox.model.outputs import Inputs
    from sandbox.model.rows import Seen

_PART = 5 * 1024 * 1024
"""Bytes of a part of an upload (AWS SDK for Go, manager.DefaultUploadPartSize): larger objects come in several."""
_OBJECT = ("source", "content", "contentBase64")
_CODE = ("code", "s3Bucket", "s3Key", "s3ObjectVersion", "imageUri")


def _digest(asset: object) -> str:
    """The SHA-256 digest of an asset or archive, in hexadecimal digits; nothing where the engine sends none."""
    found = asset.get("hash") if isinstance(asset, dict) else None
    return found if isinstance(found, str) else ""


def _given(seen: Seen) -> bytes | None:
    """The bytes of an object, or None where they lie elsewhere."""
    inputs = seen.inputs
    if isinstance(inputs.get("content"), str):
        return str(inputs["content"]).encode()
    if isinstance(inputs.get("contentBase64"), str):
        try:
            return base64.b64decode(inputs["contentBase64"], validate=True)
        except binascii.Error:
            return None
    asset = inputs.get("source")
    if not isinstance(asset, dict):
        return None
    if isinstance(asset.get("text"), str):
        return str(asset["text"]).encode()
    found = seen.contents(str(asset["path"])) if isinstance(asset.get("path"), str) else None
    same = found is not None and hashlib.sha256(found).hexdigest() == _digest(asset)
    return found if same else None


def _stand_in(inputs: Inputs, names: tuple[str, ...], identity: str) -> str:
    """A digest that changes with what is given, where the bytes themselves cannot be had."""
    said = [_digest(inputs.get(name)) or str(inputs.get(name, "")) for name in names]
    return short_hash(identity, *said, length=64)


def _md5(value: bytes) -> bytes:
    return hashlib.md5(value, usedforsecurity=False).digest()


def etag(value: bytes) -> str:
    """The entity tag of an object (Amazon S3 API Reference, Object); what comes in parts has that of their digests."""
    if len(value) <= _PART:
        return _md5(value).hex()
    parts = [_md5(value[at : at + _PART]) for at in range(0, len(value), _PART)]
    return f"{_md5(b''.join(parts)).hex()}-{len(parts)}"


def _object(seen: Seen) -> dict[str, Any]:
    value, inputs = _given(seen), seen.inputs
    hidden = text(inputs, "serverSideEncryption").startswith("aws:kms") or bool(inputs.get("kmsKeyId"))
    other = _stand_in(inputs, _OBJECT, seen.id)
    algorithm = text(inputs, "checksumAlgorithm")
    sums = {"checksumCrc32": "CRC32", "checksumCrc32c": "CRC32C", "checksumCrc64nvme": "CRC64NVME"}
    sums |= {"checksumSha1": "SHA1", "checksumSha256": "SHA256"}
    found = {key: "" if name != algorithm else _checksum(name, value, other) for key, name in sums.items()}
    # With a key of KMS the tag is no digest of the contents, as S3 says.
    return {**found, "etag": etag(value) if value is not None and not hidden else other[:32]}


def _checksum(name: str, value: bytes | None, other: str) -> str:
    raw = bytes.fromhex(other)
    if value is not None and name == "CRC32":
        raw = binascii.crc32(value).to_bytes(4, "big")
    elif value is not None and name == "SHA1":
        raw = hashlib.sha1(value, usedforsecurity=False).digest()
    elif value is not None and name == "SHA256":
        raw = hashlib.sha256(value).digest()
    else:
        raw = raw[: {"CRC32": 4, "CRC32C": 4, "CRC64NVME": 8, "SHA1": 20}.get(name, 32)]
    return base64.b64encode(raw).decode()


def _code(seen: Seen) -> dict[str, Any]:
    digest = _digest(seen.inputs.get("code")) or _stand_in(seen.inputs, _CODE, seen.id)
    found = base64.b64encode(bytes.fromhex(digest)).decode()
    asset = seen.inputs.get("code")
    path = asset.get("path") if isinstance(asset, dict) else None
    value = seen.contents(path) if isinstance(path, str) else None
    size = len(value) if value is not None and hashlib.sha256(value).hexdigest() == digest else 0
    return {"codeSha256": found, "sourceCodeHash": found, **({"sourceCodeSize": size} if size else {})}


OBJECT = Follows(
    ("etag", "checksumCrc32", "checksumCrc32c", "checksumCrc64nvme", "checksumSha1", "checksumSha256"),
    _object,
    (*_OBJECT, "checksumAlgorithm", "serverSideEncryption", "kmsKeyId"),
)
"""Amazon S3 API Reference, Object: ETag; Amazon S3 User Guide, Checking object integrity."""
CODE = Follows(("codeSha256", "sourceCodeHash", "sourceCodeSize"), _code, _CODE)
"""AWS Lambda API Reference, FunctionConfiguration: CodeSha256, the SHA-256 of the package in Base64."""
