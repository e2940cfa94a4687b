"""The demo: examples/docs.yaml over this project's documentation, through the command line as a user has it.

No key, no model, no network: the only addresses that are asked are those of model servers on this machine, to say how to use one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import islice
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
HOME = ".demo"
DATASET = "docs"
ROWSMITH = ".venv/bin/rowsmith"
SERVERS = {"Ollama": 11434, "llama.cpp": 8080, "LM Studio": 1234, "vLLM": 8000}
WITH_MODEL = f"{ROWSMITH} run examples/docs_with_model.yaml --home {HOME} --limit 20"


def main() -> None:
    """Run, export, show, and say what to do next. Ends with the exit code of what failed."""
    rowsmith("run", "examples/docs.yaml", "--into", DATASET, "--replace", "--home", HOME)
    exports = {"jsonl": f"{HOME}/docs.jsonl", "alpaca": f"{HOME}/docs-alpaca.jsonl"}
    for format_, path in exports.items():
        rowsmith("export", DATASET, "--as", format_, "-o", path, "--home", HOME)
    rowsmith("verify", "--home", HOME)
    show(ROOT / exports["jsonl"])
    say(f"Everything is in {HOME}/: the project's home, and the exports {', '.join(exports.values())}.")
    say("", "Look further:", f"  {ROWSMITH} show {DATASET} --home {HOME}", f"  {ROWSMITH} runs --home {HOME}")
    say(f"  {ROWSMITH} run examples/docs.yaml --set input=/a/folder/of/yours --into mine --home {HOME}")
    next_with_a_model()


def rowsmith(*words: str) -> None:
    """Run one command of Rowsmith, shown as a user would type it."""
    say("", "$ " + " ".join([ROWSMITH, *words]))
    done = subprocess.run([Path(sys.executable).with_name("rowsmith"), *words], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def show(path: Path) -> None:
    """The first rows of the export."""
    say("", "The first rows:")
    with path.open(encoding="utf-8") as file:
        for row in map(json.loads, islice(file, 3)):
            say(f"  question  {row['input']}", f"  answer    {shortened(row['answer'])}", "")


def shortened(text: str, width: int = 110) -> str:
    """The text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"


def next_with_a_model() -> None:
    """How to do the same with a model: with one that is here, else in general."""
    say("", "The same with a model that writes and judges (it asks for at most 20 rows; leave --limit away for all):")
    here = [(name, port, model) for name, port in SERVERS.items() if (model := first_model(port))]
    for name, port, model in here:
        say(f"  {name} answers on this machine:")
        say(f"  {WITH_MODEL} --set model={model} --set base_url=http://127.0.0.1:{port}/v1")
    if os.environ.get("OPENAI_API_KEY"):
        say("  OPENAI_API_KEY is set (look up the prices of the model, in USD per million tokens, so that the cap can be kept):")
        say(f"  {WITH_MODEL} --set model=gpt-4o-mini --set price_in=0.15 --set price_out=0.60 --budget 0.50")
    elif not here:
        say("  No model server answers here and OPENAI_API_KEY is not set. With Ollama, for example (ollama pull llama3.2):")
        say(f"  {WITH_MODEL} --set model=llama3.2 --set base_url=http://127.0.0.1:11434/v1")


def first_model(port: int) -> str | None:
    """The first model that writes text of an OpenAI-compatible server on this machine; None where none answers."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=0.5) as answer:
            found = json.loads(answer.read(1_000_000))
    except (URLError, OSError, ValueError):
        return None
    models = found.get("data") if isinstance(found, dict) else None
    names = [str(model["id"]) for model in models or () if isinstance(model, dict) and "id" in model]
    return next((name for name in names if "embed" not in name.lower()), None)


def say(*lines: str) -> None:
    """Print lines at once, so that they stand before what a command prints next."""
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
