"""The C reader, and the extension module that puts it under the Python package where it was built.

``extension`` is the module or None: where no compiler was there when the package was installed, or
where the environment sets ``NLUCOMPRESS_PURE``. Everything works without it, slower, with the same
bytes and the same answers.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # typing takes longer than an answer
if TYPE_CHECKING:
    from typing import Any


def _load() -> Any:
    if os.environ.get("NLUCOMPRESS_PURE", "0") not in ("", "0"):
        return None
    try:
        from nlucompress.native import _native
    except ImportError:
        return None
    return _native


extension: Any = _load()
