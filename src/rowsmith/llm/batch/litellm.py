"""Batches of providers that are asked through LiteLLM: those that have OpenAI's, which its host serves as OpenAI does."""

from __future__ import annotations

import orjson

from rowsmith.core.models import Model
from rowsmith.llm.batch import Bounds, Job
from rowsmith.llm.batch.openai import OpenAIBatches
from rowsmith.llm.batch.talk import Enclosed, Talk

PROVIDERS = ("azure",)
"""LiteLLM's names of the providers whose batches it can create, list, look at, cancel and fetch, and whose requests are those of OpenAI."""
ABOUT = ("api_version",)
"""Fields of a question that tell LiteLLM where it goes."""


class LiteLLMBatches(OpenAIBatches):
    """OpenAI's batches, as LiteLLM reaches them. Its host holds a batch's requests and its results whole, so they are kept small."""

    def bounds(self, model: Model) -> Bounds:
        return Bounds(20_000, 50_000_000)

    def line(self, key: str, body: bytes) -> bytes:
        if not body:
            return super().line(key, body)
        asked = {name: value for name, value in orjson.loads(body).items() if name not in ABOUT}
        return super().line(key, orjson.dumps({**asked, "model": str(asked["model"]).partition("/")[2]}))

    async def upload(self, talk: Talk, job: Job) -> str:
        said = await talk.post("files", Enclosed(b"", job.path, b""), kind="application/jsonl", again=True)
        return str(said.get("id") or "")
