#!/bin/sh
# The main job on the sample data: train, compress, prove, answer. Called by `make demo`.
set -eu
data=$(dirname "$0")
out=${1:?usage: demo.sh FOLDER}
mkdir -p "$out"

echo "1. train a linear n-gram model on 4,800 utterances of a car assistant"
nlucompress train "$data/train.tsv" --dev "$data/dev.tsv" --force -o "$out/full.nlu"

echo
echo "2. quantize | phash | pack"
nlucompress quantize "$out/full.nlu" --bits 5 --keep 0.6 --quiet |
    nlucompress phash --fingerprint-bits 8 --quiet |
    nlucompress pack --max-size 20K --force -o "$out/small.nlu"

echo
echo "3. prove that the small one still does the job, on 1,200 utterances it has not seen"
nlucompress evaluate "$out/small.nlu" --data "$data/test.tsv" --reference "$out/full.nlu" \
    --max-accuracy-drop 0.6% --max-nfr 1.2% --json > "$out/report.json"
python "$data/report.py" "$out/report.json"

echo
echo "4. three utterances, classified by the small file alone"
# One after the other: in one pipeline `paste` could open three.txt before `tee` has made it.
head -n 3 "$data/utterances.txt" > "$out/three.txt"
nlucompress predict "$out/small.nlu" "$out/three.txt" | paste - "$out/three.txt"
