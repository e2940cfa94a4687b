"""CPU for 1,000 calls of each provider, beside the vendor's own library doing the same questions.

    python benchmarks/providers.py [--quick] [--only NAME]

What counts is what a call costs besides starting, in the client and all of its processes, for a model server that answers after 10 ms on the
same machine (its own CPU is not counted). `local` is asked for real, with random weights that say thousands of tokens a second, so its
figure is llama.cpp's own work and what each token costs on its way. The last line of the output is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from rowsmith.testing import ModelServerProcess, tiny_gguf

IN_FLIGHT = 16
SCHEMA = {"type": "object", "properties": {"input": {"enum": ["a", "b", "c"]}}, "required": ["input"], "additionalProperties": False}
RECIPE = """
name: bench
models: {writer: {model: "MODEL", base_url: URL, concurrency: IN_FLIGHT, max_tokens: 64, threads: THREADS}}
steps:
  - {kind: read.files, paths: ["input.jsonl"], format: jsonl}
  - {kind: generate.columns, prompt: "{{ text }}", output: {input: {enum: [a, b, c]}}}
"""
LOOP = """
import asyncio, json, sys
path, url, weights, in_flight = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
schema = json.loads(sys.argv[5])
form = {"type": "json_schema", "json_schema": {"name": "row", "schema": schema, "strict": True}}
texts = [json.loads(line)["text"] for line in open(path)]
async def each(ask):
    waiting = iter(texts)
    async def work():
        for text in waiting:
            answer = await ask(dict(messages=[{"role": "user", "content": text}], max_tokens=64, response_format=form))
            json.loads(answer)
    await asyncio.gather(*(work() for _ in range(in_flight)))
"""
VENDORS = {
    "openai": LOOP + """
from openai import AsyncOpenAI
async def main():
    async with AsyncOpenAI(api_key="none", base_url=url, max_retries=0) as client:
        async def ask(body):
            return (await client.chat.completions.create(model="m", **body)).choices[0].message.content
        await each(ask)
asyncio.run(main())
""",
    "anthropic": LOOP + """
from anthropic import AsyncAnthropic
async def main():
    async with AsyncAnthropic(api_key="none", base_url=url.removesuffix("/v1"), max_retries=0) as client:
        async def ask(body):
            body["output_config"] = {"format": {"type": "json_schema", "schema": body.pop("response_format")["json_schema"]["schema"]}}
            return (await client.messages.create(model="claude-sonnet-4-5", **body)).content[0].text
        await each(ask)
asyncio.run(main())
""",
    "mistral": LOOP + """
from mistralai.client import Mistral
async def main():
    async with Mistral(api_key="none", server_url=url.removesuffix("/v1")) as client:
        async def ask(body):
            return (await client.chat.complete_async(model="m", **body)).choices[0].message.content
        await each(ask)
asyncio.run(main())
""",
    "litellm": LOOP + """
import os
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
import litellm
litellm.suppress_debug_info = True
async def main():
    async def ask(body):
        reply = await litellm.acompletion(model="openai/m", api_key="none", api_base=url, num_retries=0, max_retries=0, **body)
        return reply.choices[0].message.content
    await each(ask)
asyncio.run(main())
""",
    "local": LOOP + """
from concurrent.futures import ThreadPoolExecutor
import xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.n_parallel, params.n_ctx, params.warmup, params.verbosity = weights, in_flight, 2048 * in_flight, False, -1
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
params.endpoint_metrics = True
server = xllamacpp.Server(params)
server.handle_metrics()
def asked(text):
    body = dict(messages=[{"role": "user", "content": text}], max_tokens=64, response_format=form)
    json.loads(server.handle_chat_completions(body)["choices"][0]["message"]["content"])
with ThreadPoolExecutor(in_flight) as pool:
    list(pool.map(asked, texts))
""",
}  # fmt: skip
MODELS = {
    "openai": "openai/m", "anthropic": "anthropic/claude-sonnet-4-5", "mistral": "mistral/m", "litellm": "litellm/openai/m",
    "local": "local/WEIGHTS",
}  # fmt: skip
"""Providers, and the model that is asked of each. The vendor's library: the packages openai, anthropic, mistralai, litellm and xllamacpp."""


