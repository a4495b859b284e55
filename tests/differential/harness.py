"""A case of the campaign: a foreign model's file, what it was asked, and what its tool answered."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import nlucompress as nc
from nlucompress.format.model import Model
from nlucompress.importers.detect import ImportOptions, import_model
from nlucompress.networks.fasttext.subwords import describes_subwords, word_vectors
from nlucompress.networks.linear.network import Linear

NATIVE = Path(nc.__file__).parent / "native"
FINGERPRINTS = nc.PhashOptions(fingerprint_bits=16)


@dataclass(frozen=True)
class Texts:
    """Labels and what is shown of them, per text: ``{label: score}``."""

    asked: Sequence[str]
    answers: Sequence[dict[str, float]]
    tolerance: float = 2e-5


@dataclass(frozen=True)
class Labels:
    """The best label of each text; of scores as near as the tolerance either may be the best."""

    asked: Sequence[str]
    answers: Sequence[str]
    tolerance: float = 1e-5


@dataclass(frozen=True)
class Sentences:
    """A label per token of each sentence, whose tokens are lines of attributes."""

    asked: Sequence[Sequence[str]]
    answers: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Vectors:
    """The vectors of words; the tolerance is a share of the largest number of a vector above 1."""

    asked: Sequence[str]
    answers: np.ndarray
    tolerance: float = 1e-6


Question = Texts | Labels | Sentences | Vectors


@dataclass(frozen=True)
class Case:
    """A model of a foreign tool.

    Attributes:
        path: Its file.
        what: How it was made, for the report.
        question: What was asked and answered.
        options: How it is imported.
    """

    path: Path
    what: str
    question: Question
    options: ImportOptions | None = None


@dataclass
class Tally:
    """What became of a tool's cases."""

    cases: int = 0
    answers: int = 0
    mismatches: list[str] = field(default_factory=list)
    refusals: dict[str, int] = field(default_factory=dict)


