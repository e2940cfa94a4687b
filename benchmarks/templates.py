"""What prompts cost to render: plain substitution in process, and templates by the child, for each row; and what refusing an attack takes.

    python benchmarks/templates.py [--quick] [--rows 20000] [--json FILE]

`plain` has four fields, `filters` the same with filters that have no size, `template` conditions, a loop over three passages and filters with
sizes, of text of about 2,000 characters. The child is asked by 64 rows that wait on a loop, as a run has them, and by one after the other
(`alone`); `bare` is the same template rendered by stock Jinja in this process without any sandbox. `cpu_us` counts both processes. `start_ms` is
from the first question to its answer. `attacks` are those of tests/connectors/attacks.py, and the longest time that one of them took, `worst_ms`. The
last line is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from jinja2 import Environment

from rowsmith.connectors.templates import Templates
from rowsmith.core.errors import Invalid
from rowsmith.core.prompt import parse

PLAIN = "About {{ title }} by {{ origin.source.name }}, {{ n }} words:\n\n{{ text }}"
FILTERS = "About {{ title|trim|title }} by {{ origin.source.name|upper }}, {{ text|wordcount }} words:\n\n{{ text|trim }}"
TEMPLATE = (
    "{% if tone == 'warm' %}Write as to a friend.{% else %}Write soberly.{% endif %}\n"
    "{% for passage in passages %}{{ loop.index }}. {{ passage.text|truncate(200) }}\n{% else %}Nothing was found.{% endfor %}"
    "{% if title is defined %}Title: {{ title|title }}\n{% endif %}Tags: {{ tags|join(', ') }}\n\n{{ text|trim }}"
)
IN_FLIGHT = 64


def scope(number: int) -> dict[str, Any]:
    """What a row says: about 2,000 characters."""
    return {
        "title": f"note {number}", "origin": {"source": {"name": "notes.md"}}, "n": number, "text": f"Row {number}. " + "The mill turns. " * 100,
        "passages": [{"text": f"Passage {k} of {number}: the river is high."} for k in range(3)], "tags": ["mill", "river"],
        "tone": "warm" if number % 2 else "sober",
    }  # fmt: skip


def plain(text: str, rows: list[dict[str, Any]]) -> float:
    """Seconds of CPU to render the rows in this process."""
    render = parse(text).render
    begun = time.process_time()
    for one in rows:
        render(one)
    return time.process_time() - begun


def bare(text: str, rows: list[dict[str, Any]]) -> float:
    """The same by stock Jinja."""
    render: Callable[..., str] = Environment(keep_trailing_newline=True).from_string(text).render
    begun = time.process_time()
    for one in rows:
        render(one)
    return time.process_time() - begun


def by_child(text: str, rows: list[dict[str, Any]], in_flight: int) -> dict[str, float]:
    """Rows a second, and microseconds of CPU for each in both processes."""
    templates = Templates()
    begun = time.perf_counter()
    templates.render(text, rows[0])
    start = time.perf_counter() - begun
    child = next(one for one in psutil.Process().children() if "rowsmith.connectors.templates.child" in one.cmdline())

    def used() -> float:
        times = child.cpu_times()
        return float(times.user + times.system) + time.process_time()

    async def ask() -> None:
        left = iter(rows)

        async def worker() -> None:
            for one in left:
                await templates.rendered(text, one)

        await asyncio.gather(*(worker() for _ in range(in_flight)))

    cpu, begun = used(), time.perf_counter()
    asyncio.run(ask())
    seconds, cpu = time.perf_counter() - begun, used() - cpu
    templates.close()
    return {"rows_per_s": len(rows) / seconds, "cpu_us": cpu / len(rows) * 1e6, "start_ms": start * 1e3}


def refused() -> dict[str, float]:
    """How many attacks are refused, of how many, and the longest that one took."""
    path = Path(__file__).parents[1] / "tests" / "connectors" / "attacks.py"
    spec = importlib.util.spec_from_file_location("attacks", path)
    assert spec is not None and spec.loader is not None
    attacks = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(attacks)
    every = [*attacks.ESCAPES, *attacks.BOMBS]
    taken, count = [], 0
    for one in every:
        begun = time.process_time()
        try:
            parse(one)
        except Invalid:
            count += 1
        taken.append(time.process_time() - begun)
    return {"attacks": len(every), "refused": count, "worst_ms": max(taken) * 1e3}


def main() -> None:
    """Measure, and print a table and one JSON line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=20_000)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    rows = [scope(number) for number in range(min(given.rows, 2_000) if given.quick else given.rows)]
    parse(TEMPLATE)  # Jinja is loaded
    found: dict[str, Any] = {"rows": len(rows)}
    for name, text in (("plain", PLAIN), ("filters", FILTERS)):
        found[name] = {"rows_per_s": len(rows) / (cpu := plain(text, rows)), "cpu_us": cpu / len(rows) * 1e6}
    found["bare"] = {"rows_per_s": len(rows) / (cpu := bare(TEMPLATE, rows)), "cpu_us": cpu / len(rows) * 1e6}
    found["template"] = by_child(TEMPLATE, rows, IN_FLIGHT)
    found["alone"] = by_child(TEMPLATE, rows[: max(100, len(rows) // 4)], 1)
    found["attacks"] = refused()
    print(f"{'':10}{'rows a second':>16}{'CPU us a row':>16}")
    for name in ("plain", "filters", "bare", "template", "alone"):
        print(f"{name:10}{found[name]['rows_per_s']:>16,.0f}{found[name]['cpu_us']:>16,.1f}")
    attacks, start = found["attacks"], found["template"]["start_ms"]
    print(f"{attacks['refused']} of {attacks['attacks']} attacks refused, in {attacks['worst_ms']:.1f} ms at most; child up in {start:.0f} ms")
    line = json.dumps({"benchmark": "templates", **found})
    if given.json:
        given.json.write_text(line + "\n", encoding="utf-8")
    print(line)


if __name__ == "__main__":
    main()
