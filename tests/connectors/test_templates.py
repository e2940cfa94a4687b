"""Templates in prompts: what gets out or takes all there is, is refused before it is compiled; and where it is compiled, the child's limits hold."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from attacks import BOMBS, ESCAPES

from rowsmith.connectors.containers.limits import Limits
from rowsmith.connectors.templates import Templates
from rowsmith.connectors.templates.renderer import MOST_ROWS, Renderer
from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.prompt import parse

SCOPE: dict[str, Any] = {"x": 9, "y": [1], "n": "a", "long": "ab" * 100_000, "many": list(range(99_999)), "texts": ["a" * 1000] * 900}
LEAKED = ("<built-in", "<class", "<function", "<bound", "<module", " object at 0x", "uid=", "root:", "mappingproxy", "__")


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    one = Renderer()
    yield one
    one.close()


@pytest.mark.parametrize("template", ESCAPES + BOMBS, ids=range(len(ESCAPES + BOMBS)))
def test_an_attack_is_refused_before_anything_is_computed(template: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(template)
    assert caught.value.what.startswith("The prompt ")
    assert any(words in caught.value.what for words in ("line 1", "nests too deep", "too large"))
    assert caught.value.fix


@pytest.mark.parametrize("template", ESCAPES + BOMBS, ids=range(len(ESCAPES + BOMBS)))
def test_the_childs_limits_hold_for_a_template_that_nobody_looked_at(renderer: Renderer, template: str) -> None:
    said, reason = "", "template"
    try:
        said = renderer.render(template, SCOPE)
    except RowFailed as error:
        reason = error.reason
    assert reason in ("template", "missing_variable", "timeout", "memory", "prompt_too_long")
    assert len(said) <= 1 << 20 and not any(sign in said for sign in LEAKED)


HEAVY = {
    # what the check lets through, and values make large
    "{% for a in many %}{{ texts|join }}{% endfor %}": ("prompt_too_long", "timeout"),
    "{% for a in many if texts|join|length > 9999999 %}x{% endfor %}": ("timeout",),
    "{{ long|replace('a', long) }}": ("template",),
    "{{ many|join(long) }}": ("template",),
    "{{ texts|batch(x * 1)|length if false else texts|slice(1000)|length }}": (),
    "{{ [texts, texts, texts]|tojson(indent=8) }}": ("prompt_too_long",),
    "{{ texts|batch(huge) }}": ("template",),
}


@pytest.mark.parametrize("template", HEAVY)
def test_values_that_make_a_template_large_cost_their_row(renderer: Renderer, template: str) -> None:
    if not HEAVY[template]:
        return
    parse(template)
    with pytest.raises(RowFailed) as caught:
        renderer.render(template, {**SCOPE, "huge": 30_000_000})
    assert caught.value.reason in HEAVY[template]
    assert renderer.render("{% if n %}ok{% endif %}", SCOPE) == "ok"


def test_the_child_takes_no_more_memory_than_it_may() -> None:
    one = Renderer(Limits(memory_bytes=160 << 20, cpu_s=20, stall_s=60.0, unpacked_bytes=1 << 20))
    try:
        with pytest.raises(RowFailed) as caught:
            one.render("{% if many %}{{ many|unique|length }}{% endif %}", {"many": list(range(4_000_000))})
        assert caught.value.reason == "memory" and "160 MB" in str(caught.value)
        assert one.render("{% if n %}ok{% endif %}", SCOPE) == "ok"
    finally:
        one.close()


def test_a_row_that_ends_the_child_costs_itself_alone() -> None:
    slow = "{% for a in many if texts|join|length > 9999999 %}x{% endfor %}{{ n }}"
    one = Renderer(Limits(memory_bytes=256 << 20, cpu_s=1, stall_s=30.0, unpacked_bytes=1 << 20))

    async def several() -> list[Any]:
        scopes = [{**SCOPE, "n": number, **({} if number == 2 else {"many": []})} for number in range(5)]
        return await asyncio.gather(*(one.rendered(slow, scope) for scope in scopes), return_exceptions=True)

    said = asyncio.run(several())
    one.close()
    assert said[:2] + said[3:] == ["0", "1", "3", "4"]
    assert isinstance(said[2], RowFailed) and said[2].reason == "timeout" and "1 s" in str(said[2])


def test_rows_that_come_together_are_blocks_and_each_has_its_own_answer(renderer: Renderer) -> None:
    async def many() -> list[str]:
        return list(await asyncio.gather(*(renderer.rendered("{% if x %}{{ n }}{% endif %}", {"x": 1, "n": n}) for n in range(300))))

    assert asyncio.run(many()) == [str(n) for n in range(300)]
    assert MOST_ROWS < 300
    found: list[bool] = []

    def work(number: int) -> None:
        found.extend(renderer.render("{% if n %}{{ n }}{% endif %}", {"n": f"{number} {n}"}) == f"{number} {n}" for n in range(50))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 200 and all(found)


def test_a_killed_child_is_followed_by_another_and_an_ended_one_is_gone() -> None:
    one = Renderer()
    assert one.render("{% if n %}a{% endif %}", {"n": 1}) == "a"
    first = one._child
    assert first is not None
    os.kill(first.pid, signal.SIGKILL)
    assert one.render("{% if n %}a{% endif %}", {"n": 1}) == "a"
    second = one._child
    assert second is not None and second.pid != first.pid
    one.close()
    assert not psutil.pid_exists(second.pid)
    assert one.render("{% if n %}b{% endif %}", {"n": 1}) == "b"
    one.close()


def test_closing_waits_for_nobody() -> None:
    one = Renderer(Limits(memory_bytes=256 << 20, cpu_s=60, stall_s=600.0, unpacked_bytes=1 << 20))
    slow = "{% for a in many if texts|join|length > 9999999 %}x{% endfor %}"
    waiting = one._wish(slow, SCOPE, None)
    while one._child is None or not psutil.Process(one._child.pid).cpu_times().user > 0.5:
        time.sleep(0.02)
    one.close()
    assert isinstance(waiting.exception(), RowFailed)


def test_plain_substitution_starts_no_child() -> None:
    one = Templates()
    raw = "{% raw %}{{ n }}{% endraw %}{# said #}"
    for template in ("{{ n }}", "{{ n|upper }} {{ y|length }}", "{{ z|default('none') }}", raw, "{{ y|tojson }}"):
        one.render(template, SCOPE)
        asyncio.run(one.rendered(template, SCOPE))
    assert one._renderer is None
    assert one.render("{% if n %}{{ y|join }}{% endif %}", SCOPE) == "1" and one._renderer is not None
    one.close()


def test_the_child_knows_nothing_of_our_environment(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    one = Renderer()
    one.render("{% if n %}{% endif %}", SCOPE)
    assert one._child is not None
    assert "OPENAI_API_KEY" not in psutil.Process(one._child.pid).environ()
    one.close()


def test_many_texts_are_rendered_by_one_child_after_the_other(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rowsmith.connectors.templates.renderer._MOST_TEXTS", 5)
    one, pids = Renderer(), set()
    for number in range(14):
        assert one.render(f"{{% if n %}}{number}{{% endif %}}", SCOPE) == str(number)
        assert one._child is not None
        pids.add(one._child.pid)
    one.close()
    assert len(pids) == 3


def test_a_value_that_is_no_json_is_a_failed_row(renderer: Renderer) -> None:
    with pytest.raises(RowFailed, match="no JSON"):
        renderer.render("{% if n %}{% endif %}", {"n": {1, 2}})
