#!/usr/bin/env bash
# 200 seeded faults on real nodes under load: no acknowledged write may be lost. Takes about three minutes.
#   bench/chaos.sh [seed] [folder for the report]
set -euo pipefail
cd "$(dirname "$0")/.."
seed="${1:-7}"
out="${2:-artifacts/chaos-$seed}"
dotnet build KvLab.Web --nologo -v quiet -clp:NoSummary -c Release
exec dotnet run --project KvLab.Web --no-build -c Release -- chaos --faults 200 --seed "$seed" --out "$out"
