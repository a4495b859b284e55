#!/bin/sh
# model2vec 0.10.0: the limit of 512 tokens cuts a text by letters first, at 512 times the median length of the
# vocabulary's tokens. A text of 100 long words, far below 512 tokens, loses its end over a vocabulary of mostly
# short ones, and the vector of its last word does not count.
# Output: prints the weight of the last of 51 and of 100 words, and fails if that of the 100 counts.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet model2vec==0.10.0
cd "$folder"
venv/bin/python - <<'END'
import numpy as np
from model2vec import StaticModel
from tokenizers import Tokenizer, models, pre_tokenizers

words = {"[UNK]": 0, "a": 1, "of": 2, "internationalization": 3, "end": 4}
tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
model = StaticModel(np.eye(5, dtype=np.float32), tokenizer, normalize=False)
shares = []
for count in (50, 99):
    text = "internationalization " * count + "end"
    shares.append([float(model.encode(text, max_length=most)[4]) for most in (512, None)])
(short, whole), (cut, uncut) = shares
print(f"the last of 51 words: {short:.4f}; of 100 words: {cut:.4f}, without a limit {uncut:.4f}")
assert short == whole > 0 and cut == 0 < uncut, "the end counts now: this finding is out of date"
END
