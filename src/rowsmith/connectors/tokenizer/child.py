"""The child: loads a tokenizer and its chat template, fenced in, and answers one line of JSON with one line. Run by asked.py, as a module.

    {"said": text or messages, "tools": ..., "open": false, "text": false}     what is asked
    {"ids": [...]} or {"text": "..."}                                           the answer
    {"refused": "..."}                                                          the template does not take the conversation
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from jinja2 import TemplateError
from tokenizers import Tokenizer

from rowsmith.connectors.containers.fence import fence
from rowsmith.connectors.tokenizer.files import LIMITS, SETTINGS, TEMPLATE, VOCABULARY
from rowsmith.connectors.tokenizer.template import compiled

_MARKS = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token", "additional_special_tokens")


def main() -> None:
    """Load, say so, and answer until nothing more is asked."""
    files = orjson.loads(sys.stdin.buffer.readline())
    fence(LIMITS, 0)
    out = os.fdopen(os.dup(1), "wb", 0)
    os.dup2(2, 1)  # what a library prints is no answer
    try:
        loaded = _Loaded(files)
    except Exception as error:  # noqa: BLE001 - tokenizers raises bare exceptions of its own making
        _write(out, {"what": str(error)[:500]})
        return
    _write(out, {"eos": loaded.marks.get("eos_token", "")})
    for line in sys.stdin.buffer:
        _write(out, loaded.answer(orjson.loads(line)))


def _write(out: Any, said: dict[str, Any]) -> None:
    data = orjson.dumps(said) + b"\n"
    while data:
        data = data[out.write(data) :]


class _Loaded:
    def __init__(self, files: dict[str, str]) -> None:
        self._tokenizer = Tokenizer.from_file(files[VOCABULARY])
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        settings = orjson.loads(Path(files[SETTINGS]).read_bytes()) if SETTINGS in files else {}
        self.marks = {name: mark for name in _MARKS if (mark := _mark(settings.get(name)))}
        self._templates = _templates(files, settings.get("chat_template"))

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What is asked for."""
        said = asked["said"]
        if isinstance(said, str):
            return {"ids": self._tokenizer.encode(said).ids}
        try:
            text = self._rendered(said, asked["tools"] or None, asked["open"])
        except Exception as error:  # noqa: BLE001 - a stranger's program may raise anything; what it says is told with the row
            return {"refused": f"{type(error).__name__ if not isinstance(error, TemplateError) else 'It says'}: {error}"[:500]}
        return {"text": text} if asked["text"] else {"ids": self._tokenizer.encode(text, add_special_tokens=False).ids}

    def _rendered(self, messages: list[Any], tools: Any, open_: bool) -> str:
        template = self._templates.get("tool_use" if tools else "default") or self._templates.get("default")
        if template is None:
            raise TemplateError("the tokenizer has no chat template")
        return template(messages=messages, tools=tools, documents=None, add_generation_prompt=open_, **self.marks)


def _mark(value: Any) -> Any:
    if isinstance(value, dict):
        return value.get("content")
    return [_mark(one) for one in value] if isinstance(value, list) else value


def _templates(files: dict[str, str], given: Any) -> dict[str, Callable[..., str]]:
    """The templates by name. A file of its own goes before what the settings hold."""
    if TEMPLATE in files:
        given = Path(files[TEMPLATE]).read_text(encoding="utf-8")
    named = {"default": given} if isinstance(given, str) else {one["name"]: one["template"] for one in given or ()}
    return {name: compiled(source) for name, source in named.items()}


if __name__ == "__main__":
    main()
