"""A pipeline of stages as a value: it makes a model, and it says itself as commands of a shell."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nlucompress.format.model import Model
from nlucompress.options import key, spelled
from nlucompress.stages.shrink.factorize import FactorizeOptions, factorize
from nlucompress.stages.shrink.pack import PackOptions, pack
from nlucompress.stages.shrink.phash import PhashOptions, phash
from nlucompress.stages.shrink.quantize.stage import QuantizeOptions, quantize

Chosen = Mapping[str, Any]  # options of a stage that are not its defaults


@dataclass(frozen=True)
class Stage:
    """A stage: its options and its function."""

    options: type[Any]
    run: Callable[[Model, Any], Model]


STAGES: dict[str, Stage] = {
    "factorize": Stage(FactorizeOptions, factorize),
    "quantize": Stage(QuantizeOptions, quantize),
    "phash": Stage(PhashOptions, phash),
    "pack": Stage(PackOptions, pack),
}


WITH_OPTIONS = ("factorize",)  # do nothing unless they are told how far


@dataclass(frozen=True)
class Step:
    """A stage with its options, as (name, value) by name."""

    stage: str
    chosen: tuple[tuple[str, Any], ...] = ()

    @property
    def settings(self) -> dict[str, Any]:
        """The options by name."""
        return dict(self.chosen)

    def options(self) -> Any:
        """The options of the stage's function."""
        return STAGES[self.stage].options(**self.settings)

    def run(self, model: Model) -> Model:
        """What the stage makes of a model."""
        return STAGES[self.stage].run(model, self.options())

    def words(self) -> list[str]:
        """The stage as words of a command line, without input and output."""
        fields = {each.name: each for each in dataclasses.fields(STAGES[self.stage].options)}
        words = [self.stage]
        for name, value in self.chosen:
            flag = spelled(key(fields[name]))
            if isinstance(value, bool):
                words.append(flag if value else flag.replace("--", "--no-", 1))
            elif name == "groups":
                words += [flag, "x".join(map(str, value))]
            elif isinstance(value, tuple):
                words += [word for each in value for word in (flag, str(each))]
            else:
                words += [flag, str(value)]
        return words


Pipeline = tuple[Step, ...]


def pipeline(parts: Mapping[str, Chosen], stages: tuple[str, ...]) -> Pipeline:
    """Steps in the order of the stages; options that say the default are left out.

    A step without options is left out too if its stage needs some.
    """
    steps = []
    for stage in stages:
        default = {each.name: each.default for each in dataclasses.fields(STAGES[stage].options)}
        chosen = {k: v for k, v in parts.get(stage, {}).items() if default[k] != v}
        if chosen or stage not in WITH_OPTIONS:
            steps.append(Step(stage, tuple(sorted(chosen.items()))))
    return tuple(steps)


def commands(steps: Pipeline, source: str, output: str, before: tuple[str, ...] = ()) -> str:
    """One line of a shell that makes the file.

    Args:
        steps: The pipeline.
        source: The input, ``-`` for standard input.
        output: The file, ``-`` for standard output.
        before: Words of a command that reads the input before the first step, such as ``import``.
    """
    lines = [list(before)] if before else []
    lines += [step.words() for step in steps]
    if source != "-":
        lines[0].insert(1, source)
    if output != "-":
        lines[-1] += ["-o", output]
    return " | ".join(shlex.join(["nlucompress", *words]) for words in lines)
