"""Options of ``train`` for a linear model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from nlucompress.errors import UsageError
from nlucompress.networks.linear.featurizer import MAX_N, Range, Tokens
from nlucompress.options import Options, option
from nlucompress.training.linear.losses import LossName

ClassWeight = Literal["none", "balanced"]


@dataclass(frozen=True)
class TextOptions(Options):
    """What training a linear model makes of the texts, near an older model or not."""

    min_count: int = option(1, "Leave out features of fewer training texts", least=1)
    distinct: bool = option(
        False,
        "Of features that occur in exactly the same texts keep the shortest one",
        off="all-features",
        absent="all-features",
    )
    class_weight: ClassWeight = option(
        "none", "balanced gives every label the same total weight", choices=get_args(ClassWeight)
    )


@dataclass(frozen=True)
class TrainOptions(TextOptions):
    """Options of ``train`` for a linear model."""

    title = "Linear models"

    words: Range | None = option(
        (1, 2),
        "Lengths of word n-grams, or none",
        unit="lengths",
        kind=int,
        least=1,
        most=MAX_N,
        flag="ngrams",
        optional=True,
    )
    chars: Range | None = option(
        None,
        "Lengths of character n-grams, such as 2-5",
        unit="lengths",
        kind=int,
        least=1,
        most=MAX_N,
        absent="none",
    )
    counts: bool = option(False, "Weight a feature by its occurrences instead of 1 each")
    tokens: Tokens = option(
        "symbols",
        "What word n-grams are made of: words alone, or punctuation marks and symbols too",
        choices=get_args(Tokens),
    )
    borders: bool | None = option(
        None,
        "N-grams tell the beginning and the end of a text",
        kind=bool,
        off="no-borders",
        absent="by --dev, or yes",
    )
    idf: bool | None = option(
        None,
        "Penalize rare features less, by inverse document frequency",
        kind=bool,
        off="no-idf",
        absent="by --dev, or no",
    )
    normalize: bool | None = option(
        None,
        "Train as if all texts had rows of one length; the model needs nothing for it",
        kind=bool,
        off="no-normalize",
        absent="by --dev, or no",
    )
    loss: LossName = option(
        "squared-hinge",
        "The first two are one-vs-rest; the last two give probabilities",
        choices=get_args(LossName),
    )
    l2: float | None = option(
        None,
        "Strength of the L2 penalty",
        kind=float,
        above=0,
        absent="by --dev, or a middle one",
    )
    l1: float | None = option(
        None,
        "Strength of the L1 penalty, which makes weights exactly zero",
        kind=float,
        least=0,
        absent="by --dev, or a middle one",
    )
    iterations: int = option(
        200, "Steps of the optimizer, of the squared hinge passes over the data, at most", least=1
    )
    refit: bool = option(
        False, "Fit the settings that were chosen once more, on both TRAIN and --dev"
    )

    def __post_init__(self) -> None:
        """Check every field.

        Raises:
            UsageError: A value is out of range, or there are no features.
        """
        super().__post_init__()
        if self.words is None and self.chars is None:
            raise UsageError("without word n-grams and character n-grams there are no features")
        for span in (self.words, self.chars):
            if span is not None and span[0] > span[1]:
                raise UsageError(f"the n-gram lengths {span[0]}-{span[1]} are the wrong way round")
