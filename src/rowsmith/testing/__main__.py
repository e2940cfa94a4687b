"""`python -m rowsmith.testing`: the scripted model server from the command line. Its options are the fields of `Script`."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from rowsmith.core.errors import RowsmithError
from rowsmith.testing.model_server import serving
from rowsmith.testing.script import Script, script_of


def parser() -> argparse.ArgumentParser:
    """The command line, made from the fields of `Script`."""
    made = argparse.ArgumentParser(
        prog="python -m rowsmith.testing",
        description="A scripted model server, OpenAI- and Anthropic-shaped. Prints one JSON line with its address, then serves until told to end.",
    )
    made.add_argument("--script", type=Path, help="JSON file with any of these options; the command line overrules it.")
    made.add_argument("--until-eof", action="store_true", help="End when standard input closes.")
    for name, field in Script.model_fields.items():
        flag, text = f"--{name.replace('_', '-')}", (field.description or "").replace("%", "%%")
        if field.annotation is bool:
            made.add_argument(flag, action=argparse.BooleanOptionalAction, default=None, help=text)
        else:
            made.add_argument(flag, metavar=name.upper(), help=text)
    return made


def options(arguments: argparse.Namespace) -> dict[str, Any]:
    """The options of Script that the command line gives."""
    given = {name: value for name in Script.model_fields if (value := getattr(arguments, name)) is not None}
    if "replies" in given:
        given["replies"] = json.loads(given["replies"])
    if arguments.script:
        given = {**json.loads(arguments.script.read_text(encoding="utf-8")), **given}
    return given


async def serve(script: Script, until_eof: bool) -> None:
    """Serve until SIGTERM, SIGINT, or (where asked for) the end of standard input."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    with tempfile.TemporaryDirectory(prefix="rowsmith-calls-") as folder:
        log = script.log or Path(folder) / "calls.jsonl"
        async with serving(script, log) as (_, root):
            line = json.dumps({"url": f"{root}/v1", "root": root, "log": str(log), "pid": os.getpid()})
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
            if until_eof:
                loop.add_reader(sys.stdin.fileno(), lambda: None if os.read(sys.stdin.fileno(), 4096) else stop.set())
            await stop.wait()
            if until_eof:
                loop.remove_reader(sys.stdin.fileno())


def main() -> int:
    """Run the command line; 2 when the options or the address cannot be used."""
    arguments = parser().parse_args()
    try:
        asyncio.run(serve(script_of(options(arguments)), arguments.until_eof))
    except (RowsmithError, OSError, json.JSONDecodeError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
