#!/bin/sh
# Starts the local runner (deploy/local) with the first Python from 3.11 to 3.13 that is at hand.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for python in "${PYTHON:-}" "$here/../.venv/bin/python" python3.12 python3.11 python3.13 python3; do
  [ -n "$python" ] && command -v "$python" >/dev/null 2>&1 || continue
  "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || continue
  PYTHONPATH="$here${PYTHONPATH:+:$PYTHONPATH}" exec "$python" -m local "$@"
done
echo "error: Python 3.11, 3.12 or 3.13 is needed; this machine has $(python3 --version 2>&1 || echo none). On Debian or Ubuntu: apt-get install python3 python3-venv" >&2
exit 1
