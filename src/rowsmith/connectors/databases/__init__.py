"""Databases of the user, read and never written: a table, a collection or a query becomes one file of JSON Lines.

    address.py    the URL as structured fields, with the options that may be given
    reaching.py   where a host leads, looked at before anybody connects
    statement.py  the one SELECT that is sent
    extract.py    the rows of a session as lines of JSON
    values.py     what each type becomes
    tables.py     tables and columns
    postgres.py, mysql.py, mongo.py, others.py   sessions on servers, held to reading
    lite.py, duck.py, child.py, fenced.py        sessions on files, in a child process
    srv.py        the servers that DNS names for a MongoDB cluster
    bson_values.py  what JSON is for MongoDB's own types
    faults.py     what goes wrong, in the user's words
    fetching.py   what others call
"""

from rowsmith.connectors.databases.address import parsed
from rowsmith.connectors.databases.fetching import fetch, schema
from rowsmith.connectors.databases.tables import Column, Table

__all__ = ["Column", "Table", "fetch", "parsed", "schema"]
