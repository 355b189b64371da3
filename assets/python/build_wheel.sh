#!/usr/bin/env bash
# Builds the wheel, installs it into a fresh virtual environment and tries what it brings.
# Needs maturin (`pip install maturin`) and what the program is built with; no network where cargo has its crates.
#
#   assets/python/build_wheel.sh                  a release: target/wheels/creditscope-*.whl
#   assets/python/build_wheel.sh --profile dev    to try it: much faster to build, slower to run
set -euo pipefail
cd "$(dirname "$0")"
if [ $# -eq 0 ]; then set -- --release; fi
wheels=../../target/wheels
rm -f "$wheels"/creditscope-*.whl
maturin build --out "$wheels" "$@"

tried=$(mktemp -d)
trap 'rm -rf "$tried"' EXIT
python3 -m venv "$tried/venv"
"$tried/venv/bin/pip" install --quiet --no-index --no-deps --disable-pip-version-check "$wheels"/creditscope-*.whl
cd "$tried"
venv/bin/creditscope --version
venv/bin/python - <<'PYTHON'
import creditlog

log = creditlog.CreditLog("logs/", run="wheel")
with log.episode("ep", agents=["a"]) as episode:
    episode.action("a", "try the wheel", parents=[])
    episode.reward(1.0)
    episode.end("success")
assert log.dropped == 0, log.error
print("creditlog from", creditlog.__file__)
PYTHON
venv/bin/creditscope check logs --fail-on warning
