"""What a scripted server does: one model, whose fields are the parameters of `ModelServer` and the options of its command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    ValidationError,
    field_validator,
)

from rowsmith.core.errors import Invalid, NotFound
from rowsmith.testing.dialect import dialects
from rowsmith.testing.faults import fault
from rowsmith.testing.rules import Rule, read_rules


def _span(value: Any) -> Any:
    """0.05, "0.05", "0.02-0.12" and (0.02, 0.12) as (lowest, highest)."""
    if isinstance(value, str):
        value = [float(part) for part in value.split("-")]
    if isinstance(value, int | float):
        value = [value]
    if isinstance(value, list | tuple) and len(value) == 1:
        value = [value[0], value[0]]
    return tuple(value) if isinstance(value, list) else value


def _shares(value: Any) -> Any:
    """"429=0.05,cut=0.03" as a mapping."""
    if isinstance(value, str):
        pairs = (part.partition("=") for part in value.split(",") if part.strip())
        return {name.strip(): share for name, _, share in pairs}
    return value


def _listed(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _ruled(value: Any) -> Any:
    return read_rules(value) if isinstance(value, str | Path) else value


Seconds = Annotated[tuple[NonNegativeFloat, NonNegativeFloat], BeforeValidator(_span)]
Names = Annotated[list[str], BeforeValidator(_listed)]


class Script(BaseModel):
    """Everything that can be told to a scripted model server as data."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: NonNegativeInt = Field(0, description="Port to listen on; 0 takes a free one.")
    log: Path | None = Field(None, description="Call log, a JSONL file that is appended to. Default: a temporary file.")
    seed: int = Field(0, description="Seed of every chance.")
    latency: Seconds = Field((0.0, 0.0), description="Seconds until an answer: 0.05, or 0.02-0.12 for a uniform range.")
    faults: Annotated[dict[str, float], BeforeValidator(_shares)] = Field(
        default_factory=dict, description="Shares of faults, such as 429=0.05,500=0.05,malformed=0.05,cut=0.03."
    )
    fault_sequence: Names = Field(
        default_factory=list, description="Faults of the first requests in order of arrival, such as 429,ok,cut; then the shares rule."
    )
    retry_after: Literal["seconds", "date", "ms", "reset", "missing", "negative", "garbage", "day", "mixed"] = Field(
        "seconds", description="How a 429 asks the client to wait."
    )
    retry_after_s: NonNegativeFloat = Field(1.0, description="How long a 429 asks the client to wait, seconds (with rpm: the true wait).")
    rules: Annotated[list[Rule], BeforeValidator(_ruled)] = Field(
        default_factory=list, description="Scripted answers: a YAML or JSON file of rules."
    )
    replies: list[Any] = Field(default_factory=list, description="Fixed answers in order of arrival (JSON list), then again from the first.")
    vary: bool = Field(False, description="Answer a repeated request differently each time.")
    dialect: str = Field("", description="Provider whose protocol is spoken, to the letter: groq, mistral, anthropic ... Default: any.")
    raw: bool = Field(True, description="Serve raw completions (/completions) at all; else 404.")
    api_key: str | None = Field(None, description="The only key that is accepted; others get 401.")
    models: Names = Field(default_factory=list, description="The only models there are; others get 404.")
    rpm: PositiveFloat | None = Field(None, description="Permitted requests a minute; above it 429 with the true wait.")
    burst: PositiveInt = Field(1, description="How many requests rpm lets through at once.")
    key: str = Field(
        "", description="What the log's `key` is: a regular expression on the last user message, or a JSON pointer into the body. Default: its hash."
    )
    bytes_per_token: PositiveFloat = Field(4.0, description="How many bytes count as one token.")
    tokens_in: NonNegativeInt | None = Field(None, description="Input tokens that every answer reports, in place of the count.")
    tokens_out: NonNegativeInt | None = Field(None, description="Output tokens that every answer reports, in place of the count.")
    cached_share: Annotated[float, Field(ge=0, le=1)] = Field(0.0, description="Share of the input tokens reported as cached.")
    usage: bool = Field(True, description="Report usage at all.")
    dimensions: PositiveInt = Field(64, description="Numbers in an embedding, unless the request says how many.")
    most_texts: PositiveInt = Field(2048, description="Most texts of one request for embeddings; more get 400.")
    price_in: NonNegativeFloat = Field(0.0, description="USD per million input tokens, for the log's cost.")
    price_out: NonNegativeFloat = Field(0.0, description="USD per million output tokens, for the log's cost.")
    batches: bool = Field(True, description="Serve the batch APIs at all.")
    batch_s: NonNegativeFloat = Field(0.2, description="Seconds from a batch's creation to its end; its items are done one after the other.")
    batch_first: Annotated[float, Field(ge=0, le=1)] = Field(0.0, description="Share of a batch's items that are done as soon as it is created.")
    batch_cancel_s: NonNegativeFloat = Field(0.05, description="Seconds until a batch that is cancelled has ended.")
    batch_expires_s: PositiveFloat | None = Field(None, description="Seconds after which a batch expires, whatever is not done yet.")
    batch_price: NonNegativeFloat = Field(0.5, description="What an item of a batch costs, as a share of the price of a live call.")
    batch_most: PositiveInt = Field(50_000, description="Most requests of one batch.")
    batch_tokens: PositiveInt | None = Field(None, description="Most input tokens that may wait in batches at once; a batch beyond it fails.")
    batch_creations: Names = Field(
        default_factory=list,
        description="What becomes of the first requests to create a batch, in order: ok, lost (made, and the connection is reset), late (as "
        "lost, and the batch appears a second later), quota (no credit left), or a status such as 500 or 429.",
    )
    batch_ends: Names = Field(
        default_factory=list,
        description="How the first batches end, in order of creation: completed, expired, failed, failed:CODE, or failed:CODE:LINE (nothing of it "
        "is carried out).",
    )
    batch_lines: Annotated[dict[str, float], BeforeValidator(_shares)] = Field(
        default_factory=dict,
        description="Shares of a batch's results that go wrong: missing (no line), duplicate, unknown (an id nobody asked for), garbage, expired.",
    )

    @field_validator("faults")
    @classmethod
    def _known(cls, value: dict[str, float]) -> dict[str, float]:
        for name in value:
            _known_fault(name)
        if any(share < 0 for share in value.values()) or sum(value.values()) > 1 + 1e-9:
            raise ValueError("shares lie between 0 and 1, and so does their sum")
        return value

    @field_validator("dialect")
    @classmethod
    def _spoken(cls, value: str) -> str:
        if value and value not in dialects():
            raise ValueError(f"there is no such dialect; there are {', '.join(dialects())}")
        return value

    @field_validator("fault_sequence")
    @classmethod
    def _known_all(cls, value: list[str]) -> list[str]:
        for name in value:
            _known_fault(name)
        return value

    @field_validator("latency")
    @classmethod
    def _ordered(cls, value: tuple[float, float]) -> tuple[float, float]:
        if value[0] > value[1]:
            raise ValueError("the lowest latency comes first")
        return value

    @field_validator("rules")
    @classmethod
    def _rules_known(cls, value: list[Rule]) -> list[Rule]:
        for rule in value:
            _known_fault(rule.fault or "ok")
        return value


def _known_fault(name: str) -> None:
    try:
        if name != "ok":
            fault(name)
    except NotFound as error:
        raise ValueError(str(error)) from None


def script_of(options: dict[str, Any]) -> Script:
    """The Script with these options.

    Raises:
        Invalid: there is no such option, or its value does not fit.
    """
    try:
        return Script(**options)
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise Invalid(f"The scripted server cannot do that: {found}.", "`python -m rowsmith.testing --help` lists every option.") from None
