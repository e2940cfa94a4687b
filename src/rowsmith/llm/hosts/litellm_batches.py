"""Batches through LiteLLM: OpenAI's files and batches over loopback, as the provider that the question names has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson


async def answered(litellm: Any, method: str, address: str, sent: Mapping[str, Any], body: bytes) -> bytes | None:
    """The reply of the address, or whatever LiteLLM raises; None when nothing is there. `sent`: the provider, its key and its place."""
    at = urlsplit(address)
    asked, query = [method, *at.path.strip("/").split("/")], dict(parse_qsl(at.query))
    match asked:
        case ["POST", "files"]:
            said = await litellm.acreate_file(file=("requests.jsonl", body), purpose="batch", **sent)
        case ["GET", "files", name, "content"]:
            content: bytes = (await litellm.afile_content(file_id=name, **sent)).content
            return content
        case ["POST", "batches"]:
            said = await litellm.acreate_batch(**orjson.loads(body), **sent)
        case ["GET", "batches"]:
            said = await litellm.alist_batches(after=query.get("after"), limit=int(query["limit"]), **sent)
        case ["GET", "batches", name]:
            said = await litellm.aretrieve_batch(batch_id=name, **sent)
        case ["POST", "batches", name, "cancel"]:
            said = await litellm.acancel_batch(batch_id=name, **sent)
        case _:
            return None
    return orjson.dumps(said.model_dump(mode="json"))
