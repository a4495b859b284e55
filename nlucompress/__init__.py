"""Turn a trained NLU model into a small offline artifact, and prove that it still does the job.

import nlucompress as nc

full = nc.load("full.nlu")
small = nc.pack(nc.phash(nc.quantize(full, nc.QuantizeOptions(bits=5))))
nc.save(small, "small.nlu")
nc.Classifier(small).predict(["turn the heating up"])
"""

from __future__ import annotations

from importlib import import_module

from nlucompress.version import VERSION

TYPE_CHECKING = False  # typing takes longer than an answer
if TYPE_CHECKING:
    from typing import Any

    from nlucompress.data.examples import DataOptions, Examples, read_examples
    from nlucompress.data.tagged import Tagged, read_tagged
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
    from nlucompress.importers.detect import ImportOptions, import_model
    from nlucompress.importers.sklearn.objects import from_sklearn
    from nlucompress.networks.classifier import Classifier, Prediction
    from nlucompress.networks.linear.featurizer import Featurizer
    from nlucompress.networks.overlays import overlaid
    from nlucompress.networks.tagger import Tagger
    from nlucompress.stages.export import ExportOptions, export
    from nlucompress.stages.learn.merge.fold import fold
    from nlucompress.stages.learn.merge.stage import MergeOptions, merge
    from nlucompress.stages.learn.train.crf import CrfOptions, train_crf
    from nlucompress.stages.learn.train.linear import TrainOptions, train
    from nlucompress.stages.learn.train.near.crf import NearCrfOptions, train_near_crf
    from nlucompress.stages.learn.train.near.stage import NearOptions, train_near
    from nlucompress.stages.measure.diff.overlay import OverlayOptions, overlay_of
    from nlucompress.stages.measure.diff.stage import Difference, diff
    from nlucompress.stages.measure.evaluate.gates import Gates
    from nlucompress.stages.measure.evaluate.tags import TagReport, evaluate_tags
    from nlucompress.stages.measure.evaluate.texts import Report, evaluate
    from nlucompress.stages.measure.inspect.account import Account, account
    from nlucompress.stages.measure.threshold import ThresholdOptions, choose_threshold
    from nlucompress.stages.shrink.compress.options import CompressOptions
    from nlucompress.stages.shrink.compress.report import CompressReport
    from nlucompress.stages.shrink.compress.stage import compress
    from nlucompress.stages.shrink.factorize import FactorizeOptions, factorize
    from nlucompress.stages.shrink.pack import PackOptions, pack
    from nlucompress.stages.shrink.phash import PhashOptions, phash
    from nlucompress.stages.shrink.quantize.stage import QuantizeOptions, quantize

# Names are imported when they are first used: `import nlucompress` alone costs next to nothing.
_HOMES = {
    "errors": "DataError FormatError ForeignFileWarning NluCompressError OutputError "
    "StageOrderError UsageError",
    "fleet.bundle.reader": "Bundle open_bundle",
    "format.files": "load save",
    "format.model": "Model Network Table Unknown",
    "importers.detect": "ImportOptions import_model",
    "data.examples": "DataOptions Examples read_examples",
    "importers.sklearn.objects": "from_sklearn",
    "data.tagged": "Tagged read_tagged",
    "networks.classifier": "Classifier Prediction",
    "networks.linear.featurizer": "Featurizer",
    "networks.overlays": "overlaid",
    "networks.tagger": "Tagger",
    "stages.measure.diff.overlay": "OverlayOptions overlay_of",
    "stages.measure.diff.stage": "Difference diff",
    "stages.measure.inspect.account": "Account account",
    "stages.measure.evaluate.texts": "Report evaluate",
    "stages.export": "ExportOptions export",
    "stages.measure.evaluate.tags": "TagReport evaluate_tags",
    "stages.shrink.factorize": "FactorizeOptions factorize",
    "stages.shrink.compress.options": "CompressOptions",
    "stages.shrink.compress.report": "CompressReport",
    "stages.shrink.compress.stage": "compress",
    "stages.measure.evaluate.gates": "Gates",
    "stages.learn.merge.fold": "fold",
    "stages.learn.merge.stage": "MergeOptions merge",
    "stages.measure.threshold": "ThresholdOptions choose_threshold",
    "stages.learn.train.near.stage": "NearOptions train_near",
    "stages.learn.train.near.crf": "NearCrfOptions train_near_crf",
    "stages.shrink.pack": "PackOptions pack",
    "stages.shrink.phash": "PhashOptions phash",
    "stages.shrink.quantize.stage": "QuantizeOptions quantize",
    "stages.learn.train.linear": "TrainOptions train",
    "stages.learn.train.crf": "CrfOptions train_crf",
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
