"""What the drivers raise, and what of it a user is told: one sorted table a driver, kept complete by a test.

Separate, so that a connector wraps its calls in `faults_as(TABLE, what)` and no driver's exception escapes.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import msgspec

from headwater.errors import ConnectorError, Fault, Place


class Meaning(msgspec.Struct, frozen=True):
    """What an exception class of a driver means to the reader."""

    code: str
    what: str
    cure: str


class Driver(msgspec.Struct, frozen=True):
    """A driver: its packages, and the meaning of its exception classes by class name."""

    packages: tuple[str, ...]
    meanings: Mapping[str, Meaning]


_ABSENT = Meaning("CON-010", "does not exist", "Check the container, folder and file name of the dataset.")
_BROKEN = Meaning("CON-019", "failed", "Read the message of the store; try again if it is passing.")
_BUG = Meaning("CON-019", "failed inside the engine", "Please report it with the message.")
_CONFLICT = Meaning("CON-033", "was changed by somebody else at the same time", "Run the activity again.")
_CONSTRAINT = Meaning("CON-033", "holds rows that a constraint refuses", "Mend the rows, or the table's constraint.")
_DENIED = Meaning("CON-011", "refuses access", "Check the credentials and their rights on the store.")
_FULL = Meaning("CON-013", "has no room left", "Free some space or raise the quota, then run again.")
_IN_USE = Meaning("CON-033", "is in use by another process", "Close what holds it open, then run the activity again.")
_MEMORY = Meaning("CON-040", "needs more memory than it may use", "Raise `memory_limit` under [engine].")
_NO_DATABASE = Meaning("CON-022", "is no database file", "Bind the linked service to another file in headwater.toml.")
_PATH = Meaning("CON-006", "has a path that the store does not take", "Check the folder and file name of the dataset.")
_SQL = Meaning("CON-034", "refuses the statement", "Check the query or script against the tables of the store.")
_STOPPED = Meaning("CON-019", "was interrupted", "Run the activity again.")
_UNREACHABLE = Meaning("CON-012", "is out of reach", "Check the address and that the server is running.")
_UNSUPPORTED = Meaning("CON-034", "cannot do this", "Write it in another way, or bind the linked service elsewhere.")
_VALUE = Meaning("CON-032", "holds a value that does not fit its type", "Mend the value, or map the column as string.")
_MALFORMED = Meaning("CON-022", "cannot be read as its format", "Check the file and the options of its dataset.")

DELTA = Driver(
    ("_internal", "deltalake", "pyarrow"),
    {
        "ArrowException": _VALUE,
        "CommitFailedError": _CONFLICT,
        "DeltaError": _BROKEN,
        "DeltaProtocolError": _UNSUPPORTED,
        "SchemaMismatchError": _VALUE,
        "TableNotFoundError": _ABSENT,
    },
)

DUCKDB = Driver(
    ("_duckdb", "duckdb"),
    {
        "BinderException": _SQL,
        "CatalogException": _SQL,
        "ConnectionException": _UNREACHABLE,
        "ConstraintException": _CONSTRAINT,
        "ConversionException": _VALUE,
        "DataError": _VALUE,
        "DatabaseError": _BROKEN,
        "DependencyException": _SQL,
        "Error": _BROKEN,
        "FatalException": _BUG,
        "HTTPException": _UNREACHABLE,
        "IOException": _BROKEN,
        "IntegrityError": _CONSTRAINT,
        "InternalError": _BUG,
        "InternalException": _BUG,
        "InterruptException": _STOPPED,
        "InvalidInputException": _MALFORMED,
        "InvalidTypeException": _SQL,
        "NotImplementedException": _UNSUPPORTED,
        "NotSupportedError": _UNSUPPORTED,
        "OperationalError": _BROKEN,
        "OutOfMemoryException": _MEMORY,
        "OutOfRangeException": _VALUE,
        "ParserException": _SQL,
        "PermissionException": _DENIED,
        "ProgrammingError": _SQL,
        "ResourceInUseException": _BUG,
        "SequenceException": _SQL,
        "SerializationException": _BUG,
        "SyntaxException": _SQL,
        "TransactionException": _CONFLICT,
        "TypeMismatchException": _VALUE,
    },
)

OBSTORE = Driver(
    ("obstore",),
    {
        "AlreadyExistsError": _CONFLICT,
        "BaseError": _BROKEN,
        "GenericError": _UNREACHABLE,
        "InvalidPathError": _PATH,
        "JoinError": _BROKEN,
        "NotFoundError": _ABSENT,
        "NotModifiedError": _CONFLICT,
        "NotSupportedError": _UNSUPPORTED,
        "PermissionDeniedError": _DENIED,
        "PreconditionError": _CONFLICT,
        "UnauthenticatedError": _DENIED,
        "UnknownConfigurationKeyError": _BUG,
    },
)

PSYCOPG = Driver(
    ("psycopg",),
    {
        "AdminShutdown": _UNREACHABLE,
        "ConnectionTimeout": _UNREACHABLE,
        "DataError": _VALUE,
        "DatabaseError": _BROKEN,
        "DiskFull": _FULL,
        "Error": _BROKEN,
        "InsufficientPrivilege": _DENIED,
        "IntegrityError": _CONSTRAINT,
        "InterfaceError": _BROKEN,
        "InternalError": _BROKEN,
        "InvalidAuthorizationSpecification": _DENIED,
        "InvalidPassword": _DENIED,
        "InvalidSchemaName": _SQL,
        "NotSupportedError": _UNSUPPORTED,
        "OperationalError": _UNREACHABLE,
        "OutOfMemory": _MEMORY,
        "ProgrammingError": _SQL,
        "QueryCanceled": _STOPPED,
        "SerializationFailure": _CONFLICT,
        "UndefinedColumn": _SQL,
        "UndefinedTable": Meaning("CON-031", "has no such table", "Check the schema and table of the dataset."),
    },
)

_ERRNO: Mapping[int, Meaning] = {
    errno.EACCES: _DENIED,
    errno.EDQUOT: _FULL,
    errno.EEXIST: _CONFLICT,
    errno.EFBIG: _FULL,
    errno.EISDIR: _PATH,
    errno.ENAMETOOLONG: _PATH,
    errno.ENOENT: _ABSENT,
    errno.ENOSPC: _FULL,
    errno.ENOTDIR: _PATH,
    errno.EPERM: _DENIED,
    errno.EROFS: Meaning("CON-014", "is read-only", "Write to another folder, or make it writable."),
}

# Object stores raise these without a number.
_KINDS: tuple[tuple[type[OSError], Meaning], ...] = (
    (FileExistsError, _CONFLICT),
    (FileNotFoundError, _ABSENT),
    (PermissionError, _DENIED),
    (TimeoutError, _UNREACHABLE),
)

# DuckDB says what the operating system said only in its text.
_TEXTS: tuple[tuple[re.Pattern[str], Meaning], ...] = (
    (re.compile(r"\bConversion Error: "), _VALUE),
    (re.compile(r"\bOut of Memory Error: "), _MEMORY),
    (re.compile(r"status code: 404\b"), _ABSENT),
    (re.compile(r"status code: 40[13]\b"), _DENIED),
    (re.compile(r"no space left|disk full|file too large|disk quota", re.IGNORECASE), _FULL),
    (re.compile(r"permission denied|read-only file system", re.IGNORECASE), _DENIED),
    (re.compile(r"no files found|no such file", re.IGNORECASE), _ABSENT),
    (re.compile(r"could not set lock|conflicting lock", re.IGNORECASE), _IN_USE),
    (re.compile(r"not a valid duckdb database", re.IGNORECASE), _NO_DATABASE),
)

_SECRETS = re.compile(
    r"(?i)\b(sig|accountkey|password|pwd|client_secret|sharedaccesssignature)=[^&;\s\"']+|(?<=://)[^/\s@]+(?=@)"
)


_DEVELOPERS = re.compile(r"\s*\n\s*(?:Debug source|Possible (?:fixes|[Ss]olutions?)|file = )|<\?xml")
_AZURE_CODE = re.compile(r"<Code>(\w+)</Code>")
# What a thread of DuckDB met, told by another one.
_INNER = re.compile(r"[^:]*: \{\"exception_type\".*?\"exception_message\":(\"(?:[^\"\\]|\\.)*\").*\}")

# A fault of ours that broke a stream of batches, told by the engine that read it.
_OURS = re.compile(r"failed: [\w ]+: ([A-Z]{3}-\d{3}) (.*?)\n\s*→ (.*?\.)\.? Detail: Python exception", re.DOTALL)


def redacted(text: str) -> str:
    """Return the text with the values of keys, signatures and passwords struck out."""
    return _SECRETS.sub(lambda found: f"{found[1]}=***" if found[1] else "***", text)


def meaning_of(driver: Driver, error: BaseException) -> Meaning | None:
    """Return what an exception means by the nearest class of its ancestry in the driver's table; None if alien."""
    for kind in type(error).__mro__:
        found = driver.meanings.get(kind.__name__)
        if found is not None and kind.__module__.partition(".")[0] in driver.packages:
            return _told(found, error)
    return None


