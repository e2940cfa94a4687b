"""Every setting of a model at every provider: sent under the name that it has there, or refused before anything is asked."""

from __future__ import annotations

from typing import Any

import pytest
from asking import ask, outcomes, question
from memory_ledger import MemoryLedger
from provided import NAMES, provided

from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.llm.profile import EFFORTS
from rowsmith.llm.profile import NAMES as SETTINGS

VALUES = {"temperature": 0.25, "top_p": 0.875, "frequency_penalty": 0.375, "presence_penalty": 0.625, "seed": 424242, "stop": ["THE-END"]}
BEYOND = {"temperature": 2.0, "stop": [str(number) for number in range(17)]}
EXTRA: dict[str, dict[str, Any]] = {"ollama": {}, "mistral": {"safe_prompt": True}, "deepseek": {"user_id": "me"}, "gemini": {"extra_body": {}}}
"""A field of each that has no setting; `user` or `top_k` where nothing is said."""
KNOW_NO_TOP_K = ("openai", "azure", "groq")


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_is_sent_under_the_right_name_or_refused(name: str, setting: str) -> None:
    with provided(name, "Well.") as at:
        model = at.model(**{setting: VALUES[setting]})
        refused = dict(at.provider.refuses(model))
        if refused:
            assert list(refused) == [setting]
            assert setting in refused[setting].what
            assert refused[setting].fix
            failed = outcomes(MemoryLedger(), [question(model, schema=None)], **at.gate())[0]
            assert isinstance(failed, Invalid)
            assert at.seen == []
            return
        ask(MemoryLedger(), question(model, schema=None), **at.gate())
        (sent,) = [field for field, value in at.seen[0].data.items() if value == VALUES[setting]]
        assert setting.split("_")[-1] in sent


@pytest.mark.parametrize("setting", BEYOND)
def test_a_value_that_it_does_not_take_is_refused(name: str, setting: str) -> None:
    with provided(name, "Well.") as at:
        model = at.model(**{setting: BEYOND[setting]})
        result = outcomes(MemoryLedger(), [question(model, schema=None)], **at.gate())[0]
        assert isinstance(result, Invalid) == bool(at.provider.refuses(model))
        assert not isinstance(result, RowFailed)  # nothing that is let through is refused by the server


@pytest.mark.parametrize("effort", EFFORTS)
def test_each_reasoning_effort_is_sent_or_refused(name: str, effort: str) -> None:
    with provided(name, "Well.") as at:
        plain, model = at.model(max_tokens=4096), at.model(max_tokens=4096, reasoning_effort=effort)
        if refused := dict(at.provider.refuses(model)):
            assert list(refused) == ["reasoning_effort"]
            assert effort in refused["reasoning_effort"].what
            return
        ask(MemoryLedger(), question(plain, schema=None), question(model, schema=None, number=1), **at.gate())
        one, other = sorted((request.data for request in at.seen), key=len)
        assert other.items() > one.items() or other.keys() > one.keys()


def test_a_template_makes_one_text_of_the_messages_or_is_refused(name: str) -> None:
    with provided(name, "Well.") as at:
        model = at.model(template="chatml")
        result = outcomes(MemoryLedger(), [question(model, "Why?", schema=None)], **at.gate())[0]
        if isinstance(result, Invalid):
            assert "raw completions" in result.what and "vllm" in result.fix and at.seen == []
            assert name not in ("vllm", "llamacpp", "lmstudio", "together")
            return
        assert at.seen[0].data["prompt"] == "<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n"
        assert at.seen[0].path.endswith("/v1/completions")
        assert getattr(result, "value", None) == "Well."


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_the_token_limit_has_the_name_that_it_has_there(name: str, field: str) -> None:
    with provided(name, "Well.") as at:
        model = at.model(max_tokens=321, token_field=field)
        if refused := dict(at.provider.refuses(model)):
            assert list(refused) == ["token_field"]
            return
        ask(MemoryLedger(), question(model, schema=None), **at.gate())
        assert at.seen[0].data[field] == 321


def test_extra_goes_as_it_stands_and_what_has_a_setting_does_not(name: str) -> None:
    extra = EXTRA.get(name, {"user": "me"} if name in KNOW_NO_TOP_K else {"top_k": 3})
    with provided(name, "Well.") as at:
        ask(MemoryLedger(), question(at.model(extra=extra), schema=None), **at.gate())
        assert extra.items() <= at.seen[0].data.items()
        for taken in ({"messages": []}, {"tool_choice": "auto"}):
            failed = outcomes(MemoryLedger(), [question(at.model(extra=taken))], **at.gate())[0]
            assert isinstance(failed, Invalid)
            assert next(iter(taken)) in failed.what


def test_a_field_that_it_does_not_know_is_told_in_its_own_words(name: str) -> None:
    with provided(name) as at:
        failed = outcomes(MemoryLedger(), [question(at.model(extra={"no_such_field": 1}))], **at.gate())[0]
    assert isinstance(failed, RowFailed)
    assert failed.reason in ("http_400", "http_422")
    assert "no_such_field" in failed.what
