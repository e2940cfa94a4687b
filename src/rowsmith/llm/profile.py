"""What is particular about one server that speaks like OpenAI, as data: a profile, one YAML file each in `content/profiles`.

A profile says where the server is, how its key is sent, which settings it takes and under which names, how it can be asked for structured
answers, what its messages may hold, how it counts, and how its errors are told apart. `rowsmith.llm.providers.openai` reads it.
"""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError, model_validator

from rowsmith.core.errors import Invalid
from rowsmith.core.models import Model
from rowsmith.llm.attachments import IMAGE_TOKENS
from rowsmith.llm.providers._address import address
from rowsmith.llm.verdict import Kind, Signs

Setting = Literal["temperature", "top_p", "frequency_penalty", "presence_penalty", "seed", "stop"]
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh"]
ServerWay = Literal["schema", "object", "tools"]
TokenField = Literal["max_tokens", "max_completion_tokens"]
EFFORTS: tuple[Effort, ...] = ("none", "minimal", "low", "medium", "high", "xhigh")
NAMES: dict[Setting, str] = {name: name for name in ("temperature", "top_p", "frequency_penalty", "presence_penalty", "seed", "stop")}
"""The settings under OpenAI's own names."""


class Strict(BaseModel):
    """A part of a profile."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Versioned(Strict):
    """A second form of the address, for a version that is named: Azure's deployments."""

    query: str = Field(description="Name of the query parameter that holds the version.")
    env: str = Field(description="Environment variable that names it where the address does not.")
    path: str = Field(description="Path of the completions then; {model} is the model's name.")


class Takes(Strict):
    """What messages may hold beside text: the media types."""

    image: list[str] = Field(default_factory=list, description="Types of images.")
    audio: list[str] = Field(default_factory=list, description="Types of audio.")
    image_tokens: int = Field(IMAGE_TOKENS, gt=0, description="Most tokens that one image can cost.")
    audio_form: Literal["object", "text"] = Field("object", description="Whether input_audio is {data, format} or the base64 alone.")


class Variant(Strict):
    """Models that differ from the rest of the server's."""

    match: str = Field(description="Names, as a pattern: gpt-oss-*.")
    answers: list[ServerWay] | None = Field(None, description="As in the profile.")


class Profile(Strict):
    """One server. Everything but the name is optional: what is not said is as OpenAI has it."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="The part of `model` before the first slash.")
    title: str = Field("", description="The name that its makers use.")
    sources: list[HttpUrl] = Field(default_factory=list, description="Pages that the facts were taken from.")
    checked: date | None = Field(None, description="When that was.")
    speaks: Literal["openai"] = Field("openai", description="The protocol: chat completions.")
    base_url: str | None = Field(None, description="Where it is by default; without one a model has to give it.")
    base_url_env: str = Field("", description="Environment variable that names another place.")
    default_only: bool = Field(False, description="The profile holds at base_url alone; at another address everything is taken to be possible.")
    path: str = Field("/chat/completions", description="Path of the completions below the address.")
    raw: str | None = Field(
        None, description="Path of raw completions below the address, for a `template`; none: it has none, or lays one of its own over them."
    )
    versioned: Versioned | None = Field(None, description="Another path where a version is named.")
    key_env: str = Field(description="Environment variable that holds the key.")
    needs_key: bool = Field(True, description="Whether nothing is answered without a key.")
    key_header: str = Field("Authorization", description="Header that carries the key.")
    key_prefix: str = Field("Bearer ", description="What stands before the key.")
    tokens: list[TokenField] = Field(["max_tokens", "max_completion_tokens"], min_length=1, description="Names of max_tokens, its own first.")
    settings: dict[Setting, str] = Field(default_factory=lambda: dict(NAMES), description="Settings that it takes, and their names there.")
    most: dict[Setting, float] = Field(default_factory=dict, description="Highest value of a setting; for stop, the number of texts.")
    effort: dict[Effort, dict[str, Any]] = Field(
        default_factory=lambda: {level: {"reasoning_effort": level} for level in EFFORTS}, description="Fields for each level of reasoning_effort."
    )
    thinking_ignores: list[Setting] = Field(default_factory=list, description="Settings without effect unless reasoning_effort is none.")
    answers: list[ServerWay] = Field(["schema", "tools", "object"], description="Ways to structured answers beside instructions, the surest first.")
    models: list[Variant] = Field(default_factory=list, description="Models that differ; the first that matches counts.")
    tool_choice: Literal["named", "required"] = Field("named", description="How a tool call is asked for: by its name, or as any.")
    tools_while_thinking: bool = Field(True, description="Whether a tool call can be asked for unless reasoning_effort is none.")
    adds: dict[ServerWay, dict[str, Any]] = Field(default_factory=dict, description="Further fields that a way needs.")
    batch: Literal["openai", "mistral"] | None = Field(None, description="Whose batch API it has.")
    takes: Takes = Field(default_factory=Takes, description="Images and audio.")
    errors: dict[Kind, list[Annotated[int, Field(strict=True)] | str]] = Field(
        default_factory=dict, description="What shows each kind of error: statuses, codes (one word), words of the message (several)."
    )

    @model_validator(mode="after")
    def _reachable(self) -> Profile:
        if self.default_only and self.base_url is None:
            raise ValueError("default_only needs a base_url")
        try:
            address(self.base_url or "http://anywhere")
        except Invalid as error:
            raise ValueError(f"{error.what} {error.fix}") from None
        return self

    @cached_property
    def signs(self) -> dict[Kind, Signs]:
        """The errors, ready to be recognised."""
        return {kind: Signs.of(*shown) for kind, shown in self.errors.items()}

    def ways(self, model: Model) -> list[ServerWay]:
        """The ways to a structured answer that this model has beside instructions, the surest first."""
        found = next((variant.answers for variant in self.models if fnmatchcase(model.name, variant.match)), None)
        ways = self.answers if found is None else found
        return ways if self.tools_while_thinking or model.reasoning_effort == "none" else [way for way in ways if way != "tools"]


def read_profile(text: str | bytes, name: str, file: str) -> Profile:
    """The profile in a YAML text. `name` is the file's, `file` its path for what is wrong.

    Raises:
        Invalid: it is no YAML, or says something that a profile does not; every mistake at once.
    """
    import yaml

    try:
        said = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid(f"The profile {file} is not YAML: {error}.", "Correct it there.") from None
    if not isinstance(said, dict):
        raise Invalid(f"The profile {file} is not a mapping.", "It names at least key_env; see the profiles that ship with Rowsmith.")
    if said.get("name", name) != name:
        raise Invalid(f"The profile {file} says that its name is {said['name']!r}, and its file's is {name!r}.", "Rename one of them.")
    try:
        return Profile.model_validate({"name": name, **said})
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, item['loc'])) or 'profile'}: {item['msg']}" for item in error.errors())
        raise Invalid(f"The profile {file} cannot be used: {found}.", f"Its fields are: {', '.join(Profile.model_fields)}.") from None
