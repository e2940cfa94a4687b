"""R12: a step that ends the process at one row, each time that it meets it."""

from __future__ import annotations

from pathlib import Path

from proofs import Outcome, rows_of, sound
from stage import ONE_CALL, server, stage

from rowsmith.testing import rowsmith

STEP = '''
import ctypes, os, signal
from collections.abc import Iterator
from typing import ClassVar

from rowsmith.core.row import New, Row
from rowsmith.core.step import Step


class Deadly(Step):
    """Ends the process at every row that says so."""

    kind: ClassVar[str] = "own.deadly"
    makes: ClassVar[bool] = MAKES

    ASYNC def rows(self, row, ctx):
        if "deadly" in row.data["text"]:
            DEED
        BODY
'''
WAYS = {
    "exit": "os._exit(77)",
    "segv": "ctypes.string_at(0)",
    "memory": "os.kill(os.getpid(), signal.SIGKILL)",
}
SHAPES = {
    "passes": ("False", "", "yield row"),
    "makes": ("True", "", 'yield New({"text": row.data["text"] + " First."})\n        yield New({"text": row.data["text"] + " Second."})'),
    "asks": ("False", "async", "return [row]"),
}


def poison(folder: Path, kind: str, way: str, shape: str, *, rows: int = 30, deadly: tuple[int, ...] = (7,)) -> Outcome:
    """The process dies three times at the row; then the row is left alone (`quarantined`), and all others are made."""
    makes, asynchronous, body = SHAPES[shape]
    with stage(folder, kind) as home, server(latency=0.01) as model:
        home.items(rows, lambda i: f"Item {i} says {'something deadly' if i in deadly else 'something'}.")
        plug_in = folder / "plugins" / "own.py"
        plug_in.parent.mkdir()
        code = STEP.replace("MAKES", makes).replace("ASYNC ", f"{asynchronous} " if asynchronous else "").replace("BODY", body)
        plug_in.write_text(code.replace("DEED", WAYS[way]), encoding="utf-8")
        recipe = folder / "recipe.yaml"
        before = "  - kind: generate.columns"
        recipe.write_text(ONE_CALL.read_text(encoding="utf-8").replace(before, f"  - kind: own.deadly\n\n{before}"), encoding="utf-8")
        env = {"ROWSMITH_CONFIG": str(folder / "config")}
        assert rowsmith("plugins", "trust", plug_in.parent, env=env).returncode == 0
        words, deaths = home.run(model, recipe=recipe), 0
        while (done := home.finish(*words, env=env)).returncode not in (0, 3):
            deaths += 1
            assert done.returncode in (77, -11, -9), f"{done.returncode} {done.stderr[-2000:]}"
            assert deaths <= 3 * len(deadly), "it dies for ever"
        result = home.result(*words, env=env, code=3)
        expected = (rows - len(deadly)) * (2 if shape == "makes" else 1)
        assert (result["state"], result["kept"], result["failed"]) == ("shortfall", expected, {"quarantined": len(deadly)}), result
        with home.database() as db:
            sound(db)
            kept = rows_of(db)
        home.result("verify", "--json", env=env)
        twice = len(kept) - len({row["id"] for row in kept})
        note = f"left alone after {deaths} deaths"
        return Outcome(f"R12 poison row, {way}, {shape}, {kind}", deaths, expected - len(kept), twice, 0, 0, note)
