"""A tokenizer and its chat template: from a folder or the hub, with what transformers gives templates, and no harm from one that is hostile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hub_world import hub_world
from tiny_tokenizer import tokenizer

from rowsmith.connectors.tokenizer import opened
from rowsmith.core.errors import Invalid, NotFound, RowFailed

TALK = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yo"}]


def rendered(folder: Path, template: str | None, tools: object = None) -> str:
    with opened(str(tokenizer(folder, template)), os.environ) as tokens:
        return tokens.text(TALK, tools=tools)


def test_it_counts_and_renders(tmp_path: Path) -> None:
    with opened(str(tokenizer(tmp_path)), os.environ) as tokens:
        assert tokens.eos == "<|im_end|>"
        assert len(tokens.ids("Hello")) == 5
        assert tokens.text(TALK[:1], open=True) == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
        assert len(tokens.ids(TALK[:1], open=True)) == len("user\nHi\nassistant\n") + 3
        assert "Yo<|im_end|>" in tokens.text(TALK)


def test_a_template_has_what_transformers_gives_it(tmp_path: Path) -> None:
    assert rendered(tmp_path, "{{ eos_token }}{{ messages | tojson }}{{ tools }}") == (
        '<|im_end|>[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yo"}]None'
    )
    assert rendered(tmp_path, "{{ strftime_now('%Y') | length }}") == "4"
    assert rendered(tmp_path, "{% for one in messages %}{% if loop.index > 1 %}{% break %}{% endif %}{{ one.role }}{% endfor %}") == "user"
    assert rendered(tmp_path, "{% if true %}\n  {% generation %}a{% endgeneration %}\n{% endif %}") == "a"
    (tmp_path / "chat_template.jinja").write_text("a file of its own", encoding="utf-8")
    assert rendered(tmp_path, "in the settings") == "a file of its own"


def test_a_template_for_tools(tmp_path: Path) -> None:
    folder = tokenizer(tmp_path)
    both = '[{"name": "default", "template": "plain"}, {"name": "tool_use", "template": "tools"}]'
    (folder / "tokenizer_config.json").write_text(f'{{"chat_template": {both}}}', encoding="utf-8")
    with opened(str(folder), os.environ) as tokens:
        assert (tokens.text(TALK), tokens.text(TALK, tools=[{}])) == ("plain", "tools")


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{ raise_exception('roles must take turns') }}", "roles must take turns"),
        ("{{ ''.__class__.__mro__ }}", "'__class__' of 'str' object is unsafe"),
        ("{{ messages.append(1) }}", "'append' of 'list' object is unsafe"),
        ("{{ messages[0].nothing.more }}", "has no attribute 'nothing'"),
        ("{% for n in range(10000000) %}{% endfor %}", "OverflowError"),
        ("{{ 'x' * 9000000000 }}", "MemoryError"),
        (None, "no chat template"),
    ],
)
def test_a_template_that_refuses_or_does_harm_fails_the_row(template: str | None, why: str, tmp_path: Path) -> None:
    with pytest.raises(RowFailed, match=why) as failed:
        rendered(tmp_path, template)
    assert failed.value.reason == "template"


def test_a_template_that_hangs_is_ended(tmp_path: Path) -> None:
    loops = "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}"
    with opened(str(tokenizer(tmp_path, loops)), os.environ, answer_s=0.5) as tokens, pytest.raises(Invalid, match="gave no answer"):
        tokens.text(TALK)


def test_what_is_no_tokenizer(tmp_path: Path) -> None:
    for name, what in ((str(tmp_path / "none"), "no folder"), (str(tmp_path), "no tokenizer.json")):
        with pytest.raises(NotFound, match=what), opened(name, os.environ):
            pass
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(Invalid, match="cannot be loaded"), opened(str(tmp_path), os.environ):
        pass
    with pytest.raises(Invalid, match="names no repository"), opened("hf:nobody", os.environ):
        pass


def test_from_the_hub_once(tmp_path: Path) -> None:
    folder = tokenizer(tmp_path / "made")
    with hub_world() as world:
        commits = [world.add("acme/tiny", file.name, file.read_bytes()) for file in folder.iterdir()]
        for file in folder.iterdir():
            world.files["acme/tiny", commits[-1], file.name] = file.read_bytes()
        environ = {**os.environ, **world.environ(tmp_path / "cache")}
        for _ in range(2):
            with opened("hf:acme/tiny", environ) as tokens:
                assert "Yo" in tokens.text(TALK)
        assert len([target for method, target in world.asked() if method == "GET" and "/tokenizer.json" in target]) == 1
        with pytest.raises(NotFound), opened("hf:acme/none", environ):
            pass
