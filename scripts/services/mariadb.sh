#!/usr/bin/env bash
# Finds or starts a MariaDB (or MySQL) server for the tests, and prints the line that tells them where it is:
#
#     eval "$(scripts/services/mariadb.sh)"
#
# In this order: the server of ROWSMITH_TEST_MYSQL; one on 127.0.0.1:3306 that lets root in without a password; else a server of our own on a
# free port, from the programs that are installed or, for root on a machine with apt, that are installed now. `stop` ends the server of our own.
# Without any server its tests are skipped; with CI=true that is a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
home="${TMPDIR:-/tmp}/rowsmith-mariadb-$(id -u)"
python=.venv/bin/python

say() { printf '%s\n' "services: $*" >&2; }

answers() {
    "$python" -c 'import sys
from urllib.parse import unquote, urlsplit

import pymysql
at = urlsplit(sys.argv[1])
pymysql.connect(host=at.hostname, port=at.port or 3306, user=unquote(at.username or "root"), password=unquote(at.password or ""), connect_timeout=5)' "$1" 2>/dev/null
}

found() {
    say "MariaDB answers at $(printf '%s' "$1" | sed 's#//.*@#//#')"
    printf 'export ROWSMITH_TEST_MYSQL=%q\n' "$1"
    exit 0
}

without() {
    say ""
    say "NOT TESTED ON MARIADB: $1"
    say "Start a server and set ROWSMITH_TEST_MYSQL=mysql://user:password@host:3306"
    say ""
    if [ "${CI:-}" = true ]; then exit 1; fi
    exit 0
}

if [ "${1:-}" = stop ]; then
    if [ -f "$home/pid" ]; then kill "$(cat "$home/pid")" && rm -rf "$home"; fi
    exit 0
fi

if [ -n "${ROWSMITH_TEST_MYSQL:-}" ]; then
    if answers "$ROWSMITH_TEST_MYSQL"; then found "$ROWSMITH_TEST_MYSQL"; fi
    without "no server answers at ROWSMITH_TEST_MYSQL."
fi
if answers "mysql://root@127.0.0.1:3306"; then found "mysql://root@127.0.0.1:3306"; fi

export PATH="$PATH:/usr/sbin:/usr/local/sbin"
if ! command -v mariadbd >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing MariaDB"
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends mariadb-server; } >&2 || without "it could not be installed."
    if answers "mysql://root@127.0.0.1:3306"; then found "mysql://root@127.0.0.1:3306"; fi
fi
command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null || without "it is not installed."

# The server refuses to run as root.
user="$(id -un)"
if [ "$user" = root ]; then user=mysql; fi
if [ ! -f "$home/port" ]; then
    say "making a server in $home"
    rm -rf "$home" && mkdir -m 755 "$home"
    if [ "$(id -u)" = 0 ]; then chown mysql "$home"; fi
    mariadb-install-db --no-defaults --user="$user" --datadir="$home/data" --auth-root-authentication-method=normal --skip-test-db >&2 || without "mariadb-install-db failed."
    "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' >"$home/port"
fi
at="mysql://root@127.0.0.1:$(cat "$home/port")"
if ! answers "$at"; then
    setsid mariadbd --no-defaults --user="$user" --datadir="$home/data" --port="$(cat "$home/port")" --bind-address=127.0.0.1 \
        --socket="$home/socket" --pid-file="$home/pid" >"$home/log" 2>&1 </dev/null &
    for _ in $(seq 100); do
        if answers "$at"; then found "$at"; fi
        sleep 0.1
    done
    without "the server in $home does not start; see its log."
fi
found "$at"
