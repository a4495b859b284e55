#!/bin/sh
# fastText 0.9.2 (fasttext-numpy2-wheel): the label prefix is not in the file. A model that was trained with
# label="#" leaves words that begin with "#" out of a text while it is in memory, and counts them once it has
# been saved and loaded again: the same text has other probabilities.
# Output: prints "before saving and after loading: differ", and fails if they do not.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet fasttext-numpy2-wheel==0.9.2
cd "$folder"
venv/bin/python - <<'END'
import fasttext

with open("train.txt", "w") as file:
    for _ in range(100):
        file.write("#warm turn the heating on please\n#loud play some music right now\n")
made = fasttext.train_supervised(
    "train.txt", label="#", wordNgrams=2, bucket=1000, dim=8, epoch=5, lr=0.5, thread=10, verbose=0
)
made.save_model("model.bin")
loaded = fasttext.load_model("model.bin")
text = "turn #unseen heating"
before, after = (dict(zip(*model.predict(text, k=2))) for model in (made, loaded))
same = all(abs(before[label] - after[label]) < 1e-6 for label in before)
plain = [dict(zip(*model.predict("turn heating", k=2))) for model in (made, loaded)]
assert all(abs(plain[0][label] - plain[1][label]) < 1e-6 for label in plain[0]), plain
assert not same, "the prefix is kept now: this finding is out of date"
print("before saving and after loading: differ")
END
