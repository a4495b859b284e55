#!/bin/sh
# CRFsuite (python-crfsuite 0.9.12): a dump escapes nothing. A model with the one attribute "a<line end>1: b"
# (and spaces before the 1) dumps the same list of attributes as one with the two attributes "a" and "b": only the count in its header
# tells how to read it.
# Output: prints "two models, one list of attributes", and fails if the lists differ.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet python-crfsuite==0.9.12
cd "$folder"
venv/bin/python - <<'END'
import pycrfsuite

listed = []
for attributes in (["a", "b"], ["a\n        1: b"]):
    trainer = pycrfsuite.Trainer(verbose=False)
    for _ in range(5):
        trainer.append([[each] for each in attributes], ["x"] * len(attributes))
    trainer.train("model")
    tagger = pycrfsuite.Tagger()
    tagger.open("model")
    tagger.dump("dump")
    text = open("dump").read()
    listed.append(text.partition("ATTRIBUTES = {\n")[2].partition("}\n")[0])
assert listed[0] == listed[1], f"names are escaped now: {listed}"
print("two models, one list of attributes")
END
