#!/bin/sh
# fastText 0.9.2 (fasttext-numpy2-wheel): probabilities of loss="ova" come out of a table of 513 entries. However many
# texts and labels are asked, there are no more different answers than that, so texts whose scores differ tie;
# softmax over the same data gives nearly every text its own.
# Output: prints how many different probabilities there are of each loss, and fails if those of "ova" are more than 513.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet fasttext-numpy2-wheel==0.9.2
cd "$folder"
venv/bin/python - <<'END'
import random

import fasttext

with open("train.txt", "w") as file:
    for number in range(300):
        file.write(f"__label__warm turn the heating on w{number}\n")
        file.write(f"__label__loud play some music now w{number}\n")
        file.write(f"__label__call call my mother w{number}\n")
chance = random.Random(1)
words = "turn the heating on play some music now call my mother w1 w2 w77 unseen".split()
texts = sorted({" ".join(chance.choices(words, k=5)) for _ in range(3000)})
options = {"dim": 10, "epoch": 20, "lr": 0.1, "minn": 2, "maxn": 4, "bucket": 1000}
counts = {}
for loss in ("ova", "softmax"):
    model = fasttext.train_supervised("train.txt", loss=loss, thread=10, verbose=0, **options)
    counts[loss] = len({float(each) for text in texts for each in model.predict(text, k=3)[1]})
print(f"{3 * len(texts)} answers: {counts['ova']} different ones of ova, {counts['softmax']} of softmax")
assert counts["ova"] <= 513 < counts["softmax"], "no table any more: this finding is out of date"
END
