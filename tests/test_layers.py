"""Who may import whom: every module's imports are read and held against the rooms' order."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "nlucompress"
GROUND = {"errors", "options"}
MODELS = {*GROUND, "io", "data", "algo", "format"}
SIBLINGS = {"importers", "exporters", "networks"}
BELOW = {
    "errors": set[str](),
    "version": set[str](),
    "progress": set[str](),
    "options": {"errors"},
    "io": {"errors"},
    "data": {*GROUND, "io"},
    "algo": {"errors"},
    "format": {"errors", "io", "algo"},
    "importers": MODELS,
    "exporters": MODELS,
    "networks": {"errors", "io", "algo", "format"},
    "training": {*MODELS, *SIBLINGS},
    "stages": {*MODELS, *SIBLINGS, "training"},
    "fleet": {*MODELS, *SIBLINGS, "training", "stages"},
    "api": {*MODELS, *SIBLINGS, "training", "stages", "fleet"},
    "cli": {*MODELS, *SIBLINGS, "training", "stages", "fleet"},
    "native": set(),
}
for rooms in (BELOW[room] for room in BELOW if BELOW[room]):
    rooms |= {"native", "version", "progress"}  # native: the C twin of what the rooms do in NumPy
ENTRIES = {"__init__", "__main__", "sklearn"}  # may import any room, heavy libraries only lazily
ONLY_IN = {
    "click": {"cli"},
    "rich": {"cli"},
    "torch": {"training"},
    "distributed": {"fleet"},
    "fsspec": {"io", "fleet"},
}
LAZY = {"scipy", "torch", "rich", "distributed", "fsspec"}
MOST_NAMES = 14  # in a folder: a dozen, and some freedom
TORCH_ROOM = "nlucompress.training.neural"  # imports torch at once, and is itself imported lazily


class Imports(ast.NodeVisitor):
    """Collects (dotted name, whether it is imported when the module is) of one module."""

    def __init__(self, package: tuple[str, ...]) -> None:
        self.found: list[tuple[str, bool]] = []
        self._package = package
        self._top = True

    def visit_Import(self, node: ast.Import) -> None:
        self.found += [(alias.name, self._top) for alias in node.names]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        base = self._package[: len(self._package) - node.level + 1] if node.level else ()
        module = ".".join([*base, *([node.module] if node.module else [])])
        self.found += [(f"{module}.{alias.name}", self._top) for alias in node.names]

    def visit_Call(self, node: ast.Call) -> None:
        """``import_module("x")`` and ``__import__("x")`` are imports too."""
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else name
        if name in ("import_module", "__import__") and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                self.found.append((first.value, self._top))
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        top, self._top = self._top, False
        self.generic_visit(node)
        self._top = top

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_If(self, node: ast.If) -> None:
        """What only a type checker runs is imported by nobody, but its arrow still counts."""
        top = self._top
        if "TYPE_CHECKING" in ast.unparse(node.test):
            self._top = False
        for child in node.body:
            self.visit(child)
        self._top = top
        for child in node.orelse:
            self.visit(child)


def violations(source: str, module: str) -> list[str]:
    """What a module of this dotted name (without ``nlucompress.``) imports against the rules."""
    parts = module.split(".")
    room = parts[0]
    if room not in BELOW and room not in ENTRIES:
        return [f"{room} is not a room of the design"]
    reader = Imports(("nlucompress", *parts[:-1]))
    reader.visit(ast.parse(source))
    result = []
    for name, top in reader.found:
        root, *rest = name.split(".")
        if root == "nlucompress":
            target = rest[0] if rest else ""
            if room in BELOW and target != room and target not in BELOW[room]:
                result.append(f"{module} imports {name}")
        if room not in ONLY_IN.get(root, {room}):
            result.append(f"{module} imports {name}: only {sorted(ONLY_IN[root])} may")
        inside = f"nlucompress.{module}".startswith(TORCH_ROOM)
        lazy = root in LAZY and not (inside and root == "torch")
        if top and (lazy or (name.startswith(TORCH_ROOM) and not inside)):
            result.append(f"{module} imports {name} outside a function")
    return result


def module_name(path: Path) -> str:
    """Dotted name below the package."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def file_imports(path: Path, modules: set[str]) -> set[str]:
    """The files of the package that a file imports, for types or inside functions too."""
    name = module_name(path)
    reader = Imports(("nlucompress", *name.split(".")[:-1]))
    reader.visit(ast.parse(path.read_text(encoding="utf-8")))
    found = set()
    for imported, _ in reader.found:
        dotted = imported.removeprefix("nlucompress.")
        found |= {dotted, dotted.rpartition(".")[0]} & modules
    return found - {name}


