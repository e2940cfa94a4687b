#!/usr/bin/env bash
# For work on the web application: `rowsmith serve`, and before it Vite, which shows each change of ui/ at once. What is given goes to rowsmith serve.
# ROWSMITH_PORT is the server's port (8700); Vite takes the next one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
port="${ROWSMITH_PORT:-8700}"
page=$((port + 1))

scripts/node.sh true
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
.venv/bin/rowsmith serve --no-open --port "$port" "$@" > >(sed -u "s#:$port/#:$page/#") &
ROWSMITH_SERVER="http://127.0.0.1:$port" scripts/node.sh npm run --silent dev -- --port "$page" --strictPort --logLevel warn
