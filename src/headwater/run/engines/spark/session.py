"""A Spark session for one data flow. Imports Spark's driver, which is an extra: load it when a session is wanted.

All flows of a process share one connection to Spark, since a process can have but one; each has a session of its own,
so that views and settings do not meet. The connection is opened by the first flow and closed with the process.
"""

from __future__ import annotations

import atexit
import logging
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from headwater.errors import Fault, SettingsError
from headwater.run.engines.spark.archive import archive
from headwater.run.engines.spark.faults import unreachable
from headwater.run.engines.spark.functions import register
from headwater.settings import EngineSettings

_ANSWER_S = 5.0
_ADDRESS = re.compile(
    r"(?P<scheme>spark|sc)://(?P<host>[^:/;,]+)(?::(?P<port>\d+))?.*|local(\[[\d*,]+\])?|local-cluster\[.+\]"
)
_PORTS: Mapping[str, int] = MappingProxyType({"sc": 15002, "spark": 7077})

# How the language means it, whatever the cluster's own defaults are.
MEANING: Mapping[str, str] = MappingProxyType(
    {
        "spark.sql.ansi.enabled": "false",
        "spark.sql.caseSensitive": "false",
        # As the service reads dates: '2013-1-5' by 'yyyy-MM-dd', and '99' by 'yy' as 1999.
        "spark.sql.legacy.timeParserPolicy": "LEGACY",
        "spark.sql.mapKeyDedupPolicy": "LAST_WIN",
        "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
        "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
        "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.variable.substitute": "false",
    }
)
# What a connection that this process opens has, unless the settings say otherwise.
_CONNECTION: Mapping[str, str] = MappingProxyType(
    {
        "spark.app.name": "headwater",
        "spark.log.level": "ERROR",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
)
# And one on this machine: nobody else reaches it, and it does not cut its rows into the pieces of a cluster.
_LOCAL: Mapping[str, str] = MappingProxyType(
    {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={Path(__file__).parent / 'log4j2.properties'}",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "8",
    }
)


def open_session(settings: EngineSettings, scratch: Path) -> SparkSession:
    """Return a session with the language's settings and functions. Raises SettingsError, RunError (RUN-045)."""
    address = _checked(settings)
    # The driver prints every error that it raises.
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL + 1)
    try:
        session = _connected(address, settings)
        for name, value in MEANING.items():
            session.conf.set(name, value)
        if not address.startswith("local"):
            _send_code(session, address, scratch)
        register(session)
    except (PySparkException, OSError) as error:
        raise unreachable(address, str(error)) from error
    except Exception as error:
        # The gateway to Java raises classes of its own, some of them only where Java does not start.
        if type(error).__module__.partition(".")[0] not in ("py4j", "grpc"):
            raise
        raise unreachable(address, str(error)) from error
    return session


def _checked(settings: EngineSettings) -> str:
    """Return the address. Raises SettingsError for one that is none, RunError if nobody answers there."""
    address = settings.spark
    match = _ADDRESS.fullmatch(address)
    if match is None:
        cure = "Write local[*], spark://host:7077 or sc://host:15002."
        raise SettingsError(Fault("SET-002", f"'{address}' is no address of Spark (spark under [engine])", cure=cure))
    if settings.staging is not None and not Path(settings.staging).is_absolute():
        cure = "Write the whole path of staging under [engine], which every machine of the cluster sees."
        raise SettingsError(Fault("SET-002", f"The staging folder '{settings.staging}' is no whole path", cure=cure))
    scheme, host = match["scheme"], match["host"]
    if scheme is None or host is None:
        return address
    if settings.staging is None:
        cure = "Set staging under [engine] to a folder that the cluster's machines see under the same path."
        raise SettingsError(Fault("SET-002", f"Spark at '{address}' needs a staging folder", cure=cure))
    try:
        # The driver itself would try for a minute, and then say nothing of use.
        socket.create_connection((host, int(match["port"] or _PORTS[scheme])), _ANSWER_S).close()
    except OSError as error:
        raise unreachable(address, str(error)) from error
    return address


def _connected(address: str, settings: EngineSettings) -> SparkSession:
    is_remote, is_local = address.startswith("sc://"), address.startswith("local")
    ours = {} if is_remote else {**_CONNECTION, **(_LOCAL if is_local else {})}
    builder = SparkSession.builder
    for name, value in {**ours, **settings.spark_options}.items():
        builder = builder.config(name, value)
    if is_remote:
        return builder.remote(address).create()
    is_first = SparkSession.getActiveSession() is None
    shared = builder.master(address).getOrCreate()
    if is_first:
        # On this machine Python is the one that runs now, whatever `python3` is.
        python = sys.executable if is_local else shared.sparkContext.pythonExec
        shared.sparkContext.pythonExec = settings.spark_options.get("spark.pyspark.python", python)
        atexit.register(shared.stop)
    return shared.newSession()


def close_session(session: SparkSession, settings: EngineSettings) -> None:
    """End a session; the connection of this process stays for the flows to come, one of Connect's ends with it."""
    if settings.spark.startswith("sc://"):
        session.stop()


def _send_code(session: SparkSession, address: str, scratch: Path) -> None:
    """Give the cluster's Python the functions that it is to call."""
    file = str(archive(scratch))
    if address.startswith("sc://"):
        session.addArtifacts(file, pyfile=True)
    else:
        session.sparkContext.addPyFile(file)