def circle(arrows: dict[str, set[str]]) -> list[str]:
    """A circle of arrows, its first name repeated at its end; empty where there is none."""
    done: set[str] = set()

    def follow(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name in done:
            return []
        for target in sorted(arrows[name]):
            if found := follow(target, [*trail, name]):
                return found
        done.add(name)
        return []

    for name in sorted(arrows):
        if found := follow(name, []):
            return found
    return []


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_module_imports_only_rooms_below(path: Path) -> None:
    assert violations(path.read_text(encoding="utf-8"), module_name(path)) == []


def test_no_files_import_each_other_in_a_circle() -> None:
    files = {module_name(path): path for path in MODULES if path.stem not in ENTRIES}
    assert circle({name: file_imports(path, set(files)) for name, path in files.items()}) == []


def test_a_folder_is_read_at_a_glance() -> None:
    folders = {path.parent for path in MODULES} - {PACKAGE}
    names = {
        folder: [
            each.name for each in folder.iterdir() if each.name[:2] != "__" and each.suffix != ".so"
        ]
        for folder in folders
    }
    assert {each: len(found) for each, found in names.items() if len(found) > MOST_NAMES} == {}


def test_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_every_module_is_seen() -> None:
    names = {module_name(path) for path in MODULES}
    assert {"errors", "algo.coding.bits", "format.codec", "algo.__init__"} <= names


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("algo.bits", "from nlucompress.format import codec"),
        ("algo.bits", "def f():\n    import nlucompress.format.codec"),
        ("algo.bits", "from ..format import codec"),
        ("algo.bits", "from nlucompress import cli"),
        ("algo.bits", "import nlucompress"),
        ("algo.bits", "from nlucompress import __version__"),
        ("cli.main", "from nlucompress import __version__"),
        ("algo.__init__", "from ..stages import pack"),
        ("errors", "from nlucompress.algo import bits"),
        ("importers.npz", "from nlucompress.networks import linear"),
        ("networks.linear", "from nlucompress.exporters import npz"),
        ("training.loop", "from nlucompress.stages import pack"),
        ("stages.shrink.pack", "import click"),
        ("format.codec", "def f():\n    import rich.table"),
        ("networks.dan", "def f():\n    import torch"),
        ("training.loop", "import torch"),
        ("training.loop", "try:\n    from torch import nn\nexcept ImportError:\n    pass"),
        ("training.plan", "from nlucompress.training.neural import loop"),
        ("training.neural.loop", "import scipy"),
        ("cli.measure.inspect", "from rich.table import Table"),
        ("algo.lowrank", "from scipy import sparse"),
        ("algo.lowrank", "class A:\n    import scipy.sparse"),
        ("algo.lowrank", "def f():\n    import importlib; importlib.import_module('torch')"),
        ("__init__", "import scipy"),
        ("helpers.misc", "import json"),
    ],
)
def test_forbidden_import_is_found(module: str, source: str) -> None:
    assert violations(source, module)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("algo.rowcode", "from nlucompress.algo import bits\nfrom .offsets import Offsets"),
        ("algo.lowrank", "def f():\n    from scipy.sparse import linalg"),
        ("format.codec", "from nlucompress.errors import FormatError"),
        ("importers.npz", "from nlucompress.format.model import Model\nimport numpy"),
        ("training.loop", "def f():\n    import torch\n    from nlucompress.networks import dan"),
        ("training.loop", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch"),
        ("training.neural.loop", "import torch\nfrom nlucompress.training.neural import module"),
        ("stages.learn.train", "def f():\n    from nlucompress.training.neural import loop"),
        ("stages.shrink.pack", "from nlucompress.importers import npz"),
        ("cli.main", "import click\ndef f():\n    from rich.console import Console"),
        ("cli.main", "from nlucompress.version import VERSION"),
        ("__init__", "from nlucompress.stages import pack"),
        ("__main__", "from nlucompress.cli.main import main"),
    ],
)
def test_allowed_import_passes(module: str, source: str) -> None:
    assert violations(source, module) == []
