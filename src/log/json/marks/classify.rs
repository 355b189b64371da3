//! Classifies 64 bytes, one bit each, with the registers a machine has. Every way gives the same bits.

use super::WIDTH;

/// What some bytes are, a bit each.
#[derive(Clone, Copy, Default)]
pub(super) struct Classes {
    pub(super) quote: u64,
    pub(super) backslash: u64,
    pub(super) newline: u64,
    pub(super) bracket: u64,
    /// Control characters and bytes above `~`.
    pub(super) odd: u64,
    /// What numbers are written with.
    pub(super) number: u64,
}

/// Something that tells what 64 bytes are.
pub(super) trait Classify: Copy {
    fn classes(self, block: &[u8; WIDTH]) -> Classes;
}

/// Eight bytes at a time, on any machine.
#[derive(Clone, Copy)]
pub(super) struct ByWords;

impl Classify for ByWords {
    #[inline(always)]
    fn classes(self, block: &[u8; WIDTH]) -> Classes {
        const ONES: u64 = u64::from_le_bytes([1; 8]);
        const LOWS: u64 = ONES * 0x7f;
        // One bit for each byte that is 0, gathered from the high bits.
        let zeros = |word: u64| {
            let high = !(((word & LOWS) + LOWS) | word | LOWS);
            (high >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
        };
        let mut all = Classes::default();
        for (place, bytes) in block.as_chunks::<8>().0.iter().enumerate() {
            let word = u64::from_le_bytes(*bytes);
            let like = |word: u64, byte: u8| zeros(word ^ (ONES * u64::from(byte))) << (8 * place);
            all.quote |= like(word, b'"');
            all.backslash |= like(word, b'\\');
            all.newline |= like(word, b'\n');
            let folded = word | (ONES * u64::from(FOLD));
            all.bracket |= like(folded, b'{') | like(folded, b'}');
            // Bytes below a space have none of the three high bits.
            let low = zeros(word & (ONES * 0xe0));
            let high = !zeros(word & (ONES * 0x80)) & 0xff;
            all.odd |= (low | high) << (8 * place) | like(word, 0x7f);
            // Bytes that start like a digit but reach the next row when six is added are not digits.
            let digits = zeros((word & (ONES * 0xf0)) ^ (ONES * 0x30));
            let beyond = zeros((((word & (ONES * 0x0f)) + ONES * 6) & (ONES * 0x10)) ^ (ONES * 0x10));
            all.number |= (digits & !beyond) << (8 * place);
            for sign in *b"+-.eE" {
                all.number |= like(word, sign);
            }
        }
        all
    }
}

/// Folds square brackets into curly ones.
const FOLD: u8 = 0x20;

#[cfg(target_arch = "x86_64")]
pub(super) mod wide {
    //! The same with 32 and 64 bytes in a register. Bytes above 0x7f are negative there.

    use std::arch::x86_64::{__m256i, __m512i};

    use pulp::{
        cast,
        x86::{V3, V4},
    };

    use super::{Classes, Classify, FOLD, WIDTH};

    #[derive(Clone, Copy)]
    pub(in super::super) struct By256(pub(in super::super) V3);

