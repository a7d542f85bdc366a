#!/usr/bin/env bash
# Builds what is measured and measures it. Tables go to artifacts/bench; docs/performance.md says what they mean.
#   bench/run.sh                                  every verb in turn, about half an hour
#   bench/run.sh <verb> [--option value ...]      one of them; bench/run.sh help lists them
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build bench/KvLab.Bench --nologo -v quiet -clp:NoSummary -c Release
bench() { dotnet bench/KvLab.Bench/bin/Release/net10.0/KvLab.Bench.dll "$@"; }
if [ $# -gt 0 ]; then bench "$@"; exit; fi
for verb in kvlab compare fidelity telemetry viewers map events flood start burst growth micro; do
  echo "== $verb"
  bench "$verb"
done
