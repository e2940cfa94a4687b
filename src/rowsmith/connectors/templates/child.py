"""The child: renders templates, fenced in, and answers one line of JSON with one line. Run by renderer.py, as a module.

    {"limits": ...}                                                                                first
    {"texts": {"0": "{% if ..."}, "rows": [[0, {"name": ...}, [["text"], ...], "mark"], ...]}      what is asked: new texts, and rows to render
    [["rendered"], ["missing_variable", "The row has no 'x'."], ...]                               the answers, in the order of the rows
"""

from __future__ import annotations

import sys
from typing import Any

import msgspec
import orjson

from rowsmith.connectors.containers.answering import begun, say
from rowsmith.connectors.containers.fence import limit_cpu
from rowsmith.connectors.templates.compiled import Compiled
from rowsmith.core.errors import RowFailed
from rowsmith.core.fences import Fence


def main() -> None:
    """Render whatever is asked for, until nothing more is."""
    limits, out = begun()
    known: dict[int, Compiled | RowFailed] = {}
    for line in sys.stdin.buffer:
        asked = msgspec.json.decode(line)  # says so where memory runs out
        for number, text in asked["texts"].items():
            limit_cpu(limits.cpu_s)
            known[int(number)] = _compiled(text)
        answers = []
        for number, scope, paths, mark in asked["rows"]:
            limit_cpu(limits.cpu_s)
            answers.append(_rendered(known[number], scope, Fence({tuple(path): name for path, name in paths}, mark) if mark else None))
        limit_cpu(limits.cpu_s)
        say(out, orjson.dumps(answers) + b"\n")


def _compiled(text: str) -> Compiled | RowFailed:
    try:
        return Compiled(text)
    except RowFailed as error:
        return error
    except RecursionError:
        return RowFailed("template", "The prompt nests too deep.")


def _rendered(template: Compiled | RowFailed, scope: dict[str, Any], fence: Fence | None) -> list[str]:
    try:
        if isinstance(template, RowFailed):
            raise template
        return [template.render(scope, fence)]
    except RowFailed as error:
        return [error.reason, str(error)]
    except RecursionError:
        return ["template", "The prompt nests too deep."]


if __name__ == "__main__":
    main()
