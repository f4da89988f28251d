#!/usr/bin/env bash
# Puts the WireMock standalone jar where the contract tests look for it: below this folder. Needs npm; the jar needs Java 17 or later.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
if ! compgen -G 'node_modules/wiremock/build/wiremock-standalone-*.jar' >/dev/null; then
  npm install --no-audit --no-fund --no-package-lock --ignore-scripts
fi
ls node_modules/wiremock/build/wiremock-standalone-*.jar
