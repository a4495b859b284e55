"""Texts that are read several times, each time with other words left out."""

from __future__ import annotations

import numpy as np

from nlucompress.networks.neural.sequence import Batch
from nlucompress.training.plan import Data


def readings(data: Data, count: int, share: float, seed: int) -> Data:
    """Every text ``count`` times, one set of them behind the other; the first time in full.

    It is the word dropout of stochastic training (Iyyer et al. 2015, section 2.1) for a solver
    that sees all texts at once. A text of which no word would be left is read in full.
    """
    rng = np.random.default_rng(seed)
    texts = np.repeat(np.arange(len(data.targets)), data.batch.lengths)
    rows, lengths = [data.batch.rows], [data.batch.lengths]
    for _ in range(count - 1):
        kept = rng.random(len(texts)) >= share
        left = np.bincount(texts[kept], minlength=len(data.targets))
        kept |= left[texts] == 0
        rows.append(data.batch.rows[kept])
        lengths.append(np.where(left == 0, data.batch.lengths, left))
    batch = Batch(np.concatenate(rows), np.concatenate(lengths))
    return Data(batch, np.tile(data.targets, count))
