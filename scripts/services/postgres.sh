#!/usr/bin/env bash
# Finds or starts a PostgreSQL server for the tests, and prints the line that tells them where it is:
#
#     eval "$(scripts/services/postgres.sh)"
#
# In this order: the server of ROWSMITH_TEST_POSTGRES; one on 127.0.0.1:5432 that lets the user postgres in; else a server of our
# own on a free port, from the programs that are installed or, for root on a machine with apt, that are installed now.
# `scripts/services/postgres.sh stop` ends the server of our own. Without any server the tests of PostgreSQL are skipped; with CI=true
# that is a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
home="${TMPDIR:-/tmp}/rowsmith-postgres-$(id -u)"
python=.venv/bin/python

say() { printf '%s\n' "services: $*" >&2; }

answers() {
    "$python" -c 'import sys, psycopg
psycopg.connect(sys.argv[1].replace("+psycopg", ""), connect_timeout=5, autocommit=True).execute("SELECT 1")' "$1" 2>/dev/null
}

found() {
    say "PostgreSQL answers at $(printf '%s' "$1" | sed 's#//.*@#//#')"
    printf 'export ROWSMITH_TEST_POSTGRES=%q\n' "$1"
    exit 0
}

without() {
    say ""
    say "NOT TESTED ON POSTGRESQL: $1"
    say "Start a server and set ROWSMITH_TEST_POSTGRES=postgresql+psycopg://user:password@host:5432/name"
    say ""
    if [ "${CI:-}" = true ]; then exit 1; fi
    exit 0
}

programs() {
    local folder newest=""
    for folder in /usr/local/opt/postgresql*/bin /opt/homebrew/opt/postgresql*/bin /usr/lib/postgresql/*/bin "$(dirname "$(command -v initdb || echo /)")"; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then newest="$folder"; fi
    done
    printf '%s' "$newest"
}

# The server refuses to run as root.
as_owner() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

folder="$(programs)"

if [ "${1:-}" = stop ]; then
    if [ -f "$home/port" ]; then as_owner "$folder/pg_ctl" -D "$home/data" -m fast stop >&2 && rm -rf "$home"; fi
    exit 0
fi

if [ -n "${ROWSMITH_TEST_POSTGRES:-}" ]; then
    if answers "$ROWSMITH_TEST_POSTGRES"; then found "$ROWSMITH_TEST_POSTGRES"; fi
    without "no server answers at ROWSMITH_TEST_POSTGRES."
fi
for name in test postgres; do
    if answers "postgresql://postgres@127.0.0.1:5432/$name"; then found "postgresql+psycopg://postgres@127.0.0.1:5432/$name"; fi
done

if [ -z "$folder" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing PostgreSQL"
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends postgresql; } >&2 || without "it could not be installed."
    folder="$(programs)"
fi
if [ -z "$folder" ]; then without "it is not installed."; fi

if [ ! -f "$home/port" ]; then
    say "making a server in $home"
    rm -rf "$home" && mkdir -m 755 "$home"
    if [ "$(id -u)" = 0 ]; then chown postgres "$home"; fi
    cd "$home"
    as_owner "$folder/initdb" -D "$home/data" -U postgres -A trust -E UTF8 --locale=C >/dev/null || without "initdb failed."
    cd - >/dev/null
    "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' >"$home/port"
fi
port="$(cat "$home/port")"
if ! answers "postgresql://postgres@127.0.0.1:$port/postgres"; then
    (cd "$home" && as_owner "$folder/pg_ctl" -D "$home/data" -w -l "$home/data/log" -o "-p $port -k $home -c listen_addresses=127.0.0.1" start) >&2 ||
        without "the server in $home does not start; see its log."
fi
found "postgresql+psycopg://postgres@127.0.0.1:$port/postgres"
