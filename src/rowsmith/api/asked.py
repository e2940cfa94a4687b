"""What a request asks for in its address is known, or refused: a name that is misspelt would else change nothing, and nobody would hear of it."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from rowsmith.core.errors import Invalid, choose


def known(request: Request) -> None:
    """Dependency of every route.

    Raises:
        Invalid: the address has a parameter that this route does not take.
    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute) or not request.query_params:
        return
    taken = list(_taken(route.dependant))
    for name in request.query_params:
        if name not in taken:
            fix = choose(name, taken) if taken else "Leave it out: nothing can be given here behind a question mark."
            raise Invalid(f"{name!r} is nothing that can be asked for at this address.", fix)


def _taken(needs: Dependant) -> Iterator[str]:
    yield from (field.alias for field in needs.query_params)
    for one in needs.dependencies:
        yield from _taken(one)
