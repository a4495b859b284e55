"""Turn a trained NLU model into a small offline artifact, and prove that it still does the job.

import nlucompress as nc

full = nc.load("full.nlu")
small = nc.pack(nc.phash(nc.quantize(full, bits=5)))
nc.save(small, "small.nlu")
nc.Classifier(small).predict(["turn the heating up"])
"""

from __future__ import annotations

from importlib import import_module

from nlucompress.version import VERSION

TYPE_CHECKING = False  # typing takes longer than an answer
if TYPE_CHECKING:
    from typing import Any

    from nlucompress.api.fleets import run, run_fleet
    from nlucompress.api.learn import finetune, fold, linearize, merge
    from nlucompress.api.measure import (
        choose_threshold,
        diff,
        evaluate,
        evaluate_tags,
        inspect,
        neighbours,
        overlay_of,
        retrieval,
    )
    from nlucompress.api.shrink import compress, factorize, pack, phash, quantize, search
    from nlucompress.api.train import train, train_crf, train_near, train_near_crf, train_neural
    from nlucompress.api.use import embed, export, lookup, predict, tag, write_export
    from nlucompress.data.examples import DataOptions, Examples, read_examples
    from nlucompress.data.tagged import Tagged, read_tagged
    from nlucompress.errors import (
        DataError,
        ExistingFileError,
        ForeignFileWarning,
        FormatError,
        MissingFileError,
        NluCompressError,
        OutputError,
        StageOrderError,
        UsageError,
    )
    from nlucompress.fleet.bundle.reader import Bundle, open_bundle
    from nlucompress.fleet.engine import EngineOptions
    from nlucompress.fleet.job.row import Row
    from nlucompress.fleet.summary import Summary
    from nlucompress.format.files import load, save
    from nlucompress.format.model import Model, Network, Table, Unknown
    from nlucompress.importers.detect import ImportOptions, import_model
    from nlucompress.importers.sklearn.objects import from_sklearn
    from nlucompress.networks.classifier import Classifier, Prediction
    from nlucompress.networks.explanation import Explanation
    from nlucompress.networks.linear.featurizer import Featurizer
    from nlucompress.networks.overlays import overlaid
    from nlucompress.networks.tagger import Tagger
    from nlucompress.stages.export import ExportOptions
    from nlucompress.stages.learn.finetune.linearized_options import LinearizedOptions
    from nlucompress.stages.learn.finetune.stage import FinetuneOptions
    from nlucompress.stages.learn.merge.stage import MergeOptions
    from nlucompress.stages.learn.train.crf import CrfOptions
    from nlucompress.stages.learn.train.linear import TrainOptions
    from nlucompress.stages.learn.train.near.crf import NearCrfOptions
    from nlucompress.stages.learn.train.near.stage import NearOptions
    from nlucompress.stages.learn.train.neural import NeuralOptions
    from nlucompress.stages.measure.diff.overlay import OverlayOptions
    from nlucompress.stages.measure.diff.stage import Difference
    from nlucompress.stages.measure.evaluate.gates import Gates
    from nlucompress.stages.measure.evaluate.neighbours import NeighbourOptions, NeighbourReport
    from nlucompress.stages.measure.evaluate.retrieval_report import (
        RetrievalOptions,
        RetrievalReport,
    )
    from nlucompress.stages.measure.evaluate.tags import TagReport
    from nlucompress.stages.measure.evaluate.texts import Report
    from nlucompress.stages.measure.inspect.account import Account, account
    from nlucompress.stages.measure.inspect.stage import Inspection
    from nlucompress.stages.measure.threshold import ThresholdOptions
    from nlucompress.stages.shrink.compress.options import CompressOptions
    from nlucompress.stages.shrink.compress.report import CompressReport
    from nlucompress.stages.shrink.factorize import FactorizeOptions
    from nlucompress.stages.shrink.pack import PackOptions
    from nlucompress.stages.shrink.phash import PhashOptions
    from nlucompress.stages.shrink.quantize.options import QuantizeOptions
    from nlucompress.stages.shrink.search.stage import SearchReport
    from nlucompress.stages.shrink.search.students import SearchOptions

