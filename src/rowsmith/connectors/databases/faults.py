"""What goes wrong with a database, in the words of whoever asked; the password is in none of them."""

from __future__ import annotations

from rowsmith.connectors.databases.address import Address
from rowsmith.core.errors import Invalid, NotFound, RowsmithError, Unavailable


def missing(extra: str, driver: str) -> Unavailable:
    """The driver is not installed."""
    return Unavailable(f"{driver} is not installed.", f"Install it: pip install 'rowsmith[{extra}]'")


def wrong_password(address: Address) -> Unavailable:
    """The server does not let the user in."""
    who = f"the user {address.user!r}" if address.user else "anybody without a name"
    told = "with this password" if address.password else "without a password"
    return Unavailable(f"{address.shown} does not let {who} in {told}.", "Correct the user and the password, in the URL or as the stored secret.")


def no_database(address: Address) -> NotFound:
    """The server has no such database."""
    return NotFound(f"{address.origin} has no database {address.database!r}.", "Correct the name behind the last slash of the URL.")


def unreachable(address: Address, why: str) -> Unavailable:
    """Nobody answers there, or no longer."""
    fix = "Check the host and the port, and that the server is running and lets this machine in."
    return Unavailable(f"{address.shown} cannot be reached: {address.hidden(why)[:300]}", fix)


def too_slow(address: Address, timeout_s: float) -> Unavailable:
    """The server was not done in time."""
    fix = "Give it more time (timeout_s), or ask for less: fewer columns, a limit, or a condition on a column with an index."
    return Unavailable(f"{address.shown} was not done within {timeout_s:g} s.", fix)


def may_not(address: Address, why: str) -> Invalid:
    """The account may not do what was asked."""
    return Invalid(f"{address.shown} does not let {address.user or 'this user'} do this: {address.hidden(why)[:300]}", "Give it the right to read.")


def not_understood(address: Address, why: str) -> Invalid:
    """The database does not carry out the statement."""
    what = f"{address.shown} says: {address.hidden(why).strip()[:400]}"
    return Invalid(what if what.endswith(".") else f"{what}.", "Correct the query.")


def writable(address: Address) -> Unavailable:
    """The session would let somebody write."""
    fix = "Connect to the server itself, or as a user who may only read, and not through a proxy that drops settings."
    return Unavailable(f"{address.shown} did not make the session read-only when it was told to.", fix)


def file_asked(address: Address) -> RowsmithError:
    """The server asked for a file of this machine."""
    what = f"{address.shown} asked for a file of this machine, and got none. No server of yours does that."
    return Invalid(what, "Check who runs it before you connect again.")
