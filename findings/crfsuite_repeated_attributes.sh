#!/bin/sh
# CRFsuite (python-crfsuite 0.9.12): a list of attributes is no set. An attribute that a token names twice counts twice, as
# if it had the value 2, so a feature function that happens to give the same string for two of its features (a
# word that is its own suffix) moves every score.
# Output: prints the marginals of once, twice and the value 2, and fails if twice is once.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet python-crfsuite==0.9.12
cd "$folder"
venv/bin/python - <<'END'
import pycrfsuite

trainer = pycrfsuite.Trainer(verbose=False)
for _ in range(5):
    trainer.append([["a", "b"], ["b"]], ["x", "y"])
    trainer.append([["a"], ["b"]], ["x", "y"])
trainer.train("model")
tagger = pycrfsuite.Tagger()
tagger.open("model")
shares = []
for token in (["a"], ["a", "a"], {"a": 2.0}):
    tagger.set([token])
    shares.append(tagger.marginal("x", 0))
print("once {:.4f}, twice {:.4f}, as the value 2 {:.4f}".format(*shares))
assert shares[0] < shares[1] == shares[2], "an attribute counts once now: this finding is out of date"
END
