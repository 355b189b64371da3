//! One frame of a zstd file (RFC 8878).

use zstd::stream::raw::{Decoder, Operation as _};

use super::unpacker::{Broken, Step};

/// A frame being unpacked. Takes up to 128 MiB for a frame that asks for so large a window; one that asks for
/// more is refused.
pub(super) struct Unzstd {
    decoder: Decoder<'static>,
}

impl Unzstd {
    /// # Errors
    /// No memory.
    pub(super) fn new() -> Result<Self, String> {
        Ok(Self { decoder: Decoder::new().map_err(|it| it.to_string())? })
    }

    /// Unpacks some of `input` into `output`.
    ///
    /// # Errors
    /// It is no zstd frame, or a damaged one: what is wrong.
    pub(super) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Broken> {
        let mut step = Step::default();
        loop {
            let status = self
                .decoder
                .run_on_buffers(&input[step.consumed..], &mut output[step.produced..])
                .map_err(|it| Broken {
                consumed: step.consumed,
                produced: step.produced,
                why: it.to_string().to_lowercase(),
            })?;
            step.consumed += status.bytes_read;
            step.produced += status.bytes_written;
            step.ended = status.remaining == 0;
            let stuck = status.bytes_read == 0 && status.bytes_written == 0;
            if step.ended || stuck || step.produced == output.len() {
                return Ok(step);
            }
        }
    }
}
