#!/usr/bin/env bash
# Tests a room of the library by mutation: mutate.sh Authentication|Chat|Audio [FILES]. Needs node. Report: artifacts/mutation/ROOM.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
room=$1
files=${2:-$room/**/*.cs}
output=$PWD/artifacts/mutation/$room

dotnet tool restore
# Room: which tests the project has. Analyzers have nothing to say to mutants.
(cd tests/Ravatar.Client.Mutation && Room=$room RunAnalyzers=false dotnet stryker --mutate "$files" --output "$output")
node tests/tools/mutation-score.js "$output/reports/mutation-report.json"
