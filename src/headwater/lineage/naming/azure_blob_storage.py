"""Azure Blob Storage."""

from headwater.lineage.naming.files import FileNaming

NAMING = FileNaming(
    scheme="https",
    service="azure_blob_service",
    container="azure_blob_container",
    file="azure_blob_path",
    folder="azure_blob_path",
)
