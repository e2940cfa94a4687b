"""Amazon Bedrock's Converse API, played by a server on a real socket that checks each signature as Amazon does (Signature Version 4)."""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import quote

import orjson

KEY, SECRET, REGION = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1"
ENVIRON = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": REGION, "AWS_REGION_NAME": REGION}
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>\w+)/(?P<scope>(?P<day>\d{8})/(?P<region>[a-z0-9-]+)/bedrock/aws4_request), "
    r"SignedHeaders=(?P<signed>[a-z0-9;-]+), Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass
class Asked:
    """One request: the model of its path, its body, its headers in lower case, and what is wrong with its signature."""

    model: str
    body: dict[str, Any]
    headers: dict[str, str]
    wrong: str = ""


Say = Callable[[Asked], tuple[int, dict[str, str], Any]]


def said(*content: dict[str, Any], stop: str = "end_turn", into: int = 11, out: int = 3) -> tuple[int, dict[str, str], Any]:
    """A reply of Converse."""
    usage = {"inputTokens": into, "outputTokens": out, "totalTokens": into + out}
    output = {"message": {"role": "assistant", "content": list(content)}}
    return 200, {}, {"metrics": {"latencyMs": 12}, "output": output, "stopReason": stop, "usage": usage}


def refused(status: int, kind: str, message: str, **headers: str) -> tuple[int, dict[str, str], Any]:
    """An error of Bedrock."""
    return status, {"x-amzn-ErrorType": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}, {"message": message}


@dataclass
class Bedrock:
    """`say` answers each request; `asked` are those that came."""

    say: Say = lambda asked: said({"text": "hello"})
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Bedrock:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                found = re.fullmatch(r"/model/(.+)/converse", self.path)
                asked = Asked(found[1] if found else self.path, orjson.loads(body), headers, wrong_with(self.path, headers, body))
                outer.asked.append(asked)
                status, more, reply = outer.say(asked) if not asked.wrong else refused(403, "InvalidSignatureException", asked.wrong)
                raw = reply if isinstance(reply, bytes) else orjson.dumps(reply)
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", "Content-Length": str(len(raw)), **more}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def wrong_with(path: str, headers: dict[str, str], body: bytes) -> str:
    """What is wrong with a request's signature; empty when nothing is."""
    found = AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if found is None:
        return f"this is no signature of version 4: {headers.get('authorization')}"
    if (found["key"], found["region"]) != (KEY, REGION):
        return f"signed with {found['key']} for {found['region']}"
    signed = found["signed"].split(";")
    if not {"host", "x-amz-date"} <= set(signed):
        return f"host and date are not signed: {signed}"
    canonical = "\n".join([
        "POST", quote(path, safe="/-_.~"), "", *(f"{name}:{headers[name].strip()}" for name in signed), "", found["signed"],
        hashlib.sha256(body).hexdigest(),
    ])  # fmt: skip
    text = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], found["scope"], hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{SECRET}".encode()
    for part in found["scope"].split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    wanted = hmac.new(key, text.encode(), "sha256").hexdigest()
    return "" if hmac.compare_digest(wanted, found["signature"]) else "the signature does not match"
