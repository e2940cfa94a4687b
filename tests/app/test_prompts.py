"""Prompts in a Lab: their history, their files, and recipes that take them by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import Bench, ask, texts

from rowsmith.app.rebuild import rebuild_problems
from rowsmith.app.recipes import check_recipe
from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.core.prompts import Prompt

MINE = {
    "text": "Say {{ text }} in a {{ tone }} way", "system": "You speak.",
    "variables": {"text": {}, "tone": {"default": "plain", "choices": ["plain", "warm"]}},
    "examples": [{"input": "a", "answer": "A"}], "parameters": {"temperature": 0.25, "max_tokens": 777},
}  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(tmp_path) as found:
        yield found


def keep(bench: Bench, name: str = "mine", **changes: Any) -> str:
    return bench.lab.project().prompts.add(Prompt.model_validate({**MINE, **changes}), name).version


def by_name(value: Any = None, **more: Any) -> dict[str, Any]:
    return ask({"name": "mine", **(value or {})}, **more)  # type: ignore[arg-type]


def problems(bench: Bench, *steps: Any, **top: Any) -> str:
    with pytest.raises(Invalid) as caught:
        bench.run(*steps, top=top)
    assert bench.asked == []
    return str(caught.value)


# -- history ----------------------------------------------------------------------------------------------------------------------------


def test_the_history_of_a_prompt(bench: Bench) -> None:
    prompts = bench.lab.project().prompts
    one, two = keep(bench), keep(bench, text="Shout {{ text }}", variables={"text": {"help": "what"}})
    assert [(v.version, v.parent) for v in prompts.log("mine")] == [(two, one), (one, None)]
    found = prompts.diff("mine").dump()
    assert (found["old"], found["new"]) == (one, two)
    assert found["fields"] == {
        "text": {"old": MINE["text"], "new": "Shout {{ text }}"}, "variables.text": {"old": {}, "new": {"help": "what"}},
        "variables.tone": {"old": {"choices": ["plain", "warm"], "default": "plain"}, "new": None},
    }  # fmt: skip
    restored = prompts.restore("mine", one[:8])
    assert (restored.prompt.text, restored.message) == (MINE["text"], f"Restore {one[:8]}")
    assert len(prompts.log("mine")) == 3
    assert prompts.diff(f"mine@{one}", "mine").fields == {}
    fork = prompts.fork(f"mine@{two}", "other")
    assert [v.version for v in prompts.log("other")] == [fork.version, two, one]
    assert prompts.restore("other", f"mine@{one}").prompt == prompts.get(f"mine@{one}").prompt
    with pytest.raises(NotFound, match="first version"):
        prompts.diff(f"mine@{one}")
    kinds = [event.kind for event in bench.lab.project().events.list() if event.kind.startswith("prompt.")]
    assert kinds == ["prompt.added", "prompt.added", "prompt.restored", "prompt.forked", "prompt.restored"]


def test_tags_and_the_newest_version(bench: Bench) -> None:
    prompts = bench.lab.project().prompts
    one = keep(bench)
    prompts.tag("mine", "v1", message="good")
    two = keep(bench, text="Two {{ text }}")
    prompts.tag("mine", "r", at="v1", release=True)
    assert [(ref.name, ref.kind, ref.version) for ref in prompts.refs("mine", "tag", "release")] == [("r", "release", one), ("v1", "tag", one)]
    assert (prompts.get("mine@v1").version, prompts.get("mine").version, prompts.get("mine@r").refs) == (one, two, ("r", "v1"))
    prompts.delete("mine", "v1")
    with pytest.raises(Conflict, match="newest version"):
        prompts.add(Prompt(text="x"), "mine", onto="r")
    assert prompts.add(Prompt(text="x"), "mine", onto=two[:8]).prompt.text == "x"


def test_files_there_and_back(bench: Bench) -> None:
    prompts = bench.lab.project().prompts
    one = keep(bench)
    for name in ("p.md", "p.yaml"):
        text = prompts.export("mine", bench.folder / name)
        assert (bench.folder / name).read_text(encoding="utf-8") == text
        assert prompts.add(bench.folder / name).version == one
        assert prompts.add(bench.folder / name, "else").prompt == prompts.get("mine").prompt
    (bench.folder / "stem.md").write_text("Say {{ x }}", encoding="utf-8")
    assert prompts.add(bench.folder / "stem.md").name == "stem"
    with pytest.raises(Invalid, match="has no name"):
        prompts.add(Prompt(text="x"))


def test_a_backup_takes_prompts_along(bench: Bench, tmp_path: Path) -> None:
    from rowsmith import Lab
    from rowsmith.app.home import back_up, restore

    one = keep(bench)
    back_up(bench.lab, tmp_path / "b.tar")
    restore(tmp_path / "b.tar", str(tmp_path / "new"))
    with Lab(tmp_path / "new") as lab:
        assert lab.project().prompts.get("mine").version == one


# -- in recipes -------------------------------------------------------------------------------------------------------------------------


def test_a_recipe_takes_a_prompt_by_its_name_and_version(bench: Bench) -> None:
    one = keep(bench)
    bench.lab.project().prompts.tag("mine", "v1")
    keep(bench, text="Newer {{ text }}", variables={})
    result = bench.run(texts("A"), by_name({"version": "v1", "with": {"tone": "warm"}}))
    (request,) = bench.asked
    system, user = request.data["messages"]
    assert (system["content"], user["content"]) == ("You speak.", "Examples:\n\nInput: a\nAnswer: A\n\nSay A in a warm way")
    assert (request.data["temperature"], request.data["max_tokens"]) == (0.25, 777)
    lock = bench.runs.get(result.run).lock
    assert lock["named_prompts"] == {"1.prompt": {"name": "mine", "version": one}}
    (row,) = bench.rows(result)
    assert row.origin["made"][-1]["prompt_version"] == f"mine@{one}"
    told = bench.lab.project().provenance.origin(row.id)
    assert told.made[-1].said["prompt_version"] == f"mine@{one}"
    bench.run(texts("B"), by_name())
    assert bench.texts[-1].endswith("Newer B")


def test_another_version_is_another_run_and_the_same_one_is_not(bench: Bench) -> None:
    keep(bench)
    first = bench.run(texts("A"), by_name())
    assert bench.run(texts("A"), by_name()).run == first.run
    keep(bench, text="Newer {{ text }}", variables={})
    assert bench.run(texts("A"), by_name()).run != first.run
    assert bench.runs.resume(first.run).kept == 1
    assert len(bench.asked) == 2


def test_what_the_recipe_says_goes_before_what_the_prompt_asks(bench: Bench) -> None:
    keep(bench)
    models = {"writer": bench.model(temperature=1.0)}
    bench.run(texts("A"), by_name(system="Mine."), top={"models": models})
    (request,) = bench.asked
    assert (request.data["temperature"], request.data["max_tokens"], request.data["messages"][0]["content"]) == (1.0, 777, "Mine.")


def test_two_prompts_that_ask_one_model_otherwise(bench: Bench) -> None:
    keep(bench)
    said = problems(bench, texts("A"), by_name(forward=["text"]), ask("Say {{ text }}", name="b"))
    assert "differ in temperature: 'generate.columns' wants 0.25 and 'b' wants none" in said
    models = {"writer": bench.model(temperature=0.5, max_tokens=900)}
    assert bench.run(texts("A"), by_name(forward=["text"]), ask("Say {{ text }}", name="b"), top={"models": models}).kept == 1


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"name": "mnie"}, "No prompt is called 'mnie'. Did you mean 'mine'?"),
        ({"version": "v9"}, "has no tag or version 'v9'"),
        ({"version": 3}, "The version 3 is not text"),
        ({"with": {"tune": 1}}, "It has no variable 'tune'. Its variables: text, tone."),
        ({"with": {"tone": "loud"}}, "given 'loud', which is none of plain, warm"),
        ({"with": 3}, "'with' is no mapping"),
        ({"verison": "v"}, "takes no 'verison'"),
        ({"with": {"tone": None}}, "uses {{ tone }}, and there is no such column here. Did you mean 'text'? Choose one of: count, id,"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_asked(bench: Bench, value: dict[str, Any], words: str) -> None:
    keep(bench)
    assert words in problems(bench, texts("A"), by_name(value))


def test_a_variable_that_a_step_needs_is_named_with_the_valid_ones(bench: Bench) -> None:
    keep(bench, text="Ask anything", variables={}, system="")
    step = {"kind": "generate.qa", "prompt": {"name": "mine"}, "system": "Speak."}
    said = problems(bench, texts("A"), step)
    assert "No prompt of this step uses {{ text }}; it cannot work without." in said
    assert "It can use: count, domain, language, mark, style, text, and the row's columns." in said
    judge = {"kind": "score.judge", "prompt": "Judge it.", "system": "", "criteria": {"good": "It is good."}}
    assert "uses {{ record }}; it cannot work without." in problems(bench, texts("A"), judge)


def test_a_system_text_needs_a_place(bench: Bench) -> None:
    keep(bench)
    assert "for which this setting has no place" in problems(bench, texts("A"), ask(system={"name": "mine"}))


def test_check_and_models_test_look_into_the_home(bench: Bench) -> None:
    keep(bench)
    recipe = bench.recipe(texts("A"), by_name())
    assert check_recipe(recipe, {}, home=bench.lab.home).models["writer"].temperature == 0.25
    with pytest.raises(Invalid, match=r"There is no home in"):
        check_recipe(recipe, {}, home=bench.folder / "nowhere")
    (trial, *_) = bench.lab.models.test(str(recipe))
    assert trial.ok


def test_a_rebuild_has_the_versions_too(bench: Bench) -> None:
    keep(bench)
    result = bench.run(texts("A"), by_name())
    assert list(rebuild_problems(bench.lab, bench.runs.get(result.run))) == []
