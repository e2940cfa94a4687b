"""A tiny language model as a probe: how well a small recurrent network over bytes, trained on some rows, foresees the text of others.

The network is a GRU (Cho et al., 2014) of one layer, trained by AdamW for a number of steps that does not depend on the rows, so that sets of rows
are compared at the same cost. It needs torch (`pip install 'rowsmith[train]'`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from math import exp
from random import Random
from typing import Any
from zlib import crc32

from rowsmith.core.errors import Unavailable
from rowsmith.steps.probes import Lesson

STEPS, BATCH, SPAN = 150, 16, 64
_WIDTH, _STATE = 32, 96
_TESTED, _TOGETHER = 300, 64
"""Most bytes of a test row that are looked at, and rows that are tested at once."""
_RATE = 1e-2
_END = b"\x00"


def mixed(one: Lesson, seed: int) -> Lesson:
    """The same words in no order."""
    words = str(one.wanted).split()
    Random(f"{seed} {one.row}").shuffle(words)
    return replace(one, wanted=" ".join(words))


class LanguageModel:
    """Foresees text byte by byte.

    Raises:
        Unavailable: torch is not installed.
    """

    def __init__(self, lessons: Iterable[Lesson]) -> None:
        if not find_spec("torch"):
            raise Unavailable("The probe lm needs torch, which is not installed.", "pip install 'rowsmith[train]', or choose another --probe.")
        import torch

        given = list(lessons)
        seed = crc32("".join(sorted(one.row for one in given)).encode())  # of the rows alone, and another for others
        with _alone(torch), torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._torch, self._layers = torch, _layers(torch)
            self._train(sorted(given, key=lambda one: one.row), Random(seed))

    def scores(self, tests: Sequence[Lesson]) -> list[float]:
        """How likely each byte of a test row is on the geometric mean, 0 to 1."""
        found: list[float] = []
        with _alone(self._torch), self._torch.no_grad():
            for start in range(0, len(tests), _TOGETHER):
                found += self._likely([_bytes(one)[:_TESTED] for one in tests[start : start + _TOGETHER]])
        return found

    def _train(self, lessons: list[Lesson], draw: Random) -> None:
        """Steps over pieces that begin anywhere in the rows."""
        torch = self._torch
        draw.shuffle(lessons)
        data = _numbers(torch, _END + _END.join(map(_bytes, lessons)) + _END * (SPAN + 1))
        optimizer = torch.optim.AdamW(self._layers.parameters(), lr=_RATE)
        for step in range(STEPS):
            optimizer.param_groups[0]["lr"] = _RATE * (1 - step / STEPS)
            starts = [draw.randrange(len(data) - SPAN) for _ in range(BATCH)]
            loss = self._loss(torch.stack([data[start : start + SPAN + 1] for start in starts])).mean()
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self._layers.parameters(), 1.0)
            optimizer.step()

    def _loss(self, data: Any) -> Any:
        """By row and byte, how little it was foreseen from those before it: natural logarithms."""
        layers = self._layers
        told = layers["next"](layers["state"](layers["bytes"](data[:, :-1]))[0])
        return self._torch.nn.functional.cross_entropy(told.transpose(1, 2), data[:, 1:], reduction="none")

    def _likely(self, texts: Sequence[bytes]) -> list[float]:
        longest = max(map(len, texts))
        data = self._torch.stack([_numbers(self._torch, _END + text + _END * (longest - len(text))) for text in texts])
        return [exp(-float(row[: len(text)].mean())) for row, text in zip(self._loss(data), texts, strict=True)]


@contextmanager
def _alone(torch: Any) -> Iterator[None]:
    """One thread while it lasts: such small networks gain nothing from more."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _layers(torch: Any) -> Any:
    return torch.nn.ModuleDict({
        "bytes": torch.nn.Embedding(256, _WIDTH), "state": torch.nn.GRU(_WIDTH, _STATE, batch_first=True), "next": torch.nn.Linear(_STATE, 256),
    })  # fmt: skip


def _bytes(one: Lesson) -> bytes:
    return str(one.wanted).encode("utf-8", "replace").replace(_END, b" ")


def _numbers(torch: Any, data: bytes) -> Any:
    return torch.tensor(list(data), dtype=torch.long)
