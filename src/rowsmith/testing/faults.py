"""Every fault by name: refusals (`429`, `429:date`, `503`, `reset_before`), faults of the road, bad shapes, and dirt."""

from __future__ import annotations

from functools import partial

from rowsmith.core.errors import NotFound, choose
from rowsmith.testing.deliveries import DELIVERIES, reset_after
from rowsmith.testing.dialect import ERRORS, ErrorKind
from rowsmith.testing.dirt import DIRT
from rowsmith.testing.embeddings import VECTORS
from rowsmith.testing.exchange import Exchange, Fault
from rowsmith.testing.refusals import RETRY_AFTER, ask_to_wait, refuse, refuse_as
from rowsmith.testing.shapes import SHAPES


def _unread(exchange: Exchange, argument: str) -> None:
    exchange.status, exchange.latency_s = 0, 0.0
    exchange.deliver = partial(reset_after, argument=argument)


def _as(kind: ErrorKind) -> Fault:
    return Fault(kind, ERRORS[kind], billed=False, refuse=lambda exchange, argument: refuse_as(exchange, kind))


FAULTS: dict[str, Fault] = {
    **{fault.name: fault for fault in DELIVERIES},
    "reset_before": Fault("reset_before", "the connection is reset as soon as the headers are there", billed=False, refuse=_unread),
    **{kind: _as(kind) for kind in ERRORS},
    **SHAPES,
    **DIRT,
    **VECTORS,
}
"""Every fault by name, without the status codes: any number from 400 to 599 is the refusal with that status."""


def fault(text: str, retry_after: str = "seconds", retry_after_s: float = 1.0) -> tuple[Fault, str]:
    """The fault that `name` or `name:argument` names, and its argument.

    The argument of 429, 503 and 529 is the form of Retry-After (`refusals.RETRY_AFTER`, `mixed`, or a number of seconds).

    Raises:
        NotFound: there is no such fault.
    """
    name, _, argument = text.partition(":")
    if name.isdigit() and 400 <= int(name) <= 599:
        return _status(int(name), argument, retry_after, retry_after_s), argument
    if name not in FAULTS:
        raise NotFound(f"No fault is called {name!r}.", choose(name, ["429", "500", *FAULTS]))
    _check(text, name, argument)
    return FAULTS[name], argument


def _check(text: str, name: str, argument: str) -> None:
    if not argument:
        return
    if not FAULTS[name].argument:
        raise NotFound(f"The fault {name!r} takes no argument, so {text!r} means nothing.", f"Write {name}.")
    try:
        float(argument)
    except ValueError:
        raise NotFound(f"{argument!r} in {text!r} is not a number.", f"It is the {FAULTS[name].argument}.") from None


def _status(status: int, form: str, retry_after: str, seconds: float) -> Fault:
    forms = [*RETRY_AFTER, "mixed"]
    if form and form not in forms and not form.replace(".", "", 1).isdigit():
        raise NotFound(f"No form of Retry-After is called {form!r}.", choose(form, forms))

    def refused(exchange: Exchange, argument: str) -> None:
        refuse(exchange, status)
        if argument or status == 429:
            ask_to_wait(exchange, argument or retry_after, seconds)

    return Fault(str(status), f"status {status}", billed=False, refuse=refused)