@dataclass(frozen=True)
class Place:
    """Where a measurement plays: a folder, the server's address, and the file of weights."""

    folder: Path
    url: str
    weights: Path
    calls: Callable[[], int]

    def rows(self, count: int) -> Path:
        """An input of so many different texts."""
        path = self.folder / "input.jsonl"
        path.write_text("".join(json.dumps({"id": str(n), "text": f"Text {n}: one word, please."}) + "\n" for n in range(count)), encoding="utf-8")
        return path


@contextmanager
def place() -> Iterator[Place]:
    """A fresh one."""
    with tempfile.TemporaryDirectory() as name:
        log = Path(name, "calls.jsonl")
        with ModelServerProcess(latency=0.01, log=log) as server:
            weights = tiny_gguf(Path(name) / "tiny.gguf")
            yield Place(Path(name), server.url, weights, lambda: log.read_bytes().count(b"\n") // 2 if log.exists() else 0)


def vendor(name: str, at: Place, count: int) -> list[str]:
    """The command that asks through the vendor's library."""
    return [sys.executable, "-c", VENDORS[name], str(at.rows(count)), at.url, str(at.weights), str(IN_FLIGHT), json.dumps(SCHEMA)]


def rowsmith(name: str, at: Place, count: int) -> list[str]:
    """The command that asks through Rowsmith, from a recipe to a dataset."""
    local = name == "local"
    recipe = RECIPE.replace("MODEL", MODELS[name].replace("WEIGHTS", str(at.weights))).replace("IN_FLIGHT", str(IN_FLIGHT))
    recipe = recipe.replace("URL", "null" if local else at.url).replace("THREADS", "1" if local else "null")
    (at.folder / "recipe.yaml").write_text(recipe, encoding="utf-8")
    at.rows(count)
    home = at.folder / f"home-{name}-{count}"
    return [sys.executable, "-m", "rowsmith.cli.main", "run", str(at.folder / "recipe.yaml"), "--home", str(home), "--json"]


def cpu_of_calls(command: list[str], at: Place, count: int) -> float:
    """CPU seconds of a call: of the client and the processes that it started, from the first tenth of the calls to nearly the last."""
    env = {**os.environ, "OPENAI_API_KEY": "none", "MISTRAL_API_KEY": "none", "ROWSMITH_CACHE": str(at.folder / "cache")}
    client = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env, cwd=at.folder)
    samples: list[tuple[int, float]] = []
    while client.poll() is None:
        samples.append((at.calls(), spent(client)))
        time.sleep(0.02)
    if client.returncode:
        raise SystemExit(f"{command[:6]} ended with {client.returncode}")
    amid = [(calls, cpu) for calls, cpu in samples if count / 10 <= calls <= count * 0.95]
    (first, before), (last, after) = amid[0], amid[-1]
    return (after - before) / (last - first)


def spent(client: psutil.Process) -> float:
    """CPU seconds of a process and its children so far."""
    total = 0.0
    for process in [client, *client.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def cpu_s(command: list[str], folder: Path) -> float:
    """CPU seconds of a command and of the processes that it started and waited for."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[:6]} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime


def per_1000(client: Callable[[str, Place, int], list[str]], name: str, count: int) -> float:
    """CPU seconds of 1,000 calls. Where a server counts the calls, within one run; of `local`, what more calls take in another one."""
    with place() as at:
        if name != "local":
            return 1000 * cpu_of_calls(client(name, at, count), at, count)
        few = cpu_s(client(name, at, count // 10), at.folder)
        return 1000 * (cpu_s(client(name, at, count), at.folder) - few) / (count - count // 10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer calls")
    parser.add_argument("--only", choices=MODELS, help="one provider")
    args = parser.parse_args()
    count = 300 if args.quick else 1000
    found = {}
    print("CPU seconds of 1,000 calls   rowsmith  vendor")
    for name in [args.only] if args.only else MODELS:
        found[name] = {"rowsmith": round(per_1000(rowsmith, name, count), 2), "vendor": round(per_1000(vendor, name, count), 2)}
        print(f"{name:27}  {found[name]['rowsmith']:8.2f}  {found[name]['vendor']:6.2f}", flush=True)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
