//! The native log as a table of Parquet: a row a record.
//!
//! ```text
//! record    the line of the log, byte for byte; all that is read back
//! type run episode id agent    text of its fields, null where it has none
//! seq       counter of the writer        time   as logged, where that is text        value   a number of the record
//! ```
//!
//! The other columns are for those who query such tables. That a table is one of these stands in its metadata
//! (`credit_log`).

use std::{io::Write, sync::Arc};

use parquet::{
    basic::{Compression, ZstdLevel},
    data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type},
    errors::ParquetError,
    file::{
        metadata::KeyValue, properties::WriterProperties, reader::FileReader, writer::SerializedFileWriter,
        writer::SerializedRowGroupWriter,
    },
    record::RowAccessor,
    schema::{parser::parse_message_type, types::Type},
};
use serde_json::Value;

use super::{contain, damaged, open};

/// The key in the metadata of a table, and the version of its rows.
const KEY: &str = "credit_log";
const VERSION: &str = "1";
/// Bytes of lines that go to one group of rows: what is held in memory.
const GROUP: usize = 32 << 20;
/// Columns of text beside the line itself, in the order of the schema.
const TEXTS: [&str; 6] = ["type", "run", "episode", "id", "agent", "ts"];

const SCHEMA: &str = "message creditscope {
    optional binary type (STRING);
    optional binary run (STRING);
    optional binary episode (STRING);
    optional binary id (STRING);
    optional binary agent (STRING);
    optional binary ts (STRING);
    optional int64 seq;
    optional double value;
    required binary record (STRING);
}";

/// Writes native lines as a table.
pub struct RecordTable<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    texts: [Column<ByteArray>; TEXTS.len()],
    seq: Column<i64>,
    value: Column<f64>,
    lines: Vec<ByteArray>,
    /// Bytes of `lines`.
    size: usize,
}

/// The values of a column, and for each row whether it has one (1) or not (0).
struct Column<T> {
    values: Vec<T>,
    levels: Vec<i16>,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self { values: Vec::new(), levels: Vec::new() }
    }
}

impl<T> Column<T> {
    fn push(&mut self, value: Option<T>) {
        self.levels.push(i16::from(value.is_some()));
        self.values.extend(value);
    }
}

impl<W: Write + Send> RecordTable<W> {
    /// A table without rows yet.
    ///
    /// # Errors
    /// If `out` takes nothing.
    pub fn new(out: W) -> Result<Self, ParquetError> {
        let version = KeyValue::new(KEY.to_owned(), VERSION.to_owned());
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_key_value_metadata(Some(vec![version]))
            .build();
        let writer =
            SerializedFileWriter::new(out, Arc::new(parse_message_type(SCHEMA)?), Arc::new(properties))?;
        let (texts, seq, value, lines) = Default::default();
        Ok(Self { writer, texts, seq, value, lines, size: 0 })
    }

    /// Adds a line of a log, without its line end.
    ///
    /// # Errors
    /// If `out` takes no more.
    pub fn push(&mut self, line: &str) -> Result<(), ParquetError> {
        let record: Value = serde_json::from_str(line).unwrap_or_default();
        for (column, name) in self.texts.iter_mut().zip(TEXTS) {
            let text = match &record[name] {
                Value::String(it) => Some(ByteArray::from(it.as_str())),
                Value::Number(it) => Some(ByteArray::from(it.to_string().as_str())),
                _ => None,
            };
            column.push(text);
        }
        self.seq.push(record["seq"].as_i64());
        self.value.push(record["value"].as_f64());
        self.lines.push(ByteArray::from(line));
        self.size += line.len();
        if self.size >= GROUP { self.end_group() } else { Ok(()) }
    }

    /// Writes what is left and the end of the table.
    ///
    /// # Errors
    /// If `out` takes no more.
    pub fn finish(mut self) -> Result<(), ParquetError> {
        self.end_group()?;
        self.writer.close().map(|_| ())
    }

