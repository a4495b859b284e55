"""Turn a trained NLU model into a small offline artifact, and prove that it still does the job.

import nlucompress as nc

full = nc.load("full.nlu")
small = nc.pack(nc.phash(nc.quantize(full, nc.QuantizeOptions(bits=5))))
nc.save(small, "small.nlu")
nc.Classifier(small).predict(["turn the heating up"])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nlucompress.version import VERSION

if TYPE_CHECKING:
    from nlucompress.errors import (
        DataError,
        ForeignFileWarning,
        FormatError,
        NluCompressError,
        OutputError,
        StageOrderError,
        UsageError,
    )
    from nlucompress.fleet.bundle.reader import Bundle, open_bundle
    from nlucompress.format.files import load, save
    from nlucompress.format.model import Model, Network, Table, Unknown
    from nlucompress.importers.data.examples import DataOptions, Examples, read_examples
    from nlucompress.importers.data.tagged import Tagged, read_tagged
    from nlucompress.importers.detect import ImportOptions, import_model
    from nlucompress.importers.sklearn.objects import from_sklearn
    from nlucompress.networks.classifier import Classifier, Prediction
    from nlucompress.networks.linear.featurizer import Featurizer
    from nlucompress.networks.overlays import overlaid
    from nlucompress.networks.tagger import Tagger
    from nlucompress.stages.compress.options import CompressOptions
    from nlucompress.stages.compress.report import CompressReport
    from nlucompress.stages.compress.stage import compress
    from nlucompress.stages.diff.overlay import OverlayOptions, overlay_of
    from nlucompress.stages.diff.stage import Difference, diff
    from nlucompress.stages.evaluate.gates import Gates
    from nlucompress.stages.evaluate.tags import TagReport, evaluate_tags
    from nlucompress.stages.evaluate.texts import Report, evaluate
    from nlucompress.stages.export import ExportOptions, export
    from nlucompress.stages.factorize import FactorizeOptions, factorize
    from nlucompress.stages.inspect.account import Account, account
    from nlucompress.stages.merge.fold import fold
    from nlucompress.stages.merge.stage import MergeOptions, merge
    from nlucompress.stages.pack import PackOptions, pack
    from nlucompress.stages.phash import PhashOptions, phash
    from nlucompress.stages.quantize.stage import QuantizeOptions, quantize
    from nlucompress.stages.threshold import ThresholdOptions, choose_threshold
    from nlucompress.stages.train.crf import CrfOptions, train_crf
    from nlucompress.stages.train.linear import TrainOptions, train
    from nlucompress.stages.train.near import NearOptions, train_near
    from nlucompress.stages.train.near_crf import NearCrfOptions, train_near_crf

# Names are imported when they are first used: `import nlucompress` alone costs next to nothing.
_HOMES = {
    "errors": "DataError FormatError ForeignFileWarning NluCompressError OutputError "
    "StageOrderError UsageError",
    "fleet.bundle.reader": "Bundle open_bundle",
    "format.files": "load save",
    "format.model": "Model Network Table Unknown",
    "importers.detect": "ImportOptions import_model",
    "importers.data.examples": "DataOptions Examples read_examples",
    "importers.sklearn.objects": "from_sklearn",
    "importers.data.tagged": "Tagged read_tagged",
    "networks.classifier": "Classifier Prediction",
    "networks.linear.featurizer": "Featurizer",
    "networks.overlays": "overlaid",
    "networks.tagger": "Tagger",
    "stages.diff.overlay": "OverlayOptions overlay_of",
    "stages.diff.stage": "Difference diff",
    "stages.inspect.account": "Account account",
    "stages.evaluate.texts": "Report evaluate",
    "stages.export": "ExportOptions export",
    "stages.evaluate.tags": "TagReport evaluate_tags",
    "stages.factorize": "FactorizeOptions factorize",
    "stages.compress.options": "CompressOptions",
    "stages.compress.report": "CompressReport",
    "stages.compress.stage": "compress",
    "stages.evaluate.gates": "Gates",
    "stages.merge.fold": "fold",
    "stages.merge.stage": "MergeOptions merge",
    "stages.threshold": "ThresholdOptions choose_threshold",
    "stages.train.near": "NearOptions train_near",
    "stages.train.near_crf": "NearCrfOptions train_near_crf",
    "stages.pack": "PackOptions pack",
    "stages.phash": "PhashOptions phash",
    "stages.quantize.stage": "QuantizeOptions quantize",
    "stages.train.linear": "TrainOptions train",
    "stages.train.crf": "CrfOptions train_crf",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "Account",
    "Bundle",
    "Classifier",
    "CompressOptions",
    "CompressReport",
    "CrfOptions",
    "DataError",
    "DataOptions",
    "Difference",
    "Examples",
    "ExportOptions",
    "FactorizeOptions",
    "Featurizer",
    "ForeignFileWarning",
    "FormatError",
    "Gates",
    "ImportOptions",
    "MergeOptions",
    "Model",
    "NearCrfOptions",
    "NearOptions",
    "Network",
    "NluCompressError",
    "OutputError",
    "OverlayOptions",
    "PackOptions",
    "PhashOptions",
    "Prediction",
    "QuantizeOptions",
    "Report",
    "StageOrderError",
    "Table",
    "TagReport",
    "Tagged",
    "Tagger",
    "ThresholdOptions",
    "TrainOptions",
    "Unknown",
    "UsageError",
    "account",
    "choose_threshold",
    "compress",
    "diff",
    "evaluate",
    "evaluate_tags",
    "export",
    "factorize",
    "fold",
    "from_sklearn",
    "import_model",
    "load",
    "merge",
    "open_bundle",
    "overlaid",
    "overlay_of",
    "pack",
    "phash",
    "quantize",
    "read_examples",
    "read_tagged",
    "save",
    "train",
    "train_crf",
    "train_near",
    "train_near_crf",
]
__version__ = VERSION


def __getattr__(name: str) -> Any:
    """Import a public name from its room on first use."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'nlucompress' has no attribute {name!r}")
    value = getattr(import_module(f"nlucompress.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
