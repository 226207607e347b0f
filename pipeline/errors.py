"""The error tree. Every error that a user can cause or mend is a :class:`CallqaError`.

CallqaError
 ├─ SettingsError        callqa.toml, a command line value
 ├─ LexiconError         a file in lexicons/ (rule or scoring sheet); message in Chinese
 ├─ ModelError           a model is missing, incomplete or altered
 ├─ ExtraError           a package that a feature needs is not installed
 ├─ BaselineError        a file of baselines (callqa tone baselines)
 ├─ StoreError           the database cannot be opened, read or written
 ├─ RevisionError        what a person wants to correct cannot be; message in Chinese
 ├─ WorkerError          a worker process cannot make itself ready
 ├─ PeopleError          an account, a password or a token cannot be as it was asked; message in Chinese
 ├─ AppealError          an appeal cannot be filed or decided; message in Chinese
 ├─ CalibrationError     a round of calibration cannot be begun, graded or looked at; message in Chinese
 ├─ ReportError          a report or result file cannot be written
 └─ RecordingError       one recording cannot be scored; a batch goes on without it
     ├─ UnreadableError      empty, no audio in it
     │   └─ UnreachableError     missing, no permission, its folder or store is gone: the machine is to blame
     ├─ NoRoomError          no room on disk for its sound
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


class ExtraError(CallqaError):
    """A feature needs a package that is not installed; the text says which extra to install."""


class BaselineError(CallqaError):
    """A file of baselines cannot be written, read, or is of another version."""


class StoreError(CallqaError):
    """The database cannot be opened, read or written."""


class RevisionError(CallqaError):
    """An act of a reviewer cannot be applied to the call. The text is Chinese: it is shown on the
    page."""


class WorkerError(CallqaError):
    """A worker process cannot make itself ready: no recording is to blame, so none is put in
    quarantine."""


class PeopleError(CallqaError):
    """An account, a password or a token cannot be as it was asked. The text is Chinese: QA staff
    read it."""


class AppealError(CallqaError):
    """An appeal cannot be filed or decided, or not by this person. The text is Chinese: QA staff
    read it."""


class CalibrationError(CallqaError):
    """A round of calibration cannot be begun, graded, or looked at yet. The text is Chinese: QA
    staff read it."""


class ReportError(CallqaError):
    """A report or a result file cannot be written."""


class RecordingError(CallqaError):
    """One recording cannot be scored; others are not touched by it."""


class UnreadableError(RecordingError):
    """There is no audio to be had from this file."""


class UnreachableError(UnreadableError):
    """The file cannot be reached now (moved, no permission, a network folder or a store that is
    gone): nothing is known of what is in it."""


class NoRoomError(RecordingError):
    """There is no room on disk for the sound of a recording; it is taken up by the next run."""


class UnfinishedError(RecordingError):
    """The file changed while it was being read; it is taken up by the next run."""
