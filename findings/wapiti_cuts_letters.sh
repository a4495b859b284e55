#!/bin/sh
# Wapiti (libwapiti 0.2.1): a point of its patterns stands for a byte and not for a letter. The suffix "..$" of a word in
# Japanese is two thirds of its last letter, so the model holds an observation that is no UTF-8, and words whose
# last letters differ in their first byte alone share it.
# Output: prints the observation, and fails if it is valid UTF-8.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet libwapiti==0.2.1
cd "$folder"
venv/bin/python - <<'END'
import wapiti

model = wapiti.Model(patterns='u:end=%m[0,0,"..$"]\n', nthread=1, maxiter=3)
for _ in range(4):
    model.add_training_sequence("東京 A\nbar B".encode())
model.train()
model.save("model")
with open("model", "rb") as file:
    names = [line for line in file.read().split(b"\n") if b":u:end=" in line and b"%" not in line]
print(f"observations: {names}")
cut = "東京".encode()[-2:]
assert any(name.endswith(b"u:end=" + cut + b",") for name in names), "this finding is out of date"
END
