#!/usr/bin/env bash
# Finds, starts or installs what the tests need beside Python, and prints the lines that tell them where it is:
#
#     eval "$(scripts/services.sh)"
#
# Each is in a file of its own in scripts/services. `scripts/services.sh stop` ends the servers that were started.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/services"
if [ "${1:-}" != stop ]; then ./programs.sh; fi
./postgres.sh "$@"
./mariadb.sh "$@"
