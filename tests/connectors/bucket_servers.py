"""Object storages, played: S3 by moto's server in a process of its own; Google's and Azure's as far as listing and reading go.

What the two say is what the real ones say, paths, headers and bodies as Google's JSON API and Azure's REST API are documented; the clients that
speak to them are the makers' own.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
import zlib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import md5
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from web import Seen, Web, http


@contextmanager
def moto_server(log: Path) -> Iterator[str]:
    """The address of an S3 that is empty."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with log.open("wb") as out:
        server = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stdout=out, stderr=out)
        try:
            for _ in range(600):
                with socket.socket() as there:
                    if there.connect_ex(("127.0.0.1", port)) == 0:
                        break
                assert server.poll() is None, log.read_text()
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


class Bucket:
    """Objects by key, listed in pages of two. `answer` is what a Web says."""

    def __init__(self, objects: dict[str, bytes], page: int = 2) -> None:
        self.objects, self.page = objects, page

    def listed(self, prefix: str, start: int) -> tuple[list[str], int | None]:
        keys = sorted(key for key in self.objects if key.startswith(prefix))
        return keys[start : start + self.page], start + self.page if len(keys) > start + self.page else None


class GoogleBucket(Bucket):
    """As the JSON API of Google Cloud Storage has it, one bucket called `there`."""

    def __call__(self, seen: Seen) -> bytes:
        at = urlsplit(seen.target)
        query = {name: values[0] for name, values in parse_qs(at.query).items()}
        if at.path == "/storage/v1/b/there/o":
            keys, more = self.listed(query.get("prefix", ""), int(query.get("pageToken", "0")))
            items = [self._object(key) for key in keys]
            said: dict[str, Any] = {"kind": "storage#objects", **({"items": items} if items else {})}
            return self._json(said | ({"nextPageToken": str(more)} if more else {}))
        key = unquote(at.path.removeprefix("/storage/v1/b/there/o/"))
        if key in self.objects and query.get("generation", self._generation(key)) == self._generation(key):
            return self._media(key, seen) if query.get("alt") == "media" else self._json(self._object(key))
        return self._json({"error": {"code": 404, "message": "The specified bucket does not exist.", "errors": []}}, 404)

    def _media(self, key: str, seen: Seen) -> bytes:
        data = self.objects[key]
        told = {"X-Goog-Hash": f"md5={b64encode(md5(data).digest()).decode()}", "X-Goog-Generation": self._generation(key)}
        part = re.fullmatch(r"bytes=(\d+)-(\d+)", seen.headers.get("range", ""))
        if part is None:
            return http(data, **told)
        some = data[int(part[1]) : int(part[2]) + 1]
        return http(some, 206, **told, Content_Range=f"bytes {part[1]}-{part[2]}/{len(data)}") if some else http(status=416)

    def _object(self, key: str) -> dict[str, Any]:
        data = self.objects[key]
        return {
            "kind": "storage#object", "name": key, "bucket": "there", "size": str(len(data)), "etag": f"E{self._generation(key)}",
            "generation": self._generation(key), "updated": "2026-01-02T03:04:05.678Z", "timeCreated": "2026-01-02T03:04:05.678Z",
            "md5Hash": b64encode(md5(data).digest()).decode(),
        }  # fmt: skip

    def _generation(self, key: str) -> str:
        return str(1_700_000_000_000_000 + zlib.crc32(self.objects[key]))

    @staticmethod
    def _json(said: Any, status: int = 200) -> bytes:
        return http(json.dumps(said).encode(), status, Content_Type="application/json; charset=UTF-8")


class AzureContainer(Bucket):
    """As the REST API of Azure Blob Storage has it, one container called `there` of the account devstoreaccount1."""

    def __call__(self, seen: Seen) -> bytes:
        at = urlsplit(seen.target)
        query = {name: values[0] for name, values in parse_qs(at.query).items()}
        if at.path == "/devstoreaccount1/there" and query.get("comp") == "list":
            keys, more = self.listed(query.get("prefix", ""), int(query.get("marker", "0")))
            blobs = "".join(self._blob(key) for key in keys)
            body = f'<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName="there"><Blobs>{blobs}</Blobs><NextMarker>{more or ""}</NextMarker></EnumerationResults>'  # noqa: E501
            return http(body.encode(), Content_Type="application/xml")
        key = unquote(at.path.removeprefix("/devstoreaccount1/there/"))
        if key not in self.objects:
            code = "BlobNotFound" if at.path.startswith("/devstoreaccount1/there/") else "ContainerNotFound"
            error = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>gone</Message></Error>".encode()
            return http(error, 404, Content_Type="application/xml", X_Ms_Error_Code=code)
        return self._read(key, seen)

    def _read(self, key: str, seen: Seen) -> bytes:
        data, tag = self.objects[key], self._tag(key)
        if seen.headers.get("if-match", tag) != tag:
            return http(b"", 412, X_Ms_Error_Code="ConditionNotMet")
        told = {"ETag": tag, "Last-Modified": "Fri, 02 Jan 2026 03:04:05 GMT", "x-ms-blob-type": "BlockBlob", "Content-Type": "text/plain"}
        part = re.fullmatch(r"bytes=(\d+)-(\d*)", seen.headers.get("x-ms-range", seen.headers.get("range", "")))
        if part is None:
            return http(data, **told)
        if not data:
            return http(b"", 416, X_Ms_Error_Code="InvalidRange")
        last = min(int(part[2] or len(data)), len(data) - 1)
        return http(data[int(part[1]) : last + 1], 206, **told, Content_Range=f"bytes {part[1]}-{last}/{len(data)}")

    def _tag(self, key: str) -> str:
        return f'"0x{zlib.crc32(self.objects[key]):X}"'

    def _blob(self, key: str) -> str:
        facts = {"Content-Length": len(self.objects[key]), "Etag": self._tag(key).strip('"'), "Last-Modified": "Fri, 02 Jan 2026 03:04:05 GMT"}
        told = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in {**facts, "BlobType": "BlockBlob"}.items())
        return f"<Blob><Name>{escape(key)}</Name><Properties>{told}</Properties></Blob>"


def azure_string(web: Web) -> str:
    """What a user sets to reach the container; the key is the one that Azure's own emulator has, which anybody may know."""
    key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
    return f"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={key};BlobEndpoint=http://127.0.0.1:{web.port}/devstoreaccount1"
