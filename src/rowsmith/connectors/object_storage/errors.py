"""What goes wrong at a storage, in our words: its clients have errors of their own, known here by name, for none of them need be installed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from rowsmith.connectors.object_storage.address import Place
from rowsmith.core.addresses import AddressRefused
from rowsmith.core.errors import NotFound, RowsmithError, Unavailable

EXTRAS = {"s3": "s3", "gs": "gcs", "az": "azure"}
_NO_KEYS = {
    "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "ProfileNotFound", "CredentialUnavailableError",
    "DefaultCredentialsError", "RefreshError", "GoogleAuthError",
}  # fmt: skip
_REFUSED = {"PermissionError", "ClientAuthenticationError"}
_GONE = {"FileNotFoundError", "ResourceNotFoundError"}
_KEYS = {
    "s3": "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or a profile of ~/.aws), or read without them (anonymous).",
    "gs": "Set GOOGLE_APPLICATION_CREDENTIALS to the file of a key, or read without one (anonymous).",
    "az": "Set AZURE_STORAGE_ACCOUNT_KEY or sign in (az login), or read without (anonymous).",
}


@contextmanager
def told(place: Place) -> Iterator[None]:
    """Within it, what the clients raise becomes an error that says what to do. What is ours already passes."""
    try:
        yield
    except RowsmithError:
        raise
    except ImportError as error:
        what = f"{place.kind}:// is read by a library that is not installed ({error.name})."
        raise Unavailable(what, f"pip install 'rowsmith[{EXTRAS[place.kind]}]'") from None
    except Exception as error:  # noqa: BLE001 - clients of four makers raise what they like
        raise as_error(error, place) from None


def as_error(error: BaseException, place: Place) -> RowsmithError:
    """The error of ours for one of theirs, or for what caused it."""
    chain = list(_chain(error))
    if refused := next((one for one in chain if isinstance(one, RowsmithError)), None):
        return refused
    names = {kind.__name__ for one in chain for kind in type(one).__mro__}
    where = f"{place.kind}://{place.bucket}"
    if names & _NO_KEYS:
        return Unavailable(f"There are no credentials for {where}.", _KEYS[place.kind])
    if names & _GONE or _status(chain) == 404:
        return NotFound(f"There is no bucket {where}, or no such object.", "Check the address.")
    if names & _REFUSED or _status(chain) in (401, 403):
        return Unavailable(f"{where} is not open to us ({shown(error)}).", _KEYS[place.kind])
    return Unavailable(f"{where} cannot be read: {shown(error)}.", "Check the network and the endpoint, and try again.")


def reason_of(error: BaseException) -> str:
    """Why one object does not come, as a code; empty where the reason is none of the object's."""
    chain = list(_chain(error))
    if any(isinstance(one, AddressRefused) for one in chain):
        return ""
    names = {kind.__name__ for one in chain for kind in type(one).__mro__}
    if "Changed" in names or _status(chain) == 412:
        return "changed"
    return "not_found" if names & _GONE or _status(chain) == 404 else "forbidden" if "PermissionError" in names or _status(chain) == 403 else ""


def shown(error: BaseException) -> str:
    """What an error says, on one line and without what may be secret: no query, which may sign, is shown."""
    said = re.sub(r"\?\S+", "?…", f"{type(error).__name__}: {error}".split("\n")[0])
    return "".join(sign if sign.isprintable() else " " for sign in said)[:300].rstrip(". :")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, what it was made of, and so on."""
    for _ in range(10):
        if error is None:
            return
        yield error
        inner = getattr(error, "kwargs", {}).get("error") if isinstance(getattr(error, "kwargs", None), dict) else None
        error = inner if isinstance(inner, BaseException) else error.__cause__ or error.__context__


def _status(chain: list[BaseException]) -> int:
    """The HTTP status that one of them carries; 0: none."""
    for one in chain:
        code = getattr(one, "status_code", None) or getattr(one, "code", None)
        if isinstance(code, int | str) and str(code).isdigit():
            return int(code)
    return 0
