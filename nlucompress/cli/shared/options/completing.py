"""What the tab key offers where a parameter takes a file, a folder or a name within a model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from nlucompress.format.model import Model

    Parameter = click.ParamType[Any]  # which older versions of click cannot subscribe
else:
    Parameter = click.ParamType

DATA = "tsv csv jsonl txt conll gz"
# By a parameter's name: suffixes of the files that it takes, those first that have them; "" is any.
FILES: dict[str, str] = {
    **dict.fromkeys(("old", "new", "near", "overlays", "embeddings", "compatible_with"), "nlu"),
    **dict.fromkeys(("references", "reference", "gate_reference", "gallery"), "nlu"),
    **dict.fromkeys(("data", "dev", "search", "gate_data", "gallery_data"), DATA),
    **dict.fromkeys(("texts", "tokens"), DATA),
    **dict.fromkeys(("output", "log", "checkpoint", "file", "keys", "vocabulary"), ""),
    "model": "nlu bundle",
    "html": "html",
    "recipe": "toml",
}
FOREIGN = ("compress", "inspect")  # whose models may be files of any kind
FOLDERS = ("folder", "man")
NAMES = ("table", "tensor", "label", "bundled")  # what the model that was named before holds


class Completed(Parameter):
    """A text that the shell completes."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The text as it is."""
        return click.STRING.convert(value, param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """What fits."""
        return offered(ctx, str(param.name), incomplete)


def with_completion(params: Iterable[click.Parameter]) -> None:
    """Let plain texts among these be completed by their names."""
    for param in params:
        if param.type is click.STRING and param.name in {*FILES, *FOLDERS, *NAMES}:
            param.type = Completed()


def offered(ctx: click.Context, name: str, incomplete: str) -> list[CompletionItem]:
    """What fits a parameter of this name: items of the kind ``file``, ``dir`` or ``plain``."""
    command = ctx.info_name or ""
    if name in FOLDERS or (name, command) == ("output", "fleet"):
        return [CompletionItem("", type="dir")]
    if name in NAMES and command != "import":
        # An option without its value yet keeps click from giving the words before it their names.
        said = [ctx.params.get("model"), ctx.params.get("old"), *ctx.args]
        model = next((each for each in said if each not in (None, "-")), None)
        return [CompletionItem(each) for each in held(model, name) if each.startswith(incomplete)]
    if name in FILES:
        suffixes = "" if name == "model" and command in FOREIGN else FILES[name]
        return [CompletionItem(suffixes, type="file")]
    return []


def held(path: object, what: str) -> list[str]:
    """Names in a model: of its tables, tensors or labels, or of the models of a bundle.

    A shell that completes is told nothing of errors: a file that cannot be read has no names.
    """
    from nlucompress.errors import NluCompressError
    from nlucompress.fleet.bundle.reader import Bundle
    from nlucompress.format import codec
    from nlucompress.format.files import read_bytes

    if not isinstance(path, str) or path == "-":
        return []
    try:
        data = read_bytes(path)
        if what == "bundled":
            return sorted(Bundle(memoryview(data)))
        return _names(codec.parse(data, verify=False), what)
    except (NluCompressError, OSError):
        return []


def _names(model: Model, what: str) -> list[str]:
    if what == "table":
        return sorted(model.tables)
    if what == "label":
        return list(model.labels)
    return [] if model.network is None else sorted(model.network.tensors)
