//! One frame of a zstd file (RFC 8878).

use zstd::stream::raw::{Decoder, Operation as _};

use super::step::{Broken, Step};

/// A frame being unpacked. Takes up to 128 MiB if the frame asks for so large a window; refuses a frame that
/// asks for more.
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
    /// What is wrong: it is not a zstd frame, or a damaged one.
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
