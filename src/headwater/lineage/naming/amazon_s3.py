"""Amazon S3: names begin with the bucket, which is unique in itself."""

from headwater.lineage.naming.files import FileNaming

NAMING = FileNaming(
    scheme="s3",
    container="aws_s3_v2_bucket",
    file="aws_s3_v2_object",
    folder="aws_s3_v2_directory",
)