    fn end_group(&mut self) -> Result<(), ParquetError> {
        if self.lines.is_empty() {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for column in &mut self.texts {
            let Column { values, levels } = std::mem::take(column);
            write_column::<ByteArrayType, W>(&mut group, &values, Some(&levels))?;
        }
        let Column { values, levels } = std::mem::take(&mut self.seq);
        write_column::<Int64Type, W>(&mut group, &values, Some(&levels))?;
        let Column { values, levels } = std::mem::take(&mut self.value);
        write_column::<DoubleType, W>(&mut group, &values, Some(&levels))?;
        write_column::<ByteArrayType, W>(&mut group, &std::mem::take(&mut self.lines), None)?;
        self.size = 0;
        group.close().map(|_| ())
    }
}

/// Writes the next column of `group`; `levels` say which rows have a value, none: all do.
fn write_column<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> Result<(), ParquetError> {
    // The columns are those of the schema, one after the other.
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    column.typed::<T>().write_batch(values, levels, None)?;
    column.close()
}

/// Hands each line of a table of records to `each`, numbered from 1. `None`: it is another table, or none.
pub(super) fn each_line(table: &[u8], each: &mut dyn FnMut(u32, &str)) -> Option<Result<(), ParquetError>> {
    let reader = open(table).ok()?;
    let metadata = reader.metadata().file_metadata();
    metadata.key_value_metadata()?.iter().find(|it| it.key == KEY)?;
    let columns = metadata.schema_descr().root_schema().get_fields();
    let record = columns.iter().find(|it| it.name() == "record")?;
    let wanted = Type::group_type_builder("creditscope").with_fields(vec![Arc::clone(record)]).build();
    Some(wanted.and_then(|wanted| read(&reader, wanted, each)))
}

fn read(reader: &dyn FileReader, wanted: Type, each: &mut dyn FnMut(u32, &str)) -> Result<(), ParquetError> {
    let mut rows = contain(|| reader.get_row_iter(Some(wanted))).ok_or_else(damaged)??;
    let mut number = 0;
    while let Some(row) = contain(|| rows.next()).ok_or_else(damaged)? {
        number += 1;
        let row = row?;
        let line = row.get_string(0)?;
        // A row is one line, whoever wrote the table.
        line.split(['\n', '\r']).filter(|it| !it.trim().is_empty()).for_each(|it| each(number, it));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Format, parquet::FORMAT, tests::Collected};

    const LINES: [&str; 4] = [
        r#"{"type":"run","credit_log":1,"run":"r","unknown":{"deep":[1,2]}}"#,
        r#"{"type": "action", "episode": "e", "id": "a1", "agent": "ann", "seq": 7, "action": "\u00e4 \ud83d\ude00"}"#,
        r#"{"type":"reward","episode":"e","value":-1.5,"ts":"2026-01-01T00:00:00Z"}"#,
        r#"{"type":"reward","episode":"e","val"#,
    ];

    fn table(lines: &[&str]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut table = RecordTable::new(&mut out).unwrap();
        lines.iter().for_each(|it| table.push(it).unwrap());
        table.finish().unwrap();
        out
    }

    #[test]
    fn lines_come_back_byte_for_byte() {
        let mut lines = Vec::new();
        let result = each_line(&table(&LINES), &mut |number, line| lines.push((number, line.to_owned())));
        assert!(matches!(result, Some(Ok(()))));
        let want: Vec<(u32, String)> = (1..).zip(LINES.map(str::to_owned)).collect();
        assert_eq!(lines, want);
    }

    #[test]
    fn columns_hold_the_fields_of_the_records() {
        let mut rows = Vec::new();
        super::super::each_row(&table(&LINES[..3]), &mut |_, row| {
            rows.push(serde_json::from_str::<Value>(&row).unwrap());
            true
        })
        .unwrap();
        assert_eq!(rows[1]["agent"], "ann");
        assert_eq!((&rows[1]["seq"], &rows[1]["value"]), (&7.into(), &Value::Null));
        assert_eq!((&rows[2]["value"], &rows[2]["ts"]), (&(-1.5).into(), &"2026-01-01T00:00:00Z".into()));
        assert_eq!((&rows[0]["run"], &rows[0]["episode"]), (&"r".into(), &Value::Null));
    }

    #[test]
    fn such_a_table_is_read_as_the_log_that_it_was() {
        let format: &Format = &FORMAT;
        let read = |lines: &[&str]| {
            Collected::of(|sink| format.read_document(&table(lines), "runs/a", sink)).lines.len()
        };
        assert_eq!(read(&LINES[..3]), 3);
        assert_eq!(read(&[]), 0);
        // More than one group of rows.
        let long =
            format!(r#"{{"type":"action","episode":"e","agent":"a","action":"{}"}}"#, "x".repeat(9 << 20));
        assert_eq!(read(&[long.as_str(); 8]), 8);
    }

    #[test]
    fn other_tables_are_left_to_others() {
        let other = include_bytes!("../../../tests/data/formats/parquet/completions_00004.parquet");
        assert!(each_line(other, &mut |_, _| {}).is_none());
        assert!(each_line(b"PAR1", &mut |_, _| {}).is_none());
    }
}
