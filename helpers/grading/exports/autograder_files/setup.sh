#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image: Python 3.11 to 3.13 and the course's packages.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"

find_python() {
  local candidate
  for candidate in python3.13 python3.12 python3.11 python3; do
    if "$candidate" -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  return 1
}

if ! find_python >/dev/null; then
  apt-get update -q
  for version in 3.13 3.12 3.11; do
    apt-get install -q -y "python$version" "python$version-venv" && break
  done
fi
python="$(find_python)" || { echo "There is no Python 3.11 to 3.13 here; choose a newer base image." >&2; exit 1; }
"$python" -m venv "$root/venv"
"$root/venv/bin/python" -m pip install --quiet --require-hashes -r "$root/source/requirements.lock"
