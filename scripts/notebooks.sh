#!/bin/sh
# Runs every notebook under the Deno kernel, as a reader's Jupyter would, and a canary that must fail.
#   scripts/notebooks.sh [--write] [NOTEBOOK...]      --write keeps the outputs in the files
# Deno and Jupyter's client are taken from this machine, otherwise fetched: Deno from npm and the client from apt (as root) or
# PyPI, into a temporary folder. Where they cannot be had, the script says so and succeeds.
set -eu
cd "$(dirname "$0")/.."
DENO_VERSION=2.9.6

write=
if [ "${1:-}" = --write ]; then
  write=--write
  shift
fi
[ $# -gt 0 ] || set -- notebooks/*.ipynb

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

skip() {
  echo "notebooks: not run, $1"
  exit 0
}

deno=$(command -v deno || true)
if [ -z "$deno" ]; then
  npm install --silent --no-audit --no-fund --prefix "$work" "deno@$DENO_VERSION" >/dev/null 2>&1 || true
  deno="$work/node_modules/.bin/deno"
fi
# npm's command is a wrapper, which would outlive the kernel or be outlived by it: take the program behind it.
deno=$(NO_COLOR=1 "$deno" eval 'console.log(Deno.execPath())' 2>/dev/null) || skip 'there is no Deno and npm does not give one'

python=
has_client() { "$1" -c 'import jupyter_client, nbformat' >/dev/null 2>&1; }
find_python() {
  for candidate in python3 /usr/bin/python3 "$work/venv/bin/python"; do
    if has_client "$candidate"; then
      python=$candidate
      return 0
    fi
  done
  return 1
}
from_apt() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  install='apt-get install -y -q --no-install-recommends python3-jupyter-client python3-nbformat'
  $install >/dev/null 2>&1 || { apt-get update -q >/dev/null 2>&1 && $install >/dev/null 2>&1; }
}
from_pypi() {
  python3 -m venv "$work/venv" >/dev/null 2>&1 &&
    "$work/venv/bin/pip" install -q jupyter_client nbformat >/dev/null 2>&1
}
find_python || { from_apt && find_python; } || { from_pypi && find_python; } ||
  skip "there is no Jupyter client for Python, and neither apt nor PyPI gives one"

mkdir -p "$work/share/kernels/deno"
cat >"$work/share/kernels/deno/kernel.json" <<KERNEL
{ "argv": ["$deno", "jupyter", "--kernel", "--conn", "{connection_file}"], "display_name": "Deno", "language": "typescript" }
KERNEL
JUPYTER_PATH="$work/share" NO_COLOR=1 "$python" scripts/notebooks.py $write test/notebooks/canary.ipynb "$@"
