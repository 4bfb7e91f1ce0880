#!/usr/bin/env bash
# Call every console script and subcommand of an installed wheel from outside the repository.
# usage: try_commands.sh BIN_FOLDER SCRATCH_FOLDER
set -euo pipefail
bin=$1
mkdir -p "$2"
cd "$2"

"$bin/rami" --help >help.txt
"$bin/rami" version
commands=$("$bin/python" - <<'PYTHON'
import typer
from services.cli import app

def walk(command, path):
    print(" ".join(path))
    for name, child in sorted(getattr(command, "commands", {}).items()):
        walk(child, [*path, name])

walk(typer.main.get_command(app), [])
PYTHON
)
while read -r command; do
    # shellcheck disable=SC2086  # a subcommand is several words
    "$bin/rami" $command --help >/dev/null
    echo "rami $command --help: ok"
done <<<"$commands"

site=$("$bin/python" -c 'import importlib.resources as r; print(r.files("services") / "reference_site/site.yaml")')
"$bin/rami" check "$site"
"$bin/rami" doctor
"$bin/rami" show "$site" >graph.txt
test -s graph.txt

export RAMI_CACHE=$PWD/cache
"$bin/rami" fmu build "$site" --out fmus
"$bin/rami" study "$site" --seasons winter --days 1 --out study
test -s study/report.html
test -s study/results.json
