"""The error tree. Every error that a user can cause or mend is a :class:`CallqaError`.

CallqaError
 ├─ SettingsError        callqa.toml, a command line value
 ├─ LexiconError         a file in lexicons/ (rules or scorecard); in Chinese
 ├─ ModelError           a model is missing, incomplete or altered
 ├─ ExtraError           a package that a feature needs is not installed
 ├─ BaselineError        a file of baselines cannot be written or read
 ├─ StoreError           the database cannot be opened, read or written
 │   └─ UnsavableError       one call has text that it cannot hold
 ├─ RevisionError        a review action cannot be applied; in Chinese
 ├─ WorkerError          a worker process cannot start its work
 ├─ EventError           a service event cannot be recorded or imported; in Chinese
 ├─ PeopleError          an account, password or token is not possible; in Chinese
 ├─ AppealError          an appeal cannot be filed or decided; in Chinese
 ├─ CoachingError        a coaching record cannot be made, answered or withdrawn; in Chinese
 ├─ ProposalError        a change of rules cannot be proposed, accepted or undone; in Chinese
 ├─ CalibrationError     a calibration cannot be started, graded or shown; in Chinese
 ├─ ReportError          a report or result file cannot be written
 └─ RecordingError       one recording cannot be scored; a batch goes on without it
     ├─ UnreadableError      empty, no audio in it
     │   └─ UnreachableError     missing, no permission, its folder or store is gone
     ├─ NoRoomError          no room on disk for its sound
     ├─ UnfinishedError      it changed while it was read: still being written
     └─ SpeechServerError    the recogniser's server gave no usable answer for its sound
         └─ ServerAwayError      the server is away, or refuses all that it is asked

A message gives the file, the place in it, the fault, the expected value and the next step.
"""


class CallqaError(Exception):
    """Base of all errors that are shown as one line and not as a traceback."""


class SettingsError(CallqaError):
    """A setting or an option has a value that cannot be used."""


class LexiconError(CallqaError):
    """A rule file or a scorecard is wrong. The text is Chinese: QA staff edit these files."""


class ModelError(CallqaError):
    """A model is missing, incomplete, or its SHA-256 is not the expected one."""


class ExtraError(CallqaError):
    """A feature needs a package that is not installed; the text says which extra to install."""


class BaselineError(CallqaError):
    """A file of baselines cannot be written or read, or is of another version."""


class StoreError(CallqaError):
    """The database cannot be opened, read or written."""


class UnsavableError(StoreError):
    """One call has text that the database cannot hold. Other calls can be saved."""


class RevisionError(CallqaError):
    """A review action cannot be applied to the call. The text is Chinese: the page shows it."""


class WorkerError(CallqaError):
    """A worker process cannot start its work. No recording is to blame, so none goes into
    quarantine."""


class EventError(CallqaError):
    """A service event cannot be recorded, imported or taken back. The text is Chinese: QA staff
    read it."""


class PeopleError(CallqaError):
    """A requested account, password or token is not possible. The text is Chinese: QA staff read
    it."""


class AppealError(CallqaError):
    """An appeal cannot be filed or decided, or not by this person. The text is Chinese: QA staff
    read it."""


class CoachingError(CallqaError):
    """A coaching record cannot be made, answered or withdrawn, or not by this person. The text is
    Chinese: QA staff read it."""


class ProposalError(CallqaError):
    """A change of a rule or sheet cannot be proposed, accepted or undone, or not by this person. The
    text is Chinese: QA staff read it."""


class CalibrationError(CallqaError):
    """A round of calibration cannot be started, graded or shown yet. The text is Chinese: QA staff
    read it."""


class ReportError(CallqaError):
    """A report or a result file cannot be written."""


class RecordingError(CallqaError):
    """One recording cannot be scored. Other recordings are not affected."""


class UnreadableError(RecordingError):
    """The file has no audio that can be decoded."""


class UnreachableError(UnreadableError):
    """The file cannot be reached now: it was moved, permission is missing, or its network folder or
    store is gone. The machine is to blame; the file's content is unknown."""


class NoRoomError(RecordingError):
    """The disk has no room for the samples of a recording. The next run tries it again."""


class UnfinishedError(RecordingError):
    """The file changed while it was read. The next run tries it again."""


class SpeechServerError(RecordingError):
    """The server of ``[recogniser]`` gave no usable answer for a recording. The server is to blame;
    the next run tries again."""


class ServerAwayError(SpeechServerError):
    """The server of ``[recogniser]`` does not answer, or refuses every request. No other recording
    fares better."""
