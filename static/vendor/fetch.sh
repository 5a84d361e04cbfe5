#!/usr/bin/env bash
# Fetch what package.json names, lay it under <name>@<version>/ with its licence, and write the hashes anew.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
# fetch NAME: unpack it and say its version.
fetch() {
  version=$(sed -n "s|.*\"$1\": \"\([^\"]*\)\".*|\1|p" package.json)
  rm -rf "$work/package"
  tar xzf "$work/$(npm pack --silent --pack-destination "$work" "$1@$version")" -C "$work"
}
fetch "socket.io-client"
mkdir -p "socket.io-client@$version"
cp "$work/package/LICENSE" "socket.io-client@$version/"
sed '/sourceMappingURL/d' "$work/package/dist/socket.io.esm.min.js" > "socket.io-client@$version/socket.io.esm.min.js"
# The face of the certificates: Noto Sans SC (SIL Open Font License), as it is.
fetch "@expo-google-fonts/noto-sans-sc"
mkdir -p "noto-sans-sc@$version"
cp "$work/package/LICENSE_FONT" "noto-sans-sc@$version/LICENSE"
cp "$work/package/400Regular/NotoSansSC_400Regular.ttf" "noto-sans-sc@$version/NotoSansSC-Regular.ttf"
# The map of the hazards, where a station has tiles. Its marks are our own, so none of its pictures are needed.
fetch "leaflet"
mkdir -p "leaflet@$version"
cp "$work/package/LICENSE" "leaflet@$version/"
sed '/sourceMappingURL/d' "$work/package/dist/leaflet.js" > "leaflet@$version/leaflet.js"
cp "$work/package/dist/leaflet.css" "leaflet@$version/"
sha384sum ./*@*/* | sed 's| \./| |' > SHA384SUMS
rm -r "$work"