def _told(meaning: Meaning, error: BaseException) -> Meaning:
    if meaning not in (_BROKEN, _BUG, _CONFLICT, _MALFORMED, _UNREACHABLE):
        return meaning
    return next((better for pattern, better in _TEXTS if pattern.search(str(error))), meaning)


@contextmanager
def faults_as(driver: Driver, what: str, place: Place = Place()) -> Iterator[None]:
    """Turn what the driver or the operating system raises inside into a ConnectorError about `what`."""
    try:
        yield
    except OSError as error:
        raise ConnectorError(fault_from_os(error, what, place)) from error
    except Exception as error:
        meaning = meaning_of(driver, error)
        if meaning is None:
            raise
        if ours := _OURS.search(str(error)):
            raise ConnectorError(Fault(ours[1], ours[2], place, ours[3])) from error
        raise ConnectorError(_fault(meaning, what, place, str(error))) from error


def fault_from_os(error: OSError, what: str, place: Place = Place()) -> Fault:
    """Return the fault for an error of the operating system."""
    meaning = _ERRNO.get(error.errno or 0) or next((m for kind, m in _KINDS if isinstance(error, kind)), _BROKEN)
    if error.errno is None:
        # An Arrow stream turns the engine's errors into these.
        meaning = _told(meaning, error)
    return _fault(meaning, what, place, error.strerror or str(error))


def _fault(meaning: Meaning, what: str, place: Place, detail: str) -> Fault:
    return Fault(meaning.code, f"{what} {meaning.what}: {redacted(_short(detail))}", place, meaning.cure)


def _short(detail: str) -> str:
    """Leave out what a driver says to its own developers: debug trees, XML, lists of possible fixes."""
    inner = _INNER.search(detail)
    detail = f"{detail[: inner.start()]} {msgspec.json.decode(inner[1])}".strip() if inner else detail
    told = _DEVELOPERS.split(detail, maxsplit=1)[0].strip().rstrip(":")
    code = _AZURE_CODE.search(detail)
    return f"{told} ({code[1]})" if code else told
