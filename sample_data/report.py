"""Print the demo's table from the JSON of `nlucompress evaluate`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table


def main() -> None:
    """Read the report named on the command line and print it."""
    report = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    (old,) = report["references"]
    table = Table()
    for heading in ("", "before", "after", ""):
        table.add_column(heading, justify="left" if heading == "" else "right")
    times = old["size_bytes"] / report["size_bytes"]
    smaller = f"{times:.1f} times smaller"
    table.add_row("size", f"{old['size_bytes']:,} B", f"{report['size_bytes']:,} B", smaller)
    drop = f"{-100 * old['accuracy_drop']:+.2f} points"
    table.add_row("accuracy", f"{old['accuracy']:.2%}", f"{report['accuracy']:.2%}", drop)
    flips = round(old["nfr"] * report["examples"])
    rate = f"{old['nfr']:.2%} of {report['examples']:,}"
    table.add_row("negative flips", "", f"{flips}", rate)
    Console().print(table)


if __name__ == "__main__":
    main()
