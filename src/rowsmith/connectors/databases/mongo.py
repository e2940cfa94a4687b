"""MongoDB through pymongo: one server, asked with `find` alone, by conditions that compare and run no code.

MongoDB has no session that only reads. What is sent is find, getMore, listCollections, count and $sample, and nothing that the user writes but a
filter of operators named here. The driver is told to stay with the one server (a server names others, which nobody has looked at). Without TLS it
gets the address that was looked at; with TLS the name, which the certificate is for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any

from rowsmith.connectors.databases import faults
from rowsmith.connectors.databases.address import Address
from rowsmith.connectors.databases.bson_values import kind_of, plain
from rowsmith.connectors.databases.extract import Asked, Said
from rowsmith.connectors.databases.reaching import reached
from rowsmith.connectors.databases.srv import expanded
from rowsmith.connectors.databases.tables import Column, Table, found
from rowsmith.connectors.databases.values import Values
from rowsmith.core.addresses import Allowed
from rowsmith.core.errors import Invalid, RowsmithError, Unavailable, choose
from rowsmith.core.row import Json

CONNECT_S = 15
_GRACE_S = 10.0
_SAMPLED = 200
_OPERATORS = (
    "$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$and", "$or", "$nor", "$not", "$exists", "$type", "$regex", "$options", "$all",
    "$elemMatch", "$size", "$mod", "$bitsAllSet", "$bitsAnySet", "$bitsAllClear", "$bitsAnyClear",
)  # fmt: skip
_TYPED = 'Write types as in Extended JSON: {"$date": "2024-01-01T00:00:00Z"}.'
_TYPES = ("$oid", "$date", "$uuid", "$numberDecimal", "$numberInt", "$numberLong", "$numberDouble", "$binary", "$timestamp", "$minKey", "$maxKey")
"""How Extended JSON says the types that JSON has not."""


class Mongo:
    """A connection with one database."""

    def __init__(self, database: Any, address: Address, timeout_s: float) -> None:
        self.database, self._address, self._timeout_s = database, address, timeout_s

    def tables(self) -> list[Table]:
        """The collections, with the fields of some of their documents, and the number of documents that the server believes there are."""
        with _told(self._address, self._timeout_s):
            listed = sorted(self.database.list_collections(authorizedCollections=True, nameOnly=True), key=lambda one: str(one["name"]))
            return [self._table(one["name"], one.get("type", "collection")) for one in listed if not one["name"].startswith("system.")]

    def extract(self, asked: Asked, filter: Mapping[str, Json]) -> Iterator[Said]:
        """As extract.extract: the facts, each document, the notes. The types of the fields are known in the end.

        Raises: as that does; and Invalid: the filter compares by what may not be used.
        """
        condition = _condition(filter)
        with _told(self._address, self._timeout_s):
            names = self.database.list_collection_names(authorizedCollections=True)
        known = found([Table(name, "", "collection", ()) for name in names], asked.table or "")
        key = list(asked.key or ("_id",))
        yield {"table": known.known_as, "key": [name for name in key if not asked.columns or name in asked.columns]}
        values, kinds = Values([], plain), dict[tuple[str, type], None]()
        for document in self._documents(condition, asked, key):
            for name, value in document.items():
                kinds[name, type(value)] = None
            yield values.mapping(document)
        yield {"columns": _columns(kinds), "notes": values.notes}

    def _documents(self, condition: Mapping[str, Any], asked: Asked, key: list[str]) -> Iterator[dict[str, Any]]:
        """The documents, in batches that the server keeps within 16 MB."""
        picked = {**dict.fromkeys(asked.columns, True), **({} if "_id" in asked.columns else {"_id": False})} if asked.columns else None
        cursor = self.database[asked.table].find(
            condition, picked, sort=[(name, 1) for name in key], limit=asked.limit or 0, batch_size=max(2, asked.batch),
            max_time_ms=max(1, int(self._timeout_s * 1000)),
        )  # fmt: skip
        with cursor, _told(self._address, self._timeout_s):
            yield from () if asked.limit == 0 else cursor  # 0 is no limit to MongoDB

    def _table(self, name: str, kind: str) -> Table:
        documents = list(islice(self.database[name].aggregate([{"$sample": {"size": _SAMPLED}}], maxTimeMS=int(self._timeout_s * 1000)), _SAMPLED))
        kinds: dict[str, dict[str, int]] = {}
        for document in documents:
            for field, value in document.items():
                seen = kinds.setdefault(field, {})
                seen[kind_of(type(value))] = seen.get(kind_of(type(value)), 0) + 1
        columns = [_column(field, seen, len(documents)) for field, seen in kinds.items()]
        return Table(name, "", kind, tuple(columns), self.database[name].estimated_document_count() if kind == "collection" else None)


def _columns(kinds: Iterable[tuple[str, type]]) -> list[dict[str, str]]:
    """The fields, each with the types that were met."""
    met: dict[str, list[str]] = {}
    for name, kind in kinds:
        met.setdefault(name, []).append(kind_of(kind))
    return [{"name": name, "type": " | ".join(found)} for name, found in met.items()]


def _column(name: str, kinds: Mapping[str, int], documents: int) -> Column:
    """A field, by how many of so many documents have a value of which type."""
    named = [kind for kind in kinds if kind != "null"]
    return Column(name, " | ".join(named) or "null", "null" in kinds or sum(kinds.values()) < documents, name == "_id")


@contextmanager
def opened(allowed: Allowed, address: Address, timeout_s: float) -> Iterator[Mongo]:
    """A connection with the first of the hosts that answers.

    Raises:
        AddressRefused: one of them may not be connected to. Unavailable: there is no server or user, or no pymongo. Invalid: no database is named.
    """
    try:
        import pymongo
    except ImportError:
        raise faults.missing("mongodb", "pymongo") from None
    if not address.database:
        raise Invalid("The URL names no database.", "Write it behind the last slash: mongodb://host:27017/database.")
    address = expanded(address)
    client = _connected(pymongo, allowed, address, timeout_s)
    try:
        with _told(address, timeout_s):
            database = client[address.database]
        yield Mongo(database, address, timeout_s)
    finally:
        client.close()


def _connected(pymongo: Any, allowed: Allowed, address: Address, timeout_s: float) -> Any:
    """A client of the first server that answers."""
    found = [(host, reached(allowed, address, host, port), port) for host, port in address.hosts]
    places = [(there, port) for host, ips, port in found for there in ([host] if _tls(address) else ips)]
    for place, (there, port) in enumerate(places):
        client = _client(pymongo, _settings(address, timeout_s), f"[{there}]" if ":" in there else there, port)
        try:
            with _told(address, CONNECT_S):
                client.admin.command("ping")
            return client
        except Unavailable:
            client.close()
            if place + 1 == len(places):
                raise
        except BaseException:
            client.close()
            raise
    raise faults.unreachable(address, "no host is named")


def _client(pymongo: Any, settings: Mapping[str, Any], host: str, port: int) -> Any:
    """A client, which connects with nobody yet."""
    try:
        return pymongo.MongoClient(**settings, host=host, port=port)
    except (ValueError, TypeError, pymongo.errors.ConfigurationError) as error:
        raise Invalid(f"The URL has an option that MongoDB does not know: {str(error)[:200]}.", "Correct it, or leave it out.") from None


def _settings(address: Address, timeout_s: float) -> dict[str, Any]:
    """What the driver is told: the database's options that change how it signs in, and ours."""
    from bson.codec_options import DatetimeConversion

    told: dict[str, Any] = {
        "directConnection": True, "tls": _tls(address), "retryWrites": False, "serverSelectionTimeoutMS": CONNECT_S * 1000,
        "connectTimeoutMS": CONNECT_S * 1000, "socketTimeoutMS": int((timeout_s + _GRACE_S) * 1000), "tz_aware": True,
        "appname": address.options.get("appname", "rowsmith"), "readPreference": address.options.get("readpreference", "secondaryPreferred"),
        "datetime_conversion": DatetimeConversion.DATETIME_AUTO, "maxPoolSize": 1,
        "retryReads": address.options.get("retryreads", "true").lower() == "true",
        "unicode_decode_error_handler": "replace", "uuidRepresentation": "standard",
    }  # fmt: skip
    if address.user:
        mechanism = address.options.get("authmechanism", "SCRAM-SHA-256")
        if mechanism not in (may := ("SCRAM-SHA-256", "SCRAM-SHA-1")):
            raise Invalid(f"Signing in by {mechanism} is not done here.", choose(mechanism, may))
        told |= {"username": address.user, "password": address.password.get_secret_value() if address.password else ""}
        told |= {"authSource": address.options.get("authsource") or address.database}
        told |= {"authMechanism": mechanism} if "authmechanism" in address.options else {}
    return told


