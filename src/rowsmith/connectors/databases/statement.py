"""The one SELECT that is sent: made of a table's name, its columns and a condition, or written by the user and looked at before it is sent.

The database itself holds the session to reading; this is the wall before that, and the only one against functions that read the server's files,
call other servers, or wait. It holds only if the server reads the same words as sqlglot does. So what sqlglot takes for a comment is not sent, and
what two readers could read differently is refused: comments that MySQL carries out, hints, and a backslash before a quote.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rowsmith.connectors.databases.tables import Table
from rowsmith.core.errors import Invalid

if TYPE_CHECKING:
    from sqlglot import Token, exp

LONGEST = 100_000
_FIX = "Write one SELECT that only reads."
_READ_TWICE = re.compile(r"/\*(M?!|\+)|\bu&\s*[\"']|\\['\"`]", re.IGNORECASE)
"""Comments that MySQL carries out, hints, PostgreSQL's names in escapes, and a backslash before a quote."""
_CHANGES = (
    "Insert", "Update", "Delete", "Merge", "Create", "Drop", "Alter", "Command", "Set", "Copy", "Into", "Lock", "LoadData", "Pragma", "Attach",
    "Detach", "Use", "Kill", "Transaction", "Commit", "Rollback", "Execute", "TruncateTable", "Describe", "Show", "Export", "Summarize", "PropertyEQ",
)  # fmt: skip
"""Parts of a statement that do more than read, by their names in sqlglot."""
_ALWAYS = (
    r"sleep|benchmark|load_file|load_extension|readfile|writefile|edit|fts3_tokenizer|getenv|set_config|setval|nextval|ts_stat|connectby\w*|crosstab\w*"
    r"|pg_(read|ls|stat_file|sleep|terminate|cancel|reload|rotate|file|logical|create|drop|advisory|try_advisory|notify|switch|promote|export|import"
    r"|backup|start|stop|wal|replication|prewarm|log|copy|sync|largeobject|relation_filepath|current_logfile|hba|ident|config)\w*"
    r"|lo_\w*|loread|lowrite|lo(import|export)|dblink\w*|(query|cursor|table|schema|database)_to_xml\w*|http\w*|postgres_fdw\w*|file_fdw\w*"
    r"|(get|release|is_free|is_used)_\w*lock\w*|\w+_pos_wait|\w+_gtid_wait|wait_\w+|sys_(exec|eval|get|set)|sql_(exec|eval)\w*"
    r"|open(rowset|datasource|query|xml)|xp_\w*|sp_\w*|fn_(xe|trace|get_audit)\w*|utl_\w*|dbms_\w*|(http|db)uritype|cluster|remote\w*|executable"
)  # fmt: skip
_PACKAGES = re.compile(r"utl_\w*|dbms_\w*", re.IGNORECASE)
_BESIDE = {
    "duckdb": r"|read_\w*|parquet_\w*|sniff_csv|glob|query|query_table|\w+_(scan|attach|query|execute)\w*|which_secret|duckdb_secrets|getvariable",
    "clickhouse": r"|url\w*|file\w*|s3\w*|gcs|azure\w*|hdfs\w*|mysql|postgresql|mongodb|redis|sqlite|jdbc|odbc|input|hive|\w*(iceberg|delta|hudi)\w*",
}


def of_table(table: Table, columns: Sequence[str], where: str | None, key: Sequence[str], limit: int | None, dialect: str) -> str:
    """The SELECT of a table's columns (none: all), in the order of its key, so that the same rows come in the same order.

    Raises:
        Invalid: the condition is none, or does more than read.
    """
    from sqlglot import exp

    names = [exp.column(name, quoted=True) for name in columns or [column.name for column in table.columns]]
    schema = exp.to_identifier(table.schema, quoted=True) if table.schema else None
    made = exp.select(*names).from_(exp.Table(this=exp.to_identifier(table.name, quoted=True), db=schema))
    if key:
        made = made.order_by(*(exp.column(name, quoted=True) for name in key))
    if where is not None:
        made = made.where(_condition(where, dialect))
    if limit is not None:
        made = made.limit(limit)
    return made.sql(dialect=dialect)


def reading(sql: str, dialect: str) -> str:
    """A statement that is a single SELECT and only reads, without comments and the semicolon behind it.

    Raises:
        Invalid: it is something else, cannot be read, or calls what reads files, reaches other servers, locks or waits.
    """
    from sqlglot import exp

    parsed = _parsed(sql, dialect)
    if len(parsed) != 1:
        raise Invalid(f"The query holds {len(parsed)} statements." if parsed else "The query is empty.", _FIX)
    if not isinstance(parsed[0], exp.Query):
        raise Invalid("The query is no SELECT.", _FIX)
    tokens = _require_harmless(sql, parsed[0], dialect)
    while tokens[-1].token_type.name == "SEMICOLON":
        tokens.pop()
    said, end = "", 0
    for token in tokens:
        between = sql[end : token.start]
        said += (between if not between.strip() else " ") + sql[token.start : token.end + 1]
        end = token.end + 1
    return said.strip()


def _condition(where: str, dialect: str) -> exp.Expr:
    from sqlglot import exp

    parsed = _parsed(where, dialect)
    if len(parsed) != 1 or not isinstance(parsed[0], exp.Expression) or isinstance(parsed[0], exp.Query | exp.Alias | exp.DDL | exp.DML):
        raise Invalid("The condition (where) is none.", "Write what stands behind WHERE, such as status = 'open' AND year > 2020.")
    _require_harmless(where, parsed[0], dialect)
    return parsed[0]


def _parsed(sql: str, dialect: str) -> list[exp.Expr]:
    """The statements in a text."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    if len(sql) > LONGEST or "\0" in sql:
        raise Invalid(f"The query is longer than {LONGEST:,} characters, or holds a NUL.", _FIX)
    if twice := _READ_TWICE.search(sql):
        raise Invalid(f"The query holds {twice[0]!r}, which databases read in several ways.", "Write it without; a quote within quotes is doubled.")
    logger = logging.getLogger("sqlglot")
    logger.disabled = True  # it warns of what is then refused
    try:
        return [one for one in sqlglot.parse(sql, dialect=dialect or None) if one is not None and not isinstance(one, sqlglot.exp.Semicolon)]
    except (SqlglotError, RecursionError) as error:
        told = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).splitlines() or [type(error).__name__]
        raise Invalid(f"The query cannot be read: {told[0][:300]}", _FIX) from None
    finally:
        logger.disabled = False


def _require_harmless(sql: str, parsed: exp.Expr, dialect: str) -> list[Token]:
    """The words of a statement, none of which does more than read."""
    import sqlglot

    changes = next((type(node).__name__ for node in parsed.walk() if type(node).__name__ in _CHANGES), "")
    if changes:
        raise Invalid(f"The query does more than read ({changes}).", _FIX)
    forbidden = re.compile(_ALWAYS + _BESIDE.get(dialect, ""), re.IGNORECASE)
    tokens = sqlglot.tokenize(sql, read=dialect or None)
    for token, after in zip(tokens, [*(one.token_type.name for one in tokens[1:]), ""], strict=True):
        kind = token.token_type.name
        called = after == "L_PAREN" and kind != "STRING" and forbidden.fullmatch(token.text)
        if kind == "INTO" or called or (after == "DOT" and _PACKAGES.fullmatch(token.text)):
            raise Invalid(f"The query uses {token.text[:60]}, which may do more than read tables.", _FIX)
    return list(tokens)
