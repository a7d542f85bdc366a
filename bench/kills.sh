#!/usr/bin/env bash
# Kills nodes (SIGKILL, leader and followers at random) while 16 clients write, and looks whether anything confirmed is missing or torn.
#   bench/kills.sh [kills] [sqlite|redis|postgres ...]     default: 50 sqlite postgres; about a minute per 25 kills
set -euo pipefail
cd "$(dirname "$0")/.."
kills="${1:-50}"
shift || true
[ $# -gt 0 ] || set -- sqlite postgres
dotnet build KvLab.sln --nologo -v quiet -clp:NoSummary
for storage in "$@"; do
  KVLAB_KILLS="$kills" KVLAB_KILLS_OF="$storage" dotnet run --no-build --project KvLab.Tests -- \
    --filter-method '*Nothing_confirmed_is_missing_after_nodes_were_killed_under_load' --xunit-diagnostics on | grep -E 'kills|failed:|succeeded:|Assert|missing'
done
