"""A model as a recipe names it: which one, where, how it is asked, how fast and at what price."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveInt, field_validator

Answers = Literal["auto", "schema", "object", "tools", "json", "xml"]
"""How a structured answer is asked for."""
Tokenizer = Literal["o200k", "cl100k"]
"""Vocabularies in which tokens can be counted before a call."""


class Above(BaseModel):
    """Prices of a call whose input is longer than `tokens`, for all of its tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tokens: PositiveInt = Field(description="Input tokens up to which the other prices hold.")
    price_in: NonNegativeFloat = Field(description="USD per million input tokens.")
    price_out: NonNegativeFloat = Field(description="USD per million output tokens.")
    price_cached_in: NonNegativeFloat | None = Field(None, description="USD per million input tokens read from the provider's cache.")


class Model(BaseModel):
    """One entry of a recipe's `models`. `model` is `provider/name`; all else has a default.

    Every sampling setting that is given is sent; one that is not given is not sent (the server's default rules), except
    `max_tokens`, which is always sent.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(description="provider/name, for example openai/gpt-4o-mini or ollama/llama3.2. The first part chooses the provider.")
    base_url: str | None = Field(None, description="Address of the server, for example http://127.0.0.1:11434/v1. Default: the provider's own.")
    api_key_env: str | None = Field(
        None, description="Name of the key: the environment variable that holds it. Default: the provider's own. Empty: asked without a key."
    )
    temperature: Annotated[float, Field(ge=0, le=2)] | None = Field(None, description="Sampling temperature.")
    top_p: Annotated[float, Field(gt=0, le=1)] | None = Field(None, description="Nucleus sampling share.")
    max_tokens: PositiveInt = Field(1024, description="Highest number of tokens of one answer; always sent.")
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = Field(None, description="Penalty on frequent tokens.")
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = Field(None, description="Penalty on tokens already present.")
    seed: int | None = Field(None, description="Sampling seed, where the server has one.")
    stop: list[str] | None = Field(None, description="Texts that end an answer.")
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh"] | None = Field(
        None, description="How long a reasoning model may think."
    )
    extra: dict[str, Any] = Field(default_factory=dict, description="Further fields of the request body, sent as they stand.")
    answers: Answers = Field(
        "auto",
        description="How a structured answer is asked for: by the server's schema mode (schema), its JSON mode (object), a tool call (tools), or by "
        "instructions alone, as JSON (json) or XML (xml). auto: the surest way that the provider has.",
    )
    template: str | dict[str, str] | None = Field(
        None,
        description="Chat template by which the messages are written out as one text, which the server goes on with (/completions): chatml, llama-3, "
        "..., or one of your own, {user: ..., assistant: ..., system: ...} with {text} in each. Default: the server's own, by /chat/completions.",
    )
    token_field: Literal["max_tokens", "max_completion_tokens"] | None = Field(
        None, description="Name under which the server takes max_tokens. Default: the provider's own."
    )
    dimensions: PositiveInt | None = Field(
        None, description="Numbers in a vector of an embedding model that can give fewer than it has. Default: all it has."
    )
    texts_per_request: PositiveInt = Field(64, description="Most texts that an embedding model is sent in one request.")
    reasks: Annotated[int, Field(ge=0, le=10)] = Field(2, description="How often an answer that does not parse is asked again, with its errors.")
    retries: Annotated[int, Field(ge=0, le=100)] = Field(8, description="How often a call that failed on the way is sent again.")
    concurrency: PositiveInt = Field(8, description="Most calls in flight at once.")
    rpm: PositiveInt | None = Field(None, description="Requests a minute, shared by all processes of a project home.")
    tpm: PositiveInt | None = Field(None, description="Tokens a minute, shared likewise.")
    rpd: PositiveInt | None = Field(None, description="Requests a day, shared likewise.")
    rpd_zone: str = Field("UTC", description="Time zone whose midnight begins the day of rpd, for example America/Los_Angeles.")
    tier: str | None = Field(
        None, description="Plan of the account, for example free: rpm, tpm and rpd are those that are known of it, unless they are given."
    )
    context: PositiveInt | None = Field(
        None,
        description="Tokens that the model can hold, question and answer together. A longer question fails its row before it is sent; a local "
        "model is loaded with so many for each call in flight. Default: what is known of the model; of a local one 4,096, or what it was "
        "trained with where that is less.",
    )
    threads: PositiveInt | None = Field(
        None, description="Processor threads of a local model. Default: half of the processors that this process may use."
    )
    gpu_layers: Annotated[int, Field(ge=0)] | None = Field(
        None, description="Layers of a local model that lie in the GPU's memory; 0: none. Default: as many as fit."
    )
    tokenizer: Tokenizer | None = Field(None, description="Vocabulary in which the model counts tokens. Default: what is known of the model.")
    price_in: NonNegativeFloat | None = Field(
        None, description="USD per million input tokens. Default: what is known of the model; 0 of a local one."
    )
    price_out: NonNegativeFloat | None = Field(
        None, description="USD per million output tokens. Default: what is known of the model; 0 of a local one."
    )
    price_cached_in: NonNegativeFloat | None = Field(
        None, description="USD per million input tokens that the provider reads from its cache. Default: what is known, else price_in."
    )
    price_cache_write: NonNegativeFloat | None = Field(
        None, description="USD per million input tokens that it writes to its cache. Default: what is known, else price_in."
    )
    price_reasoning_out: NonNegativeFloat | None = Field(
        None, description="USD per million output tokens of reasoning. Default: what is known, else price_out."
    )
    price_batch: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None, description="Price of a batched call as a share of the live one, for example 0.5. Default: what is known, else 1."
    )
    batch_size: PositiveInt | None = Field(None, description="Most requests of one batch (--batch). Default: what the server allows.")
    price_above: Above | None = Field(None, description="Prices of calls with a longer input: {tokens: 200000, price_in: 2.5, price_out: 15}.")
    connect_s: Annotated[float, Field(gt=0)] = Field(5, description="Deadline for the connection, seconds.")
    first_byte_s: Annotated[float, Field(gt=0)] | None = Field(
        None, description="Deadline for the answer's headers, of a local model for its first token, seconds. Default: 60, of a local model 900."
    )
    idle_s: Annotated[float, Field(gt=0)] | None = Field(
        None, description="Longest silence within an answer, seconds. Default: 30, of a local model 120."
    )
    total_s: Annotated[float, Field(gt=0)] | None = Field(
        None, description="Deadline for one attempt, seconds. Default: 300, of a local model 3,600."
    )

    licence: str | None = Field(
        None, min_length=1, description="Licence of the model's weights, as far as it binds what is made of its answers. Rows carry it."
    )
    terms: str | None = Field(
        None, min_length=1, description="Terms under which the model answers, for example openai-services-agreement. Rows carry them. Default: "
        "what is known of the model, looked up when rows are exported.",
    )  # fmt: skip

    @field_validator("rpd_zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"no time zone {value!r} is known here; write it like Europe/Paris") from None
        return value

    @property
    def provider(self) -> str:
        """The part of `model` before the first slash; `openai` when there is none."""
        return self.model.split("/", 1)[0] if "/" in self.model else "openai"

    @property
    def name(self) -> str:
        """The model's name as the server knows it."""
        return self.model.split("/", 1)[1] if "/" in self.model else self.model


ModelChoice = str | dict[str, float]
"""A role of `models`, or roles with their shares: `writer`, or {writer: 0.7, other: 0.3}. The share is chosen by row id."""
