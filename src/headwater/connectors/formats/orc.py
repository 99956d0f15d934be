"""Orc: columns with types of their own, read and written stripe by stripe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa
from pyarrow import orc

from headwater.connectors.formats.malformed import malformed_as
from headwater.connectors.formats.options import option_text
from headwater.errors import ConnectorError, Fault
from headwater.language.expression.ast import Json

CODECS: Mapping[str, str] = {"none": "UNCOMPRESSED", "snappy": "SNAPPY", "zlib": "ZLIB"}

_KINDS = (pa.ArrowException, OSError)


@dataclass(frozen=True, slots=True)
class Orc:
    """`codec` is the compression that is written, by pyarrow's name; reading takes any that the file says."""

    codec: str = "SNAPPY"

    @property
    def name(self) -> str:
        return "Orc"

    @property
    def extension(self) -> str:
        return ".orc"

    @property
    def is_whole(self) -> bool:
        return False

    @property
    def has_names(self) -> bool:
        return True

    def plain(self) -> tuple[Orc, None]:
        return self, None

    def read(self, file: BinaryIO, what: str) -> pa.RecordBatchReader:
        with malformed_as(_KINDS, what, self.name):
            opened = orc.ORCFile(file)
        schema = pa.schema([field.with_type(_without_zone(field.type)) for field in opened.schema])
        return pa.RecordBatchReader.from_batches(schema, self._stripes(opened, schema, what))

    def _stripes(self, file: orc.ORCFile, schema: pa.Schema, what: str) -> Iterator[pa.RecordBatch]:
        for index in range(file.nstripes):
            with malformed_as(_KINDS, what, self.name):
                stripe = file.read_stripe(index)
                batch = stripe if stripe.schema.equals(schema) else stripe.cast(schema, safe=False)
            yield batch

    def write(self, file: BinaryIO, rows: pa.RecordBatchReader, what: str) -> int:
        count = 0
        with malformed_as((pa.ArrowException,), what, self.name), orc.ORCWriter(file, compression=self.codec) as writer:
            for batch in rows:
                count += batch.num_rows
                writer.write(pa.Table.from_batches([batch]))
            if not count:
                writer.write(rows.schema.empty_table())
        return count


def _without_zone(type_: pa.DataType) -> pa.DataType:
    """Return the type as the engine takes it: instants are UTC, and finer than a microsecond nothing is kept."""
    return pa.timestamp("us") if pa.types.is_timestamp(type_) else type_


def orc_from_properties(properties: Mapping[str, Json]) -> Orc:
    """Return the options of an Orc dataset. Raises ConnectorError for a codec that is not built (lzo)."""
    name = option_text(properties, "orcCompressionCodec", "", "Orc")
    name = (name or option_text(properties, "compressionCodec", "snappy", "Orc")).lower()
    if name not in CODECS:
        raise ConnectorError(
            Fault("CON-021", f"Orc: compression '{name}' is not built", cure=f"Use one of {', '.join(CODECS)}.")
        )
    return Orc(CODECS[name])
