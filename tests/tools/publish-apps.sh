#!/usr/bin/env bash
# Publishes the app of PublishedAppTests twice, by Native AOT and trimmed, into artifacts/published. A warning fails it. Beside them lies what they were
# published from, so that no test takes an old one for the present: artifacts/published/sources.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

project=tests/Ravatar.Client.PublishedApp
case $(uname -m) in
  x86_64) machine=x64 ;;
  aarch64) machine=arm64 ;;
  *) echo "No published app on $(uname -m)." >&2; exit 1 ;;
esac
out=artifacts/published
rm -rf $out
# PublishedAppTests.HashSources does the same.
sources=$(find src/Ravatar.Client $project \( -name bin -o -name obj \) -prune -o -type f \( -name '*.cs' -o -name '*.csproj' \) -print |
  LC_ALL=C sort | tr '\n' '\0' | xargs -0 cat | sha256sum | cut -d' ' -f1)
dotnet publish $project -c Release -f net9.0 -r linux-$machine -o $out/aot -warnaserror
dotnet publish $project -c Release -f net10.0 -r linux-$machine -o $out/trimmed -warnaserror
echo "$sources" >$out/sources
