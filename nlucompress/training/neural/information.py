"""The diagonal of the empirical Fisher information of a neural model (Matena & Raffel 2022)."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from nlucompress.format.model import Model
from nlucompress.training.neural.module import Module
from nlucompress.training.plan import Data

TABLE = "table"


def information(model: Model, data: Data) -> dict[str, NDArray[np.float64]]:
    """Mean over the texts of the squared gradient of their labels' log probability.

    By the names of the network's tensors, and ``table``; shapes are theirs.
    """
    torch.set_num_threads(1)
    module = Module(model, 0.0, 0.0).eval()
    network = model.network
    assert network is not None
    names = {f"layers.{name.replace('.', '_')}.weight": name for name in network.tensors}
    names["table.weight"] = TABLE
    parameters = {names[name]: each for name, each in module.named_parameters()}
    found = {name: np.zeros(tuple(each.shape)) for name, each in parameters.items()}
    for part in data.parts(1):
        module.zero_grad()
        loss = functional.cross_entropy(module(part.batch), torch.from_numpy(part.targets))
        loss.backward()
        for name, each in parameters.items():
            gradient = each.grad
            if gradient is None:
                continue
            if gradient.is_sparse:
                gradient = gradient.coalesce()
                rows = gradient.indices()[0].numpy()
                found[name][rows] += gradient.values().numpy().astype(np.float64) ** 2
            else:
                found[name] += gradient.numpy().astype(np.float64) ** 2
    return {name: values / len(data.targets) for name, values in found.items()}
