"""Azure Data Lake Storage Gen2."""

from headwater.lineage.naming.files import FileNaming

NAMING = FileNaming(
    scheme="https",
    service="azure_datalake_gen2_service",
    container="azure_datalake_gen2_filesystem",
    file="azure_datalake_gen2_path",
    folder="azure_datalake_gen2_path",
)
