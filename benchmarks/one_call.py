"""Speed, CPU and memory of examples/one_call.yaml, beside a bare aiohttp loop in the same run.

A scripted model server answers after 50 ms; 64 calls are in flight. Client and server share the machine. Every answer that Rowsmith counts
is durable. Rates go from the first request to the last answer, by the server's log; CPU is that of the whole client process, and the
marginal CPU that of the rows from 2,048 to 8,192, so that start-up does not count.

    python benchmarks/one_call.py [--repeat 3] [--memory] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from rowsmith.testing import CallLog, ModelServerProcess

EXAMPLE = Path(__file__).parent.parent / "examples" / "one_call.yaml"
IN_FLIGHT = 64
FEW, MANY = 2_048, 8_192

BARE = """
import asyncio, json, sys
import aiohttp
path, url, in_flight = sys.argv[1], sys.argv[2], int(sys.argv[3])
schema = {"type": "object", "properties": {"input": {"type": "string"}, "answer": {"type": "string"}},
          "required": ["input", "answer"], "additionalProperties": False}
form = {"type": "json_schema", "json_schema": {"name": "row", "schema": schema, "strict": True}}
async def main():
    texts = (json.loads(line)["text"] for line in open(path))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        async def work():
            for text in texts:
                body = {"model": "m", "messages": [{"role": "user", "content": "Write one question and its answer.\\n\\n" + text}],
                        "max_tokens": 1024, "response_format": form}
                async with session.post(url + "/chat/completions", json=body) as reply:
                    answer = await reply.json()
                    json.loads(answer["choices"][0]["message"]["content"])
        await asyncio.gather(*(work() for _ in range(in_flight)))
asyncio.run(main())
"""


def write_rows(path: Path, rows: int) -> Path:
    """A JSONL of different texts of about 300 characters."""
    words = ["the", "river", "keeps", "its", "own", "slow", "counsel", "while", "boats", "pass", "under", "an", "old", "bridge", "nobody", "asks"]
    with open(path, "w", encoding="utf-8") as file:
        for i in range(rows):
            text = f"Text {i}: " + " ".join(words[(i * 7 + k * (1 + i % 5)) % len(words)] for k in range(55))
            file.write(json.dumps({"id": str(i), "text": text}) + "\n")
    return path


def client(command: list[str]) -> tuple[float, float, str]:
    """CPU seconds, peak memory in MB, and the last line of a finished command."""
    with tempfile.TemporaryFile() as out:
        env = {**os.environ, "OPENAI_API_KEY": "none", "ROWSMITH_BACKGROUND": "off"}
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, env=env)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        lines = out.read().decode().strip().splitlines()
    if process.returncode != 0:
        raise SystemExit(f"{command} ended with {process.returncode}: {lines[-3:]}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, lines[-1] if lines else ""


def rowsmith(folder: Path, rows: Path, url: str, *more: str) -> list[str]:
    """The command that runs the example."""
    sets = {"input": rows, "base_url": url, "model": "m", "concurrency": IN_FLIGHT}
    given = [part for name, value in sets.items() for part in ("--set", f"{name}={value}")]
    return [sys.executable, "-m", "rowsmith.cli.main", "run", str(EXAMPLE), *given, "--home", str(folder / "home"), "--json", *more]


def measure(kind: str, count: int, latency: float = 0.05) -> dict[str, float]:
    """One client over `count` rows: rate, CPU seconds, peak memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = write_rows(folder / "rows.jsonl", count)
        with ModelServerProcess(latency=latency, log=folder / "calls.jsonl") as server:
            command = [sys.executable, "-c", BARE, str(rows), server.url, str(IN_FLIGHT)] if kind == "bare" else rowsmith(folder, rows, server.url)
            cpu, memory, last = client(command)
        calls = CallLog(folder / "calls.jsonl")
        assert len(calls) == count, (kind, len(calls), count)
        if kind != "bare":
            assert json.loads(last)["kept"] == count, last
        return {"rate": count / calls.span_s, "cpu": cpu, "memory": memory}


def replay(count: int = 1_000) -> dict[str, float]:
    """Seconds of run time of a second run, all of whose answers are in the call store."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = write_rows(folder / "rows.jsonl", count)
        with ModelServerProcess(latency=0.0, log=folder / "calls.jsonl") as server:
            client(rowsmith(folder, rows, server.url))
            result = json.loads(client(rowsmith(folder, rows, server.url, "--new"))[2])
        assert (result["calls"], result["calls_reused"], result["kept"]) == (0, count, count), result
        return {"rows": count, "seconds": result["seconds"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=3, help="pairs of runs (default 3); medians of the pairs' ratios are told")
    parser.add_argument("--memory", action="store_true", help="also compare the peak memory of 10,000 and 100,000 rows (minutes)")
    parser.add_argument("--quick", action="store_true", help="one pair")
    args = parser.parse_args()
    rates, marginals, rows = [], [], []
    for _ in range(1 if args.quick else args.repeat):
        pair = {(kind, n): measure(kind, n) for n in (FEW, MANY) for kind in ("bare", "rowsmith")}
        marginal = {kind: pair[kind, MANY]["cpu"] - pair[kind, FEW]["cpu"] for kind in ("bare", "rowsmith")}
        rates.append(pair["rowsmith", MANY]["rate"] / pair["bare", MANY]["rate"])
        marginals.append(marginal["rowsmith"] / marginal["bare"])
        rows.append((pair["bare", MANY]["rate"], pair["rowsmith", MANY]["rate"], marginal["bare"], marginal["rowsmith"]))
    print("bare rows/s  rowsmith rows/s  ratio   CPU s of 6,144 rows: bare  rowsmith  ratio")
    for (bare_rate, rate, bare_cpu, cpu), ratio, share in zip(rows, rates, marginals, strict=True):
        print(f"{bare_rate:11,.0f}  {rate:15,.0f}  {ratio:5.2f}   {bare_cpu:25.2f}  {cpu:8.2f}  {share:5.2f}")
    out: dict[str, object] = {"rate_ratio": round(median(rates), 3), "cpu_ratio": round(median(marginals), 3), "replay": replay()}
    if args.memory:
        few, many = measure("rowsmith", 10_000, 0.0)["memory"], measure("rowsmith", 100_000, 0.0)["memory"]
        out["memory"] = {"10,000 rows MB": round(few), "100,000 rows MB": round(many), "ratio": round(many / few, 2)}
    print("aims: rate at least 0.85, CPU at most 3.0, replay below 1 s, memory at most 1.5")
    print(json.dumps(out))


if __name__ == "__main__":
    main()