def program(folder: Path) -> Path | None:
    """The C reader's program, if there is a compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    target = folder / "nlu-predict"
    command = [compiler, "-std=c99", "-O2", str(NATIVE / "nlu-predict.c"), "-o", str(target)]
    subprocess.run(command, check=True)
    return target


def check(case: Case, tally: Tally, reader: Path | None) -> None:
    """Import a model and compare every answer: by NumPy, by the extension, packed, and in C."""
    tally.cases += 1
    try:
        model = import_model(case.path, case.options)
    except nc.NluCompressError as error:
        reason = str(error).removeprefix(f"{case.path}: ").removeprefix(str(case.path))
        reason = re.sub(r"[0-9]+", "N", reason[:150])
        tally.refusals[reason] = tally.refusals.get(reason, 0) + 1
        return
    packed = nc.pack(nc.phash(model, FINGERPRINTS))
    saved = case.path.with_suffix(".packed.nlu")
    saved.unlink(missing_ok=True)
    nc.save(packed, saved, overwrite=True)
    found = [*_problems(model, packed, case.question), *_in_c(packed, saved, case, reader)]
    tally.answers += len(case.question.asked)
    if found:
        tally.mismatches.append(f"{case.what}: {found[0]} ({len(found)} in all)")


def _problems(model: Model, packed: Model, question: Question) -> Iterator[str]:
    if isinstance(question, Vectors):
        yield from _vectors(model, packed, question)
    elif isinstance(question, Sentences):
        for name, each in (("imported", model), ("packed", packed)):
            tagger = nc.Tagger(each)
            tagged = tagger.tag(question.asked)
            for asked, got, told in zip(question.asked, tagged, question.answers, strict=True):
                if got != list(told) and not _tied(tagger, asked, got, list(told)):
                    yield f"{name}: {asked!r}: {got} instead of {list(told)}"
    elif isinstance(question, Labels):
        for name, each in (("imported", model), ("packed", packed)):
            yield from _labels(name, nc.Classifier(each), question)
    else:
        yield from _texts(model, packed, question)


def _labels(name: str, classifier: nc.Classifier, question: Labels) -> Iterator[str]:
    scores = classifier.scores(question.asked)
    for row, text, told in zip(scores, question.asked, question.answers, strict=True):
        if told not in classifier.labels:
            yield f"{name}: {text!r}: the tool says {told!r}"
        elif row[classifier.labels.index(told)] < row.max() - question.tolerance:
            yield f"{name}: {text!r}: {dict(zip(classifier.labels, row, strict=True))}, not {told}"


def _tied(tagger: nc.Tagger, asked: Sequence[str], first: list[str], second: list[str]) -> bool:
    """Whether two labellings have scores that differ by no more than the rounding of weights."""
    (scores,) = tagger.scores([asked])
    totals = []
    for labels in (first, second):
        at = [tagger.labels.index(label) for label in labels]
        steps = tagger._transitions
        total = scores[range(len(at)), at].sum()
        totals.append(total + (0 if steps is None else steps[at[:-1], at[1:]].sum()))
    return bool(abs(totals[0] - totals[1]) < 1e-5 * (1 + abs(totals[0])))


def _texts(model: Model, packed: Model, question: Texts) -> Iterator[str]:
    full, small = nc.Classifier(model), nc.Classifier(packed)
    answers = {"imported": full.predictions(question.asked, len(model.labels), count_keys=True)}
    answers["packed"] = small.predictions(question.asked, len(model.labels), count_keys=True)
    network = small._network
    if isinstance(network, Linear) and network._reader is not None:
        network._reader = None
        answers["packed, by NumPy"] = small.predictions(question.asked, len(model.labels), True)
    for name, predictions in answers.items():
        exact = zip(predictions, answers["imported"], question.asked, question.answers, strict=True)
        for got, plain, text, told in exact:
            if (got.known, got.unknown) != (plain.known, plain.unknown):
                continue  # a fingerprint took an unseen key for a known one: one in 65,536 does
            shown = dict(zip(got.labels, got.scores, strict=True))
            off = max((abs(shown.get(label, 9e9) - score) for label, score in told.items()))
            best = max(told.values())
            if off > question.tolerance * (1 + abs(best)):
                yield f"{name}: {text!r}: off by {off:.2g}: {shown} instead of {told}"


def _vectors(model: Model, packed: Model, question: Vectors) -> Iterator[str]:
    for name, each in (("imported", model), ("packed", packed)):
        if describes_subwords(each.features):
            rows, _ = word_vectors(each, question.asked)
        else:
            rows = each.table().lookup(question.asked)
        size = np.maximum(1, np.abs(question.answers).max(axis=1))
        off = np.abs(rows - question.answers).max(axis=1) / size
        for word, distance in zip(question.asked, off.tolist(), strict=True):
            if distance > question.tolerance:
                yield f"{name}: the vector of {word!r} is off by {distance:.2g}"


def _in_c(packed: Model, saved: Path, case: Case, reader: Path | None) -> Iterator[str]:
    """The best labels by the program in C against those of Python, of the same file."""
    question = case.question
    if reader is None or isinstance(question, Vectors):
        return
    if isinstance(question, (Texts, Labels)):
        lines, flags = [text.replace("\n", " ") for text in question.asked], []
        wanted = nc.Classifier(packed).predict([line.removesuffix("\r") for line in lines])
        data = "\n".join([*lines, ""])
    else:
        asked = [[token or "\t" for token in sentence] for sentence in question.asked]
        wanted = [tag for tags in nc.Tagger(packed).tag(question.asked) for tag in tags]
        data, flags = "\n\n".join("\n".join(sentence) for sentence in asked), ["--tag"]
    done = subprocess.run(
        [str(reader), str(saved), *flags],
        input=data.encode("utf-8", "surrogateescape"),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        if b"run the model in Python" not in done.stderr:
            yield f"in C: {done.stderr.decode()}"
        return
    told = [line.split("\t")[0] for line in done.stdout.decode().split("\n")]
    got = told[:-1] if isinstance(question, (Texts, Labels)) else [line for line in told if line]
    if got != wanted:
        different = [pair for pair in zip(got, wanted, strict=False) if pair[0] != pair[1]]
        yield f"in C: {different[:1]} of {len(wanted)}"
