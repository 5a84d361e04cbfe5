#!/usr/bin/env bash
# Fetch what package.json names, lay it under <name>@<version>/ with its licence, and write the hashes anew.
set -euo pipefail
cd "$(dirname "$0")"
version=$(sed -n 's/.*"socket.io-client": "\([^"]*\)".*/\1/p' package.json)
work=$(mktemp -d)
npm pack --silent --pack-destination "$work" "socket.io-client@$version" >/dev/null
tar xzf "$work"/*.tgz -C "$work"
mkdir -p "socket.io-client@$version"
cp "$work/package/LICENSE" "socket.io-client@$version/"
sed '/sourceMappingURL/d' "$work/package/dist/socket.io.esm.min.js" > "socket.io-client@$version/socket.io.esm.min.js"
sha384sum socket.io-client@*/* > SHA384SUMS
rm -r "$work"
