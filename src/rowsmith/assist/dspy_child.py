"""The process in which DSPy searches for a better prompt. It opens no connection and has no keys: whatever it asks of models it asks its parent.

Lines of JSON. It is told, first of all, what is to be optimised; then it asks `{id, role, temperature, messages}` and hears `{id, answer}` or
`{id, failed}`, many at a time; in the end it says `{done: {system, examples}}` or `{what, fix}`. DSPy optimises the system text and the few-shot
examples; the user's text, with its variables, stays as it is, so that requests are those that the prompt makes everywhere else.

Sources: MIPROv2, Opsahl-Ong et al., arXiv 2406.11695; GEPA, Agrawal et al., arXiv 2507.19457; both as DSPy has them (Khattab et al., arXiv
2310.03714).
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping, Sequence
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any, TextIO

import orjson

from rowsmith.core import prompt as texts
from rowsmith.core.errors import RowFailed, RowsmithError
from rowsmith.core.metrics import metric, text_of
from rowsmith.core.prompts import Example, Prompt

THREADS = 32
"""Questions that DSPy has under way at a time; the parent asks them together."""
OUT = "rowsmith_answer"
"""What DSPy calls the answer; no column is called so."""


class Parent:
    """Questions to the parent, from many threads."""

    def __init__(self, said: TextIO, heard: TextIO) -> None:
        self._said, self._heard = said, heard
        self._lock = threading.Lock()
        self._waiting: dict[int, SimpleQueue[dict[str, Any]]] = {}
        self._next = 0
        threading.Thread(target=self._hear, daemon=True).start()

    def say(self, line: Mapping[str, Any]) -> None:
        """One line."""
        self._said.write(orjson.dumps(line).decode() + "\n")
        self._said.flush()

    def ask(self, role: str, messages: Sequence[Mapping[str, Any]], temperature: float | None) -> str:
        """The answer.

        Raises:
            RowFailed: there is none that can be used.
        """
        answer: SimpleQueue[dict[str, Any]] = SimpleQueue()
        with self._lock:
            self._next += 1
            number = self._next
            self._waiting[number] = answer
            self.say({"id": number, "role": role, "temperature": temperature, "messages": list(messages)})
        found = answer.get()
        if "failed" in found:
            raise RowFailed(found["failed"])
        return str(found["answer"])

    def _hear(self) -> None:
        for line in self._heard:
            found = orjson.loads(line)
            self._waiting.pop(found["id"]).put(found)
        os._exit(1)  # the parent has gone


def search(task: Mapping[str, Any], parent: Parent) -> dict[str, Any]:
    """Search as the task says; the system text and the examples that were found."""
    import dspy

    base = Prompt.model_validate(task["prompt"])
    scored = metric(task["metric"])
    used = list(task["inputs"])

    class Through(dspy.BaseLM):  # type: ignore[misc]
        """A model that is asked through the parent."""

        def __init__(self, role: str) -> None:
            super().__init__(model=role, temperature=None, max_tokens=None, cache=False, num_retries=0)

        def forward(self, prompt: str | None = None, messages: Any = None, **given: Any) -> Any:
            asked = messages or [{"role": "user", "content": prompt or ""}]
            said = parent.ask(self.model, [{"role": one["role"], "content": _plain(one["content"])} for one in asked], given.get("temperature"))
            message = SimpleNamespace(content=said, tool_calls=None, role="assistant")
            return SimpleNamespace(choices=[SimpleNamespace(message=message, finish_reason="stop", index=0)], usage={}, model=self.model)

    class AsOurs(dspy.ChatAdapter):  # type: ignore[misc]
        """Requests of the program are those that the prompt makes; DSPy's own programs keep their form."""

        def format(self, signature: Any, demos: Any, inputs: Any) -> Any:
            if OUT not in signature.output_fields:
                return super().format(signature, demos, inputs)
            shown = [Example(input=_input(one, used), answer=one[OUT]) for one in demos if OUT in one]
            filled = candidate(base, signature.instructions, shown).filled(task["values"])
            system = [{"role": "system", "content": texts.parse(filled.system).render(inputs)}] if filled.system else []
            return [*system, {"role": "user", "content": texts.parse(filled.text).render(inputs)}]

        def parse(self, signature: Any, completion: str) -> Any:
            return {OUT: completion} if OUT in signature.output_fields else super().parse(signature, completion)

    def score(example: Any, found: Any) -> float:
        try:
            return scored.score(getattr(found, OUT, ""), example["rowsmith_expected"], example["rowsmith_row"])
        except RowFailed:
            return 0.0

    def told(gold: Any, pred: Any, trace: Any = None, pred_name: Any = None, pred_trace: Any = None) -> Any:
        said = f"The answer was {text_of(getattr(pred, OUT, ''))!r}, and {text_of(gold['rowsmith_expected'])!r} was expected: {scored.says}."
        return dspy.Prediction(score=score(gold, pred), feedback=said)

    fields = {name: (Any, dspy.InputField()) for name in used} | {OUT: (str, dspy.OutputField())}
    program = dspy.Predict(dspy.Signature(fields, base.system or "Do what the user asks."))
    train, dev = ([_example(dspy, row, used) for row in task[part]] for part in ("train", "dev"))
    answerer, proposer = Through("answerer"), Through("proposer")
    dspy.configure(lm=answerer, adapter=AsOurs(), disable_history=True)
    effort = task["effort"]
    if task["how"] == "mipro":
        optimiser = dspy.MIPROv2(
            metric=lambda example, found, trace=None: score(example, found), prompt_model=proposer, task_model=answerer, auto=None,
            num_candidates=max(2, effort["candidates"]), max_bootstrapped_demos=effort["demos"], max_labeled_demos=effort["demos"],
            num_threads=THREADS, max_errors=100_000, seed=task["seed"], init_temperature=1.0,
        )  # fmt: skip
        size = min(len(dev), effort["minibatch"])
        found = optimiser.compile(
            program, trainset=train, valset=dev, num_trials=effort["rounds"] * effort["candidates"], minibatch=size < len(dev), minibatch_size=size
        )  # fmt: skip
    else:
        optimiser = dspy.GEPA(
            metric=told, reflection_lm=proposer, max_full_evals=max(2, effort["rounds"] * effort["candidates"] // 2), num_threads=THREADS,
            seed=task["seed"],
        )  # fmt: skip
        found = optimiser.compile(program, trainset=train, valset=dev)
    (best,) = found.predictors()
    shown = [{"input": _input(one, used), "answer": one[OUT]} for one in best.demos if OUT in one]
    return {"system": best.signature.instructions, "examples": shown}


def candidate(base: Prompt, system: str, examples: Sequence[Example]) -> Prompt:
    """The prompt with this system text, letter by letter, and these examples."""
    literal = texts.fixed("{{ said }}", {"said": system.strip()})
    return Prompt.model_validate({**base.dump(), "system": literal, "examples": [one.model_dump() for one in examples]})


def _example(dspy: Any, row: Mapping[str, Any], used: Sequence[str]) -> Any:
    said = {name: row["data"][name] for name in used}
    return dspy.Example(**said, **{OUT: text_of(row["expected"])}, rowsmith_expected=row["expected"], rowsmith_row=row["data"]).with_inputs(*used)


def _input(one: Mapping[str, Any], used: Sequence[str]) -> Any:
    return one[used[0]] if len(used) == 1 else {name: one[name] for name in used if name in one}


def _plain(content: Any) -> str:
    """The text of a message, whose content may come in parts."""
    return content if isinstance(content, str) else "\n".join(str(part.get("text", "")) for part in content)


def main() -> None:
    """Serve the parent, on standard input and output."""
    said = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print is no answer
    task = orjson.loads(sys.stdin.readline())
    parent = Parent(said, sys.stdin)
    try:
        parent.say({"done": search(task, parent)})
    except RowsmithError as error:
        parent.say({"what": error.what, "fix": error.fix})
    except Exception as error:  # noqa: BLE001 - a library's; told by the parent
        parent.say({"what": f"DSPy failed: {type(error).__name__}: {error}"[:1000], "fix": "Try again, or search without it."})
    os._exit(0)


if __name__ == "__main__":
    main()
