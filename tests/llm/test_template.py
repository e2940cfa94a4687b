"""Chat templates: messages as one text for raw completions, up to where the next speaker begins."""

from __future__ import annotations

from typing import Any

import pytest
from asking import GOOD, QA, a_model, ask, outcomes, question
from memory_ledger import MemoryLedger

from rowsmith import content
from rowsmith.core.calls import Ask, Asker
from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.ports import Paused
from rowsmith.llm.template import Template, template_of
from rowsmith.testing import ModelServer, Request

SYSTEM, USER, SAID = ({"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."})
OWN = {"user": "U: {text}\n", "assistant": "A: {text} END\n"}


def template(name: Any) -> Template:
    found = template_of(a_model(None, template=name))
    assert found is not None
    return found


@pytest.mark.parametrize("name", content.templates())
def test_nothing_opens_the_users_turn_and_a_question_the_assistants(name: str) -> None:
    made = template(name)
    asked, answered = (made.turns[role].partition("{text}") for role in ("user", "assistant"))
    assert made.written([]) == asked[0]
    assert made.written([USER]) == f"{asked[0]}Why?{asked[2]}{answered[0]}"
    assert made.written([USER, SAID]) == f"{asked[0]}Why?{asked[2]}{answered[0]}So.{answered[2]}{asked[0]}"
    assert made.ends and all(end and end == end.strip() for end in made.ends)


PUBLISHED = {
    "chatml": (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\nSo.<|im_end|>\n"
        "<|im_start|>user\nAnd how?<|im_end|>\n<|im_start|>assistant\n"
    ),
    "llama-3": (
        "<|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nWhy?<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nSo.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nAnd how?<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n"
    ),
    "llama-4": (
        "<|header_start|>system<|header_end|>\n\nBe brief.<|eot|><|header_start|>user<|header_end|>\n\nWhy?<|eot|>"
        "<|header_start|>assistant<|header_end|>\n\nSo.<|eot|><|header_start|>user<|header_end|>\n\nAnd how?<|eot|>"
        "<|header_start|>assistant<|header_end|>\n\n"
    ),
    "gemma": (
        "<start_of_turn>user\nBe brief.\n\nWhy?<end_of_turn>\n<start_of_turn>model\nSo.<end_of_turn>\n"
        "<start_of_turn>user\nAnd how?<end_of_turn>\n<start_of_turn>model\n"
    ),
    "phi-3": "<|system|>\nBe brief.<|end|>\n<|user|>\nWhy?<|end|>\n<|assistant|>\nSo.<|end|>\n<|user|>\nAnd how?<|end|>\n<|assistant|>\n",
    "phi-4": (
        "<|im_start|>system<|im_sep|>Be brief.<|im_end|><|im_start|>user<|im_sep|>Why?<|im_end|><|im_start|>assistant<|im_sep|>So.<|im_end|>"
        "<|im_start|>user<|im_sep|>And how?<|im_end|><|im_start|>assistant<|im_sep|>"
    ),
    "phi-4-mini": "<|system|>Be brief.<|end|><|user|>Why?<|end|><|assistant|>So.<|end|><|user|>And how?<|end|><|assistant|>",
    "zephyr": "<|system|>\nBe brief.</s>\n<|user|>\nWhy?</s>\n<|assistant|>\nSo.</s>\n<|user|>\nAnd how?</s>\n<|assistant|>\n",
}
"""What the chat_template with which each model is published (content/templates.yaml names it) makes of this conversation, less its first mark."""


@pytest.mark.parametrize("name", content.templates())
def test_a_conversation_comes_out_as_the_models_own_template_writes_it(name: str) -> None:
    assert template(name).written([SYSTEM, USER, SAID, {"role": "user", "content": "And how?"}]) == PUBLISHED[name]


def test_one_of_the_users_own_and_a_system_prompt_without_a_turn_for_it() -> None:
    made = template({**OWN, "begin": "<s>"})
    assert made.written([SYSTEM, USER]) == "<s>U: Be brief.\n\nWhy?\nA: "
    assert made.ends == ["END"]
    with pytest.raises(RowFailed) as caught:
        made.written([SYSTEM])
    assert caught.value.reason == "template"
    with pytest.raises(RowFailed):
        made.written([{"role": "user", "content": [{"type": "image"}]}])


def test_a_mapping_may_come_as_text() -> None:
    assert template('{user: "U: {text}\\n", assistant: "A: {text} END\\n"}') == template(OWN)


@pytest.mark.parametrize(
    ("name", "what"),
    [("{user: [", "cannot be read"),
     ("lama-3", "No template is called 'lama-3'"), ({"user": "U: {text}"}, "assistant turn"), ({**OWN, "user": "U: "}, "user turn"),
     ({**OWN, "system": "{text}{text}"}, "system turn"), ({**OWN, "tool": "{text}"}, "has no 'tool'")],
)  # fmt: skip
def test_what_is_no_template_is_told(name: Any, what: str) -> None:
    with pytest.raises(Invalid) as caught:
        template(name)
    assert what in caught.value.what and caught.value.fix


def test_a_model_with_a_template_is_sent_text_and_its_text_is_the_answer() -> None:
    seen: list[Request] = []
    with ModelServer(lambda request: seen.append(request) or "How do bees sleep?") as server:  # type: ignore[func-returns-value]
        model = a_model(server.url, template="chatml", stop=["###"])
        answer = ask(MemoryLedger(), Ask([], model, Asker("0" * 32, bytes(6), 1)))[0]
    assert (answer.value, seen[0].path) == ("How do bees sleep?", "/v1/completions")
    assert seen[0].data == {"model": "m", "max_tokens": 1024, "stop": ["###", "<|im_end|>"], "prompt": "<|im_start|>user\n"}
    assert answer.usage.tokens_in


def test_a_structured_answer_is_asked_for_in_words() -> None:
    seen: list[Request] = []
    with ModelServer(lambda request: seen.append(request) or GOOD) as server:  # type: ignore[func-returns-value]
        assert ask(MemoryLedger(), question(a_model(server.url, template="gemma")))[0].value == GOOD
    assert "JSON Schema" in seen[0].prompt and seen[0].schema == QA and "response_format" not in seen[0].data


def test_a_server_without_raw_completions_is_told_with_the_fix() -> None:
    with ModelServer(raw=False) as server:
        failed = outcomes(MemoryLedger(), [question(a_model(server.url, template="chatml"))])[0]
    assert isinstance(failed, Paused) and "no raw completions at that address" in failed.what and "vLLM" in failed.fix


@pytest.mark.parametrize("model", ["anthropic/claude-haiku-4-5", "ollama/llama3.2", "groq/llama-3.3-70b-versatile", "openai/gpt-4o-mini"])
def test_a_provider_without_them_refuses_the_template(model: str) -> None:
    failed = outcomes(MemoryLedger(), [question(a_model(None, model=model, template="chatml"))], environ={"ANTHROPIC_API_KEY": "k" * 20})[0]
    assert isinstance(failed, Invalid) and "raw completions" in failed.what and "vllm" in failed.fix


@pytest.mark.parametrize("setting", [{"answers": "tools"}, {"reasoning_effort": "low"}, {"token_field": "max_tokens"}])
def test_settings_that_raw_completions_do_not_know_are_refused(setting: dict[str, Any]) -> None:
    failed = outcomes(MemoryLedger(), [question(a_model("http://127.0.0.1:9/v1", template="chatml", **setting))])[0]
    assert isinstance(failed, Invalid) and failed.fix
