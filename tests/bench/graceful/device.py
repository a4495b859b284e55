"""The small model on the device, the large one in the cloud: queries against another's gallery.

    python -m tests.bench.graceful.device --data FOLDER

The large network has the whole table of embeddings in floats and has embedded the gallery, all
training texts. Its students answer the queries, those of the test set: they are factorized,
quantized, narrower or of another network, trained in the large one's space (Duggal et al. 2021),
hashed and packed. Settings were chosen on the development set with other seeds. What was measured
is kept in the cache folder.
"""

from __future__ import annotations

import sys

import numpy as np

from nlucompress.format import codec
from nlucompress.networks.neural.network import representing
from nlucompress.stages.measure.evaluate.gallery import Task
from nlucompress.stages.shrink.search.students import SearchOptions, Students
from tests.bench import cells, measure
from tests.bench.networks import per_seed
from tests.bench.networks.comparison_methods import Case

# Network, hidden width, rank of the table and bits of its numbers, by the large network.
STUDENTS = {
    "dan": (("dan", 256, 32, 4), ("dan", 128, 32, 4)),
    "lstm": (("lstm", 128, 32, 4), ("dan", 128, 32, 4)),
}
MOST_BYTES, MOST_POINTS = 0.05, 2.0


def figures(case: Case, part: str) -> cells.Figures:
    """Bytes and top-1 of the large network and of each student, on dev or test."""
    train, asked = case.examples["train"], case.examples[part]
    large = representing(case.full, "large model")
    task, gallery = Task(asked, train), large.embed(train.texts)
    students = []
    found = {
        "bytes": codec.size(case.full),
        "top1": task.found(gallery, large.embed(asked.texts)).top1,
    }
    for network, width, rank, bits in STUDENTS[case.network]:
        options = SearchOptions(
            network=network,
            widths=(width,),
            ranks=(rank,),
            bits=(bits,),
            loop=case.loop(case.budget[1], case.rates[1]),
        )
        model = Students(case.full, large, train, case.examples["dev"], options).student(0)
        top1 = task.found(gallery, representing(model, "student").embed(asked.texts)).top1
        students.append({"bytes": codec.size(model), "top1": top1})
    return {**found, "students": students}


def show(found: per_seed.Found) -> bool:
    """Print the table; whether every large network has a student that meets the bar."""
    rows, all_met = [], True
    for (name, network), seeds in found.items():
        large = [100 * each["top1"] for each in seeds]
        size = float(np.mean([each["bytes"] for each in seeds]))
        text = f"{np.mean(large):.2f} ± {np.std(large):.2f}"
        rows.append([f"{name}: {network} in floats", f"{size:,.0f}", "", text, "", ""])
        any_met = False
        for at, (kind, width, rank, bits) in enumerate(STUDENTS[network]):
            mine = [each["students"][at] for each in seeds]
            cross = [100 * each["top1"] for each in mine]
            small = float(np.mean([each["bytes"] for each in mine]))
            drop = float(np.mean(large) - np.mean(cross))
            met = small <= MOST_BYTES * size and drop <= MOST_POINTS
            any_met |= met
            what = f"{name}: {kind} of width {width}, rank {rank}, {bits} bits"
            shown = f"{np.mean(cross):.2f} ± {np.std(cross):.2f}"
            share = f"{100 * small / size:.2f} %"
            rows.append([what, f"{small:,.0f}", share, shown, f"{drop:+.2f}", measure.verdict(met)])
        all_met &= any_met
    measure.show(
        "Top-1 in percent of queries in the large network's gallery",
        ("queries of", "bytes", "of the large", "top-1", "drop", "5 % of the bytes, 2 points"),
        rows,
    )
    return all_met


if __name__ == "__main__":
    title = __doc__.split("\n")[0]
    sys.exit(per_seed.main(title, "build/graceful_device", figures, show))
