#!/bin/sh
# fastText 0.9.2 (fasttext-numpy2-wheel): the first values of the input matrix are drawn in ten pieces, of which each
# training thread takes one. With thread=1 nine tenths of the rows are never drawn: at a learning rate of 0 they
# are all zero (or what the memory held), and training begins from there.
# Output: prints the shares of undrawn rows for 1 and 10 threads, and fails if they are alike.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet fasttext-numpy2-wheel==0.9.2
cd "$folder"
venv/bin/python - <<'END'
import fasttext
import numpy as np

with open("train.txt", "w") as file:
    for number in range(2000):
        file.write(f"turn the heating on and play w{number % 500}\n")
shares = []
for threads in (1, 10):
    model = fasttext.train_unsupervised(
        "train.txt", lr=0.0, epoch=1, dim=10, bucket=5000, minCount=1, thread=threads, verbose=0
    )
    rows = np.abs(model.get_input_matrix())
    drawn = ((rows > 0) & (rows < 0.1)).any(axis=1)
    shares.append(1 - drawn.mean())
print(f"rows that were never drawn: 1 thread {shares[0]:.2f}, 10 threads {shares[1]:.2f}")
assert shares[0] > 0.8 and shares[1] == 0, "every row is drawn now: this finding is out of date"
END
