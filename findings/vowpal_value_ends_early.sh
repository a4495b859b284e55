#!/bin/sh
# Vowpal Wabbit 9.11.9: the value behind a feature's colon is read as far as it looks like a number, and the rest is
# dropped without a word: a decimal comma makes 1 of 1,5, a unit is lost (2abc is 2), an underscore ends it
# (1_000 is 1), and 0x10 is 16.
# Output: prints what each value counts as, and fails if one is refused or counts otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet vowpalwabbit==9.11.9
cd "$folder"
venv/bin/python - <<'END'
import vowpalwabbit

model = vowpalwabbit.Workspace("--quiet --noconstant --initial_weight 1 --max_prediction 10000")
expected = {"1.5": 1.5, "1,5": 1, "2abc": 2, "1_000": 1, "0x10": 16}
found = {value: model.predict(f"| a:{value}") for value in expected}
print(", ".join(f"{value} counts as {number:g}" for value, number in found.items()))
assert found == expected, "values are read otherwise now: this finding is out of date"
END