# Names are imported when they are first used: `import nlucompress` alone costs next to nothing.
_HOMES = {
    "api.fleets": "run run_fleet",
    "api.learn": "finetune fold linearize merge",
    "api.measure": "choose_threshold diff evaluate evaluate_tags "
    "inspect neighbours overlay_of retrieval",
    "api.shrink": "compress factorize pack phash quantize search",
    "api.train": "train train_crf train_near train_near_crf train_neural",
    "api.use": "embed export lookup predict tag write_export",
    "data.examples": "DataOptions Examples read_examples",
    "data.tagged": "Tagged read_tagged",
    "errors": "DataError ExistingFileError ForeignFileWarning FormatError "
    "MissingFileError NluCompressError OutputError StageOrderError UsageError",
    "fleet.bundle.reader": "Bundle open_bundle",
    "fleet.engine": "EngineOptions",
    "fleet.job.row": "Row",
    "fleet.summary": "Summary",
    "format.files": "load save",
    "format.model": "Model Network Table Unknown",
    "importers.detect": "ImportOptions import_model",
    "importers.sklearn.objects": "from_sklearn",
    "networks.classifier": "Classifier Prediction",
    "networks.explanation": "Explanation",
    "networks.linear.featurizer": "Featurizer",
    "networks.overlays": "overlaid",
    "networks.tagger": "Tagger",
    "stages.export": "ExportOptions",
    "stages.learn.finetune.linearized_options": "LinearizedOptions",
    "stages.learn.finetune.stage": "FinetuneOptions",
    "stages.learn.merge.stage": "MergeOptions",
    "stages.learn.train.crf": "CrfOptions",
    "stages.learn.train.linear": "TrainOptions",
    "stages.learn.train.near.crf": "NearCrfOptions",
    "stages.learn.train.near.stage": "NearOptions",
    "stages.learn.train.neural": "NeuralOptions",
    "stages.measure.diff.overlay": "OverlayOptions",
    "stages.measure.diff.stage": "Difference",
    "stages.measure.evaluate.gates": "Gates",
    "stages.measure.evaluate.neighbours": "NeighbourOptions NeighbourReport",
    "stages.measure.evaluate.retrieval_report": "RetrievalOptions RetrievalReport",
    "stages.measure.evaluate.tags": "TagReport",
    "stages.measure.evaluate.texts": "Report",
    "stages.measure.inspect.account": "Account account",
    "stages.measure.inspect.stage": "Inspection",
    "stages.measure.threshold": "ThresholdOptions",
    "stages.shrink.compress.options": "CompressOptions",
    "stages.shrink.compress.report": "CompressReport",
    "stages.shrink.factorize": "FactorizeOptions",
    "stages.shrink.pack": "PackOptions",
    "stages.shrink.phash": "PhashOptions",
    "stages.shrink.quantize.options": "QuantizeOptions",
    "stages.shrink.search.stage": "SearchReport",
    "stages.shrink.search.students": "SearchOptions",
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
    "EngineOptions",
    "Examples",
    "ExistingFileError",
    "Explanation",
    "ExportOptions",
    "FactorizeOptions",
    "Featurizer",
    "FinetuneOptions",
    "ForeignFileWarning",
    "FormatError",
    "Gates",
    "ImportOptions",
    "Inspection",
    "LinearizedOptions",
    "MergeOptions",
    "MissingFileError",
    "Model",
    "NearCrfOptions",
    "NearOptions",
    "NeighbourOptions",
    "NeighbourReport",
    "Network",
    "NeuralOptions",
    "NluCompressError",
    "OutputError",
    "OverlayOptions",
    "PackOptions",
    "PhashOptions",
    "Prediction",
    "QuantizeOptions",
    "Report",
    "RetrievalOptions",
    "RetrievalReport",
    "Row",
    "SearchOptions",
    "SearchReport",
    "StageOrderError",
    "Summary",
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
    "embed",
    "evaluate",
    "evaluate_tags",
    "export",
    "factorize",
    "finetune",
    "fold",
    "from_sklearn",
    "import_model",
    "inspect",
    "linearize",
    "load",
    "lookup",
    "merge",
    "neighbours",
    "open_bundle",
    "overlaid",
    "overlay_of",
    "pack",
    "phash",
    "predict",
    "quantize",
    "read_examples",
    "read_tagged",
    "retrieval",
    "run",
    "run_fleet",
    "save",
    "search",
    "tag",
    "train",
    "train_crf",
    "train_near",
    "train_near_crf",
    "train_neural",
    "write_export",
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
