#!/bin/sh
# finalfusion 0.7.1: text of vectors is read as unit vectors with their norms beside, and a row of zeros, which other
# readers keep, becomes a row that is not a number, which `write` then stores in the .fifu file.
# Output: prints the rows as they come back from the file, and fails if the row of zeros does.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet finalfusion==0.7.1 'numpy<3'
cd "$folder"
venv/bin/python - <<'END'
import warnings

import finalfusion
import numpy as np

warnings.simplefilter("ignore")
with open("vectors.txt", "w") as file:
    file.write("red 3 4\npadding 0 0\n")
finalfusion.load_text("vectors.txt").write("vectors.fifu")
read = finalfusion.load_finalfusion("vectors.fifu")
print(f"red: {read['red']} (3 4 was written), padding: {read['padding']} (0 0 was written)")
assert np.allclose(read["red"], [0.6, 0.8]), "rows are kept as they are: this finding is out of date"
assert np.isnan(read["padding"]).all(), "rows of zeros are kept: this finding is out of date"
END
