"""The commands by what people come for, and what `nlucompress --help` says around them."""

from __future__ import annotations

# Groups of commands: file and first line of the help of each, so that no file is imported to tell.
GROUPS: dict[str, dict[str, tuple[str, str]]] = {
    "Make a model": {
        "train": (
            "learn.train.command",
            "Train a linear n-gram classifier, a tagger or a network.",
        ),
        "import": ("learn.import_", "Read a model of another program."),
        "finetune": ("learn.finetune", "Train a model on with the task's data."),
        "linearize": ("learn.linearize", "Train a network on from few examples, without torch."),
        "merge": ("learn.merge", "Mix an older and a newer model, to break less."),
    },
    "Make it small": {
        "compress": ("shrink.compress.command", "Find the smallest file that keeps its promises."),
        "factorize": ("shrink.factorize", "Replace a table by two thin factors."),
        "quantize": ("shrink.quantize", "Round weights to a few levels; drop what rounds to zero."),
        "phash": ("shrink.phash", "Replace the keys' strings by a minimal perfect hash."),
        "pack": ("shrink.pack", "Seal a model in its smallest encoding."),
        "run": ("shrink.run", "Put a model through a recipe."),
        "fleet": ("shrink.fleet.command", "Put every model of a folder through a recipe."),
        "search": ("shrink.search", "Find the cheapest student of a large network."),
    },
    "Prove that it works": {
        "evaluate": ("measure.evaluate.command", "Measure accuracy and what breaks; check gates."),
        "threshold": ("measure.threshold", "Choose the score below which a text is unknown."),
        "neighbours": ("measure.neighbours", "Compare the nearest neighbours in two tables."),
        "retrieval": ("measure.retrieval", "Measure queries in an older model's gallery."),
        "diff": (
            "measure.diff.command",
            "Tell what changed between two models, or send it as an overlay.",
        ),
        "inspect": ("measure.inspect.command", "Tell what a model holds and where its bytes go."),
    },
    "Use it": {
        "predict": ("use.predict", "Classify lines of text."),
        "tag": ("use.tag", "Tag the tokens of sentences."),
        "embed": ("use.embed", "Print the representations of texts."),
        "lookup": ("use.lookup", "Print the rows of keys."),
        "export": ("use.export", "Write a model for another program."),
    },
    "Learn more": {
        "help": ("help", "Show the help of a command, or a page of the documentation."),
        "completion": ("completion", "Print a script that completes in a shell."),
    },
}
COMMANDS = {name: file for group in GROUPS.values() for name, (file, _) in group.items()}
SUMMARIES = {name: told for group in GROUPS.values() for name, (_, told) in group.items()}

ABOUT = """\
Turn a trained NLU model into a small artifact that runs offline, and prove that it works.

Exit codes: 0 done; 1 a gate was missed; 2 usage; 3 bad input, bad model or I/O; 130 interrupted; \
141 the reader of our output closed it."""
EPILOG = (
    "A stage reads a model and writes a model: nlucompress quantize m.nlu --bits 5 "
    "| nlucompress phash | nlucompress pack -o m.packed.nlu"
)
# Options before the command, and what they do.
OPTIONS = {
    "-V, --version": "Show the version and exit.",
    "--no-config": "Take options from the command line alone, not from files and variables.",
    "--debug": "Show a traceback instead of one line on an error.",
    "-h, --help": "Show this message and exit.",
}
WIDEST = 100  # columns of a help page
