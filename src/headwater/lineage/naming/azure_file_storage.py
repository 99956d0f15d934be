"""Azure Files; Purview tells a directory from a file."""

from headwater.lineage.naming.files import FileNaming

NAMING = FileNaming(
    scheme="https",
    service="azure_file_service",
    container="azure_file_share",
    file="azure_file",
    folder="azure_file_directory",
)
