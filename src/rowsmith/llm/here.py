"""Embeddings that are computed in this process, asked for as if they came over the wire."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import orjson

from rowsmith.core.errors import RowsmithError
from rowsmith.llm.providers import Compute


class Here:
    """Takes the wire's place: the work is done on a thread, never on the loop that carries the calls. Texts that have no vector are
    refused as a server would refuse them, so that those beside them are not lost."""

    def __init__(self, compute: Compute) -> None:
        self._compute = compute

    async def post(self, attempt: Any, url: Any, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        """See Wire. Nothing leaves the machine, and nothing is paid for: the deadlines of a network do not apply."""
        try:
            made, tokens = await asyncio.to_thread(self._compute, orjson.loads(body)["input"])
        except RowsmithError as error:
            said = f"{error.what} {error.fix}".strip()
            return 400, {}, orjson.dumps({"error": {"message": said}})
        data = [{"index": number, "embedding": b64encode(vector).decode()} for number, vector in enumerate(made)]
        return 200, {}, orjson.dumps({"data": data, "usage": {"prompt_tokens": tokens}})
