#!/usr/bin/env bash
# Builds what is measured and measures it. Without a verb: everything, into artifacts/bench.
#   bench/run.sh [verb] [--option value ...]     verbs: bench/run.sh help
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build bench/KvLab.Bench --nologo -v quiet -clp:NoSummary -c Release
exec dotnet bench/KvLab.Bench/bin/Release/net10.0/KvLab.Bench.dll "$@"
