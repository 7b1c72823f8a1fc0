#!/bin/sh
# Builds the page anew: web/ becomes dist/, which is committed. The same input
# gives the same bytes. Needs Node and the npm registry.
set -eu
cd "$(dirname "$0")/web"
npm ci --ignore-scripts --no-audit --no-fund
npm run --silent build
