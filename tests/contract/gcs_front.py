"""Serve what Google documents of Cloud Storage's XML API, from a folder: `python gcs_front.py PORT FOLDER KEYS`.

Google offers no server to run at home, and those of others take no object by its XML API, which is what the libraries
of lakes speak. This one keeps to https://cloud.google.com/storage/docs/xml-api and docs/request-preconditions: it
checks who signed (KEYS is a folder of public keys by e-mail address, with `.reader` behind those who may not write),
generations and their preconditions, ranges, uploads in parts, copies, lists in pages. A file of the folder is an
object, its time of change the generation.
"""

import base64
import json
import os
import secrets
import sys
import time
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import formatdate
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from pathlib import Path
from threading import RLock
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

PAGE = 1000
MATCH = "x-goog-if-generation-match"


class RefusedError(Exception):
    """An answer that is no success; `code` is Google's word for it."""

    def __init__(self, status: int, code: str, details: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.details = status, code, details


class Bucket:
    """The objects of one bucket: each change whole, one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.changing = folder, RLock()
        self.parts: dict[str, dict[int, bytes]] = {}
        self.marks: dict[tuple[str, int], tuple[str, int]] = {}
        self._latest = 0

    def generation(self, name: str) -> int:
        """Which version of an object is there; 0 for none."""
        path = self.folder / name
        return path.stat().st_mtime_ns // 1000 if path.is_file() else 0

    def read(self, name: str) -> tuple[bytes, int]:
        """An object and its generation."""
        with self.changing:
            if not (generation := self.generation(name)):
                raise RefusedError(404, "NoSuchKey", "The specified key does not exist.")
            return (self.folder / name).read_bytes(), generation

    def write(self, name: str, content: bytes, match: str | None) -> int:
        """Put an object whole, if the version that is there is the one that was expected."""
        with self.changing:
            if match is not None and int(match) != self.generation(name):
                raise RefusedError(
                    412, "PreconditionFailed", "At least one of the pre-conditions did not hold."
                )
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = self.folder.parent / f"{self.folder.name}.{secrets.token_hex(8)}"
            beside.write_bytes(content)
            self._latest = max(self._latest + 1, time.time_ns() // 1000)
            os.utime(beside, ns=(self._latest * 1000, self._latest * 1000))
            beside.rename(path)
            return self._latest

    def delete(self, name: str) -> None:
        """Take an object away."""
        with self.changing:
            self.read(name)
            (self.folder / name).unlink()

    def mark(self, name: str) -> tuple[int, str, int]:
        """An object's generation, its mark and its length."""
        with self.changing:
            known = name, self.generation(name)
            if known not in self.marks:
                content = self.read(name)[0]
                self.marks[known] = _etag(content), len(content)
            return known[1], *self.marks[known]

    def names(self, prefix: str) -> list[str]:
        """The objects whose names begin so, in the order of their bytes."""
        under = self.folder / prefix.rpartition("/")[0]
        found = (path for path in under.rglob("*") if path.is_file())
        names = (str(path.relative_to(self.folder)) for path in found)
        return sorted((name for name in names if name.startswith(prefix)), key=str.encode)


class Serving(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    buckets: Path
    keys: Path
    known: dict[str, Bucket]

    def answer(self) -> None:
        """Do what was asked, and answer in one piece."""
        asked = urlsplit(self.path)
        self.query = {name: each[0] for name, each in parse_qs(asked.query, keep_blank_values=True).items()}
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.told: dict[str, str] = {}
        try:
            self.check_who()
            bucket, _, name = asked.path.removeprefix("/").partition("/")
            status, content = self.do(self.bucket(unquote(bucket)), unquote(name))
        except RefusedError as refused:
            status, content = refused.status, _refusal(refused)
            self.told = {"Content-Type": "application/xml; charset=UTF-8"}
        length = self.told.pop("Content-Length", str(len(content)))
        head = "".join(f"{name}: {value}\r\n" for name, value in self.told.items())
        begin = f"HTTP/1.1 {status} {self.responses[status][0]}\r\n{head}Content-Length: {length}\r\n\r\n"
        self.wfile.write(begin.encode() + (b"" if self.command == "HEAD" else content))

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer  # noqa: N815

    def do(self, bucket: Bucket, name: str) -> tuple[int, bytes]:
        """What the method and the query ask for."""
        if not name:
            return self.list(bucket)
        if self.command in ("GET", "HEAD"):
            return self.get(bucket, name)
        if "uploads" in self.query or "uploadId" in self.query:
            return self.in_parts(bucket, name)
        if self.command == "PUT":
            content = self.body
            if source := self.headers.get("x-goog-copy-source"):
                content = bucket.read(unquote(source).lstrip("/").partition("/")[2])[0]
            self.describe(content, bucket.write(name, content, self.headers.get(MATCH)))
            return 200, b""
        bucket.delete(name)
        return 204, b""

    def get(self, bucket: Bucket, name: str) -> tuple[int, bytes]:
        """An object or a part of it."""
        content, generation = bucket.read(name)
        if self.query.get("generation", str(generation)) != str(generation):
            raise RefusedError(404, "NoSuchKey", "No such object.")
        self.describe(content, generation)
        if self.command == "HEAD":
            self.told["Content-Length"] = str(len(content))
        wanted = self.headers.get("Range", "").removeprefix("bytes=")
        if not wanted or self.command == "HEAD":
            return 200, content
        first, _, last = wanted.partition("-")
        begin = int(first) if first else max(0, len(content) - int(last))
        end = min(int(last) + 1, len(content)) if first and last else len(content)
        if begin >= len(content):
            raise RefusedError(416, "InvalidRange", "The requested range cannot be satisfied.")
        self.told["Content-Range"] = f"bytes {begin}-{end - 1}/{len(content)}"
        return 206, content[begin:end]

    def in_parts(self, bucket: Bucket, name: str) -> tuple[int, bytes]:
        """An upload that begins, goes on, ends or is given up."""
        upload = self.query.get("uploadId", "")
        if "uploads" in self.query:
            upload = secrets.token_hex(16)
            bucket.parts[upload] = {}
            return 200, _element("InitiateMultipartUploadResult", Bucket="", Key=name, UploadId=upload)
        if upload not in bucket.parts:
            raise RefusedError(404, "NoSuchUpload", "The requested upload was not found.")
        if self.command == "PUT":
            bucket.parts[upload][int(self.query["partNumber"])] = self.body
            self.told["ETag"] = _etag(self.body)
            return 200, b""
        parts = bucket.parts.pop(upload)
        if self.command == "DELETE":
            return 204, b""
        listed = [
            int(each.text or 0) for each in ElementTree.fromstring(self.body).iter() if _is_number(each)
        ]
        content = b"".join(parts[number] for number in listed)
        self.told["x-goog-generation"] = str(bucket.write(name, content, None))
        return 200, _element("CompleteMultipartUploadResult", Bucket="", Key=name, ETag=_etag(content))

    def list(self, bucket: Bucket) -> tuple[int, bytes]:
        """A page of the objects, those of a folder by the folder's name alone."""
        prefix, delimiter = self.query.get("prefix", ""), self.query.get("delimiter", "")
        after = max(self.query.get("start-after", ""), unquote(self.query.get("continuation-token", "")))
        contents: list[str] = []
        folders: dict[str, None] = {}
        more = ""
        for name in bucket.names(prefix):
            rest = name.removeprefix(prefix)
            folder = (
                prefix + rest.partition(delimiter)[0] + delimiter if delimiter and delimiter in rest else ""
            )
            if (folder or name) <= after or name <= after or folder in folders:
                continue
            if len(contents) + len(folders) == min(PAGE, int(self.query.get("max-keys", PAGE))):
                break
            more = folder or name
            if folder:
                folders[folder] = None
            else:
                contents.append(_listed(bucket, name))
        else:
            more = ""
        told = [f"<CommonPrefixes><Prefix>{escape(each)}</Prefix></CommonPrefixes>" for each in folders]
        told.append(f"<IsTruncated>{str(bool(more)).lower()}</IsTruncated>")
        if more:
            told.append(f"<NextContinuationToken>{escape(more)}</NextContinuationToken>")
        self.told["Content-Type"] = "application/xml; charset=UTF-8"
        inside = "".join(chain(contents, told))
        return (
            200,
            f"<?xml version='1.0' encoding='UTF-8'?><ListBucketResult>{inside}</ListBucketResult>".encode(),
        )

    def describe(self, content: bytes, generation: int) -> None:
        """What is told of an object beside its content."""
        self.told |= {
            "ETag": _etag(content),
            "Last-Modified": formatdate(generation / 1e6, usegmt=True),
            "x-goog-generation": str(generation),
            "x-goog-metageneration": "1",
            "x-goog-stored-content-length": str(len(content)),
            "Content-Type": "application/octet-stream",
        }

    def bucket(self, name: str) -> Bucket:
        """The bucket that the folder has."""
        if not name or not (self.buckets / name).is_dir():
            raise RefusedError(404, "NoSuchBucket", "The specified bucket does not exist.")
        return self.known.setdefault(name, Bucket(self.buckets / name))

    def check_who(self) -> None:
        """A token that a service account signed itself: https://google.aip.dev/auth/4111."""
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            signed, _, signature = token.rpartition(".")
            claims = json.loads(_decoded(signed.partition(".")[2]), parse_float=Decimal)
            who = Path(str(claims["iss"])).name
            reads_only = (self.keys / f"{who}.reader").exists()
            key: Any = load_pem_public_key(
                (self.keys / (f"{who}.reader" if reads_only else who)).read_bytes()
            )
            key.verify(_decoded(signature), signed.encode(), PKCS1v15(), SHA256())
        except (ValueError, KeyError, OSError, InvalidSignature) as error:
            raise RefusedError(401, "AuthenticationRequired", "Authentication required.") from error
        if int(claims["exp"]) < time.time():
            raise RefusedError(401, "AuthenticationRequired", "The token has expired.")
        if reads_only and self.command not in ("GET", "HEAD"):
            needed = "delete" if self.command == "DELETE" else "create"
            raise RefusedError(403, "AccessDenied", f"{who} does not have storage.objects.{needed} access.")


def _listed(bucket: Bucket, name: str) -> str:
    generation, mark, length = bucket.mark(name)
    when = datetime.fromtimestamp(generation / 1e6, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    told = {"Key": name, "Generation": generation, "MetaGeneration": 1, "LastModified": when}
    return _element("Contents", **told, ETag=mark, Size=length).decode()


def _element(name: str, **children: object) -> bytes:
    inside = "".join(f"<{child}>{escape(str(value))}</{child}>" for child, value in children.items())
    return f"<{name}>{inside}</{name}>".encode()


def _refusal(refused: RefusedError) -> bytes:
    return _element("Error", Code=refused.code, Message=refused.details, Details=refused.details)


def _etag(content: bytes) -> str:
    return f'"{md5(content).hexdigest()}"'


def _is_number(element: ElementTree.Element) -> bool:
    return element.tag.rpartition("}")[2] == "PartNumber"


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


if __name__ == "__main__":
    Serving.buckets, Serving.keys, Serving.known = Path(sys.argv[2]), Path(sys.argv[3]), {}
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Serving)
    server.daemon_threads = True
    server.serve_forever()
