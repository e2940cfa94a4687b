"""The host of llama.cpp: one loaded model, asked through the HTTP server that xllamacpp brings along.

    python -m rowsmith.llm.hosts.llama

It answers on loopback to whoever knows the token, takes no request from a web page, and keeps no prompts.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

from rowsmith.llm.hosts import life
from rowsmith.llm.local.memory import available, shown

HTTP_THREADS = 4
"""Connections beyond those of the questions in it: idle ones keep a thread for a while."""


def main() -> None:
    """Load the model, say where it answers, and be there until nobody asks any more."""
    told = life.begin()
    try:
        import xllamacpp
    except ImportError as error:
        life.give_up(f"llama.cpp cannot be loaded: {error}.", "Install it with: pip install 'rowsmith[local]'")
    gpus = [device["description"] or device["name"] for device in xllamacpp.get_device_info() if "GPU" in device["type"].name]
    _check(told, gpus)
    server = xllamacpp.Server(_params(xllamacpp, told, bool(gpus)))
    # A server that is asked to end before its loop has begun never ends; whoever answers this one has begun it.
    server.handle_metrics()
    life.say(address=server.listening_address)
    threading.Event().wait()


def _check(told: dict[str, Any], gpus: list[str]) -> None:
    if told["gpu_layers"] and not gpus:
        life.give_up(
            f"gpu_layers is {told['gpu_layers']}, and llama.cpp finds no GPU.",
            "Leave gpu_layers out, or install the xllamacpp for your GPU (its page on PyPI says how).",
        )
    free = available()
    if (not gpus or told["gpu_layers"] == 0) and free is not None and told["needs"] > free:
        life.give_up(
            f"{told['title']} needs about {shown(told['needs'])} of memory with {told['places']} calls in flight of {told['context']:,} tokens each, "
            f"and {shown(free)} are free.",
            "Lower concurrency or context, or take smaller weights.",
        )


def _params(xllamacpp: Any, told: dict[str, Any], with_gpu: bool) -> Any:
    params = xllamacpp.CommonParams()
    params.model.path = told["path"]
    params.model_alias = {told["title"]}
    params.n_parallel = told["places"]
    params.n_ctx = told["context"] * told["places"]
    for processors in (params.cpuparams, params.cpuparams_batch):
        processors.n_threads = told["threads"]
        processors.poll = 0  # a thread that waits turning takes the processor from those that work
    if told["gpu_layers"] is not None:
        params.n_gpu_layers = told["gpu_layers"]
    params.fit_params = with_gpu and told["gpu_layers"] is None
    params.warmup = False
    params.cache_ram_mib = 0
    params.endpoint_metrics = True
    params.endpoint_slots = False
    params.ui = False
    params.api_keys = [told["token"]]
    params.cors_origins = "null"
    params.n_threads_http = told["places"] + HTTP_THREADS
    params.verbosity = 3 if told["verbose"] else 1
    return params


if __name__ == "__main__":
    try:
        main()
    except RuntimeError:  # xllamacpp's word for "llama.cpp has said why"; what it said is written at an orderly end
        sys.exit(1)
