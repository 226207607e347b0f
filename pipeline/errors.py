"""The error tree. Every error that a user can cause or mend is a :class:`CallqaError`.

CallqaError
 ├─ SettingsError        callqa.toml, a command line value
 ├─ LexiconError         a file in lexicons/ (rule or scoring sheet); message in Chinese
 ├─ ModelError           a model is missing, incomplete or altered
 ├─ StoreError           the database cannot be opened, read or written
 ├─ WorkerError          a worker process cannot make itself ready
 ├─ ReportError          a report or result file cannot be written
 ├─ UnreachableError     a store of recordings, or the way to it, is out of order; no recording is to blame
 └─ RecordingError       one recording cannot be scored; a batch goes on without it
     ├─ UnreadableError      missing, empty, no permission, no audio in it
     └─ UnfinishedError      it changed while it was read: still being written

A message says which file, where in it, what was wrong, what was expected and what to do next.
"""


class CallqaError(Exception):
    """Base of all errors that are shown as one line and not as a traceback."""


class SettingsError(CallqaError):
    """A setting or an option has a value that cannot be used."""


class LexiconError(CallqaError):
    """A rule file or scoring sheet is wrong. The text is Chinese: QA staff edit these files."""


class ModelError(CallqaError):
    """A model is not there, is incomplete, or its SHA-256 is not the expected one."""


class HistoryError(CallqaError):
    """A file of baselines cannot be written, read, or is of another version."""


class StoreError(CallqaError):
    """The database cannot be opened, read or written."""


class WorkerError(CallqaError):
    """A worker process cannot make itself ready: no recording is to blame, so none is put in quarantine."""


class UnreachableError(CallqaError):
    """A recording cannot be fetched from its store now; the next run tries again."""


class ReportError(CallqaError):
    """A report or a result file cannot be written."""


class RecordingError(CallqaError):
    """One recording cannot be scored; others are not touched by it."""


class UnreadableError(RecordingError):
    """There is no audio to be had from this file."""


class UnfinishedError(RecordingError):
    """The file changed while it was being read; it is taken up by the next run."""
