//! Copies what cannot be read twice into a spool, unpacked if it is compressed.

use std::io;

use super::packed::Unpacker;
use super::spool::{SpoolError, SpoolWriter};

/// Bytes per read of the input.
const PIECE: usize = 256 << 10;

/// Copies `reader` to its end, unpacked if it is compressed, and calls `wake` after each piece and at the
/// end. Blocks as the reader does, so give it a thread of its own. The spool ends well or with the error,
/// which [`TailEvent::Ended`](super::TailEvent::Ended) reports.
pub fn feed(reader: &mut dyn io::Read, writer: SpoolWriter, wake: &dyn Fn()) {
    let error = copy(reader, &writer, wake).err();
    writer.finish(error);
    wake();
}

fn copy(reader: &mut dyn io::Read, writer: &SpoolWriter, wake: &dyn Fn()) -> Result<(), SpoolError> {
    let mut piece = vec![0; PIECE];
    let mut unpacked = vec![0; PIECE];
    let mut unpacker = Unpacker::new();
    loop {
        match reader.read(&mut piece) {
            Ok(0) => {
                while let Some(damage) = unpacker.rescue() {
                    writer.damaged(Some(damage));
                    unpack(&mut unpacker, &mut unpacked, writer, wake)?;
                }
                let (rest, damage) = unpacker.end();
                writer.damaged(damage);
                return writer.write(&rest);
            }
            Ok(count) => {
                unpacker.feed(&piece[..count]);
                unpack(&mut unpacker, &mut unpacked, writer, wake)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(source) => return Err(writer.read_error(source)),
        }
        wake();
    }
}

/// Writes what `unpacker` makes of the input it was fed.
fn unpack(
    unpacker: &mut Unpacker,
    room: &mut [u8],
    writer: &SpoolWriter,
    wake: &dyn Fn(),
) -> Result<(), SpoolError> {
    loop {
        let outcome = unpacker.unpack(room);
        writer.write(&room[..outcome.produced])?;
        writer.damaged(outcome.damage);
        if outcome.hungry {
            return Ok(());
        }
        // Much may come of little.
        wake();
    }
}
