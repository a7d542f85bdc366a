#!/usr/bin/env bash
# Installs what the tests need where that is possible, builds, and runs all of them.
#   ./test.sh                          everything
#   ./test.sh --filter-trait Category=Unit    only the fast ones (arguments go to the test runner)
set -euo pipefail
cd "$(dirname "$0")"

install() { # command, Debian package: present already, or installed where we may
  command -v "$1" >/dev/null 2>&1 && return
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "test.sh: $1 is missing and there is no apt-get here; tests that need it are skipped and say so." >&2
    return
  fi
  local sudo=""
  if [ "$(id -u)" != 0 ]; then
    if ! sudo -n true 2>/dev/null; then
      echo "test.sh: $1 is missing; run 'sudo apt-get install $2' to have its tests run." >&2
      return
    fi
    sudo="sudo"
  fi
  echo "test.sh: installing $2"
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$2" >/dev/null
}

install chromium chromium
# Storage servers for throw-away use; the services that the packages would start are not needed.
install redis-server redis-server
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || install postgres postgresql

# Hundreds of processes that live for seconds: what a runtime does to be fast after minutes, and each change of a page's protection, is paid and never earned back: docs/decisions/0032-tests-and-the-clock.md.
export DOTNET_TieredPGO=0 DOTNET_EnableWriteXorExecute=0 DOTNET_gcConcurrent=0

dotnet build KvLab.sln --nologo -v quiet -clp:NoSummary
# Not a test: it serves the page over made-up clusters to people who work on it.
dotnet test --solution KvLab.sln --no-build --filter-not-trait Category=Demo "$@"
