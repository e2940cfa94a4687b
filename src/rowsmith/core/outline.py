"""Source code as spans: what is left of a syntax tree when whoever has read it is done with it."""

from __future__ import annotations

import msgspec


class Block(msgspec.Struct, array_like=True, frozen=True):
    """text[start:end] is a node of the tree, up to where the next one begins; `parts` are those at which it can be cut, none where it cannot."""

    start: int
    end: int
    parts: list[Block] = []


class Part(msgspec.Struct, array_like=True, frozen=True):
    """text[start:end] is a definition with what belongs to it, or what lies between two. `symbol` is what it is called ("Class.method"; empty
    outside of definitions). A definition that holds others has them, and what lies between, in `parts`; any other one can be cut at `blocks`."""

    start: int
    end: int
    symbol: str
    parts: list[Part] = []
    blocks: list[Block] = []
