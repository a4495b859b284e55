"""The errors that nlucompress raises on purpose. The command line maps each to an exit code."""


class NluCompressError(Exception):
    """Base of all errors that a user can cause; its text is one line: what, where, what to do."""


class UsageError(NluCompressError):
    """The options do not fit together or do not fit the model."""


class FormatError(NluCompressError):
    """A file is damaged, foreign, hostile or newer than this reader."""


class DataError(NluCompressError):
    """A text, key or data file cannot be used; the message names the line or the key."""


class StageOrderError(NluCompressError):
    """A stage was applied to a model that an earlier stage made unfit for it."""


class OutputError(NluCompressError):
    """A result could not be written."""


class ForeignFileWarning(UserWarning):
    """A part of a foreign file was left out, or the file says what is not so; the text names it."""
