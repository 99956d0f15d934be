"""Every type that Synapse or Data Factory knows and this project does not run: kept whole, with a warning."""

from __future__ import annotations

from types import MappingProxyType

from headwater.definition.activities.control import OtherBody
from headwater.definition.activities.protocol import ReadActivities
from headwater.definition.reader import Reader

NAMES: tuple[str, ...] = (
    "AzureDataExplorerCommand",
    "AzureFunctionActivity",
    "AzureMLBatchExecution",
    "AzureMLExecutePipeline",
    "AzureMLUpdateResource",
    "Custom",
    "DataLakeAnalyticsU-SQL",
    "DatabricksJob",
    "DatabricksNotebook",
    "DatabricksSparkJar",
    "DatabricksSparkPython",
    "DataflowActivity",
    "Delete",
    "DotNetActivity",
    "ExecuteSSISPackage",
    "ExecuteWranglingDataflow",
    "GetMetadata",
    "HDInsightHive",
    "HDInsightMapReduce",
    "HDInsightPig",
    "HDInsightSpark",
    "HDInsightStreaming",
    "InvokeCopyJob",
    "InvokePipeline",
    "Lookup",
    "Office365Outlook",
    "PBISemanticModelRefresh",
    "RefreshDataflow",
    "Script",
    "SparkJob",
    "SparkJobDefinition",
    "SqlPoolStoredProcedure",
    "SqlServerStoredProcedure",
    "SynapseNotebook",
    "Teams",
    "TridentNotebook",
    "Validation",
    "WebActivity",
    "WebHook",
)


def read(properties: Reader, activity: Reader, _: ReadActivities) -> OtherBody:
    """Keep `typeProperties`, and what such types put beside them."""
    beside = activity.rest(name for name in ("inputs", "outputs", "sqlPool") if activity.has(name))
    return OtherBody(MappingProxyType({**properties.rest(), **beside}))
