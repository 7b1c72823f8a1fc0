#!/bin/sh
# Builds dist/ from web/ and the schema. dist/ is committed; the build is reproducible.
# It needs Node and the npm registry.
set -eu
cd "$(dirname "$0")/web"
npm ci --ignore-scripts --no-audit --no-fund
npm run --silent build
