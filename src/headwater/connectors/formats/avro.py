"""Avro: rows with a schema in the file, blocks of which may be compressed. Decoded block by block."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

import cramjam
import fastavro
import pyarrow as pa
from fastavro.schema import SchemaParseException

from headwater.connectors.formats.arrow_zones import with_zones
from headwater.connectors.formats.avro_schema import arrow_of_avro, avro_of_arrow, fit_of
from headwater.connectors.formats.malformed import malformed_as
from headwater.connectors.formats.options import option_text
from headwater.errors import ConnectorError, Fault
from headwater.language.expression.ast import Json

CODECS: Mapping[str, str] = {"deflate": "deflate", "none": "null", "snappy": "snappy"}
BATCH_ROWS = 20_000

# The library decodes bytes as they come, so that broken ones raise nearly anything.
_KINDS = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    SchemaParseException,
    TypeError,
    ValueError,
    cramjam.DecompressionError,
    pa.ArrowException,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Avro:
    """`codec` is the compression of the blocks that are written, by Avro's name; reading takes what the file says."""

    codec: str = "null"

    @property
    def name(self) -> str:
        return "Avro"

    @property
    def extension(self) -> str:
        return ".avro"

    @property
    def is_whole(self) -> bool:
        return False

    @property
    def has_names(self) -> bool:
        return True

    def plain(self) -> tuple[Avro, None]:
        return self, None

    def read(self, file: BinaryIO, what: str) -> pa.RecordBatchReader:
        with malformed_as(_KINDS, what, self.name):
            rows = fastavro.reader(file)
            schema = arrow_of_avro(rows.writer_schema, what)
        return pa.RecordBatchReader.from_batches(schema, self._batches(rows, schema, what))

    def _batches(self, rows: Iterator[Any], schema: pa.Schema, what: str) -> Iterator[pa.RecordBatch]:
        plain = json.dumps(getattr(rows, "writer_schema", None)).find('"uuid"') < 0
        fits = {f.name: fit for f in schema if not (plain and pa.types.is_string(f.type)) and (fit := fit_of(f.type))}
        while True:
            with malformed_as(_KINDS, what, self.name):
                some = list(islice(rows, BATCH_ROWS))
                if not some:
                    return
                for name, fit in fits.items():
                    for row in some:
                        row[name] = fit(row[name])
                batch = pa.RecordBatch.from_pylist(some, schema)
            yield batch

    def write(self, file: BinaryIO, rows: pa.RecordBatchReader, what: str) -> int:
        schema = fastavro.parse_schema(avro_of_arrow(rows.schema, what))
        zoned = pa.schema([field.with_type(with_zones(field.type)) for field in rows.schema])
        encoded = pa.schema([field.with_type(_encoded(field.type)) for field in zoned])
        count = 0

        def records() -> Iterator[dict[str, Any]]:
            nonlocal count
            for batch in rows:
                fitting = batch if encoded.equals(batch.schema) else batch.cast(zoned).cast(encoded)
                for start in range(0, batch.num_rows, BATCH_ROWS):
                    piece = fitting.slice(start, BATCH_ROWS)
                    count += piece.num_rows
                    yield from piece.to_pylist(maps_as_pydicts="strict")

        with malformed_as((pa.ArrowException,), what, self.name):
            fastavro.writer(file, schema, records(), codec=self.codec)
        return count


def _encoded(type_: pa.DataType) -> pa.DataType:
    """Return a column's type as Avro has it inside: dates and times are numbers, which spares an object a value."""
    if pa.types.is_date32(type_):
        return pa.int32()
    if pa.types.is_time64(type_) or pa.types.is_timestamp(type_):
        return pa.int64()
    return type_


def avro_from_properties(properties: Mapping[str, Json]) -> Avro:
    """Return the options of an Avro dataset. Raises ConnectorError for a codec that is not built."""
    name = option_text(properties, "avroCompressionCodec", "", "Avro")
    name = (name or option_text(properties, "compressionCodec", "none", "Avro")).lower()
    if name not in CODECS:
        raise ConnectorError(
            Fault("CON-021", f"Avro: compression '{name}' is not built", cure=f"Use one of {', '.join(CODECS)}.")
        )
    return Avro(CODECS[name])
