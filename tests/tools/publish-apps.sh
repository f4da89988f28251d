#!/usr/bin/env bash
# Publishes the app of PublishedAppTests twice, by Native AOT and trimmed, into artifacts/published. A warning fails it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

project=tests/Ravatar.Client.PublishedApp
case $(uname -m) in
  x86_64) machine=x64 ;;
  aarch64) machine=arm64 ;;
  *) echo "No published app on $(uname -m)." >&2; exit 1 ;;
esac
dotnet publish $project -c Release -f net9.0 -r linux-$machine -o artifacts/published/aot -warnaserror
dotnet publish $project -c Release -f net10.0 -r linux-$machine -o artifacts/published/trimmed -warnaserror
