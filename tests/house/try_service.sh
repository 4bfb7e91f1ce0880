#!/usr/bin/env bash
# Replace the heat-load forecast by that of an installed package, by one line of the site file.
# usage: try_service.sh BIN_FOLDER SCRATCH_FOLDER
set -euo pipefail
bin=$1
mkdir -p "$2"
cd "$2"

site=$("$bin/python" -c 'import importlib.resources as r; print(r.files("services") / "reference_site/site.yaml")')
for line in "kind: load_forecast" "kind: usual_load"; do
    { cat "$site"; cat <<YAML; } >service_site.yaml
services:
  measured: {kind: site_data, owner: dhs, loads: [P_th_dem_DHS], apart: thread}
  heat_load: {$line, owner: dhs}
  plan: {kind: remote, owner: dhs, consumes: [{kind: forecast, subject: load}]}
YAML
    "$bin/rami" services check service_site.yaml
    "$bin/rami" services run service_site.yaml --at 2019-01-28T00:00Z --cycles 3 \
        --folder "data ${line#kind: }" --json >ran.json
    "$bin/python" - "$line" <<'PYTHON'
import json
import sys

rows = {row["service"]: row for row in json.load(open("ran.json"))}
row = rows["heat_load"]
assert row["runs"] == 3 and not row["trouble"] and row["heard"], row
assert (row["reason"] == "ridge") == ("load_forecast" in sys.argv[1]), row
print(f"{sys.argv[1]}: ok")
PYTHON
done