def _tls(address: Address) -> bool:
    return (address.options.get("tls") or address.options.get("ssl") or "false").lower() == "true"


def _condition(filter: Mapping[str, Json]) -> Mapping[str, Any]:
    """A filter as the driver takes it.

    Raises:
        Invalid: it holds an operator that is not named here ($where, $function, $expr ...), or a value of a type that cannot be read.
    """
    from bson import json_util
    from bson.errors import BSONError

    _require_operators(filter)
    try:
        condition = json_util.loads(json_util.dumps(filter), json_options=json_util.JSONOptions(tz_aware=True))
    except (TypeError, ValueError, BSONError) as error:
        raise Invalid(f"The filter cannot be read: {str(error)[:200]}.", _TYPED) from None
    return dict(condition)


def _require_operators(value: Json) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if str(name).startswith("$") and name not in _OPERATORS and name not in _TYPES:
                raise Invalid(f"The filter uses {name}, which is not among those that may be.", choose(str(name), _OPERATORS))
            _require_operators(inner)
    elif isinstance(value, list | tuple):
        for one in value:
            _require_operators(one)


@contextmanager
def _told(address: Address, timeout_s: float) -> Iterator[None]:
    """Within it, what goes wrong becomes an error of ours."""
    from bson.errors import BSONError
    from pymongo.errors import PyMongoError

    try:
        yield
    except BSONError as error:
        raise Invalid(f"{address.shown} sends what is no BSON: {str(error)[:200]}.", "Check who runs it.") from None
    except PyMongoError as error:
        raise _error(error, address, timeout_s) from None


def _error(error: Any, address: Address, timeout_s: float) -> RowsmithError:
    from pymongo.errors import ConnectionFailure, ExecutionTimeout, NetworkTimeout, OperationFailure

    if isinstance(error, ExecutionTimeout | NetworkTimeout):
        return faults.too_slow(address, timeout_s)
    if isinstance(error, ConnectionFailure):
        return faults.unreachable(address, str(error).partition(", Timeout:")[0])
    if isinstance(error, OperationFailure) and error.code in (11, 18):
        return faults.wrong_password(address)
    if isinstance(error, OperationFailure) and error.code == 13:
        return faults.may_not(address, str(error).partition(", full error")[0])
    return faults.not_understood(address, str(error).partition(", full error")[0])