    /// Numbers consist of bytes for which the two tables share a bit. One table is indexed by the high half
    /// of the byte and says which rows it may be in; the other by the low half and says in which rows it
    /// counts.
    const HIGH: [u8; 16] = [0, 0, 2, 1, 4, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    const LOW: [u8; 16] = [1, 1, 1, 1, 1, 5, 1, 1, 1, 1, 0, 2, 0, 2, 2, 0];

    impl By256 {
        #[inline(always)]
        fn half(self, bytes: [u8; 32]) -> [u32; 6] {
            let Self(V3 { avx, avx2, .. }) = self;
            let bytes: __m256i = cast(bytes);
            let nibble = avx._mm256_set1_epi8(0x0f);
            let high = avx2._mm256_and_si256(avx2._mm256_srli_epi16::<4>(bytes), nibble);
            let high = avx2._mm256_shuffle_epi8(cast([HIGH; 2]), high);
            // A byte above 0x7f gives 0 here.
            let low = avx2._mm256_shuffle_epi8(cast([LOW; 2]), bytes);
            let number = avx2._mm256_and_si256(high, low);
            let none = avx2._mm256_cmpeq_epi8(number, avx._mm256_setzero_si256());
            let folded = avx2._mm256_or_si256(bytes, avx._mm256_set1_epi8(FOLD as i8));
            let quote = avx2._mm256_cmpeq_epi8(bytes, avx._mm256_set1_epi8(b'"' as i8));
            let backslash = avx2._mm256_cmpeq_epi8(bytes, avx._mm256_set1_epi8(b'\\' as i8));
            let newline = avx2._mm256_cmpeq_epi8(bytes, avx._mm256_set1_epi8(b'\n' as i8));
            let open = avx2._mm256_cmpeq_epi8(folded, avx._mm256_set1_epi8(b'{' as i8));
            let close = avx2._mm256_cmpeq_epi8(folded, avx._mm256_set1_epi8(b'}' as i8));
            let low = avx2._mm256_cmpgt_epi8(avx._mm256_set1_epi8(b' ' as i8), bytes);
            let delete = avx2._mm256_cmpeq_epi8(bytes, avx._mm256_set1_epi8(0x7f));
            [
                avx2._mm256_movemask_epi8(quote) as u32,
                avx2._mm256_movemask_epi8(backslash) as u32,
                avx2._mm256_movemask_epi8(newline) as u32,
                avx2._mm256_movemask_epi8(avx2._mm256_or_si256(open, close)) as u32,
                avx2._mm256_movemask_epi8(avx2._mm256_or_si256(low, delete)) as u32,
                !avx2._mm256_movemask_epi8(none) as u32,
            ]
        }
    }

    impl Classify for By256 {
        #[inline(always)]
        fn classes(self, block: &[u8; WIDTH]) -> Classes {
            let [low, high]: [[u8; 32]; 2] = cast(*block);
            let (low, high) = (self.half(low), self.half(high));
            Classes {
                quote: u64::from(low[0]) | u64::from(high[0]) << 32,
                backslash: u64::from(low[1]) | u64::from(high[1]) << 32,
                newline: u64::from(low[2]) | u64::from(high[2]) << 32,
                bracket: u64::from(low[3]) | u64::from(high[3]) << 32,
                odd: u64::from(low[4]) | u64::from(high[4]) << 32,
                number: u64::from(low[5]) | u64::from(high[5]) << 32,
            }
        }
    }

    #[derive(Clone, Copy)]
    pub(in super::super) struct By512(pub(in super::super) V4);

    impl Classify for By512 {
        #[inline(always)]
        fn classes(self, block: &[u8; WIDTH]) -> Classes {
            let Self(V4 { avx512f, avx512bw, .. }) = self;
            let bytes: __m512i = cast(*block);
            let nibble = avx512f._mm512_set1_epi8(0x0f);
            let in_row = avx512f._mm512_and_si512(avx512bw._mm512_srli_epi16::<4>(bytes), nibble);
            let in_row = avx512bw._mm512_shuffle_epi8(cast([HIGH; 4]), in_row);
            // A byte above 0x7f gives 0 here.
            let in_place = avx512bw._mm512_shuffle_epi8(cast([LOW; 4]), bytes);
            let folded = avx512f._mm512_or_si512(bytes, avx512f._mm512_set1_epi8(FOLD as i8));
            let open = avx512bw._mm512_cmpeq_epi8_mask(folded, avx512f._mm512_set1_epi8(b'{' as i8));
            let close = avx512bw._mm512_cmpeq_epi8_mask(folded, avx512f._mm512_set1_epi8(b'}' as i8));
            let low = avx512bw._mm512_cmpgt_epi8_mask(avx512f._mm512_set1_epi8(b' ' as i8), bytes);
            let delete = avx512bw._mm512_cmpeq_epi8_mask(bytes, avx512f._mm512_set1_epi8(0x7f));
            Classes {
                quote: avx512bw._mm512_cmpeq_epi8_mask(bytes, avx512f._mm512_set1_epi8(b'"' as i8)),
                backslash: avx512bw._mm512_cmpeq_epi8_mask(bytes, avx512f._mm512_set1_epi8(b'\\' as i8)),
                newline: avx512bw._mm512_cmpeq_epi8_mask(bytes, avx512f._mm512_set1_epi8(b'\n' as i8)),
                bracket: open | close,
                odd: low | delete,
                number: avx512bw._mm512_test_epi8_mask(in_row, in_place),
            }
        }
    }
}
