from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

SCHEMA = {"type": "object", "properties": {"input": {"type": "string"}, "answer": {"type": "string"}}, "required": ["input", "answer"]}


@dataclass
class Got:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def content(self) -> Any:
        return self.json["choices"][0]["message"]["content"]

    @property
    def finish(self) -> str:
        return self.json["choices"][0]["finish_reason"]


def question(text: str, schema: Any = SCHEMA, **more: Any) -> dict[str, Any]:
    body = {"model": "m", "messages": [{"role": "user", "content": text}], "max_tokens": 512, **more}
    if schema is not None:
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    return body


def send(root: str, body: Any, path: str = "/v1/chat/completions", headers: dict[str, str] | None = None, timeout_s: float = 10) -> Got:
    connection = http.client.HTTPConnection(urlsplit(root).netloc, timeout=timeout_s)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        connection.request("POST", path, data, {"content-type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        return Got(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


@pytest.fixture
def ask() -> Callable[..., Got]:
    """ask(server, text, schema=..., headers=..., timeout_s=..., **fields of the body)"""

    def asked(server: Any, text: str, schema: Any = SCHEMA, headers: dict[str, str] | None = None, timeout_s: float = 10, **more: Any) -> Got:
        return send(server.root, question(text, schema, **more), headers=headers, timeout_s=timeout_s)

    return asked


@pytest.fixture
def post() -> Callable[..., Got]:
    """post(root, body, path=..., headers=...)"""
    return send
