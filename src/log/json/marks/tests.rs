//! Holds the bit maps to a look at each byte, and the walk over them to the walk over bytes.

use proptest::prelude::*;

use super::*;
use crate::log::json::walk;

/// Text in which what counts is frequent.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        6 => proptest::sample::select(b"\"\\{}[]\n".to_vec()),
        3 => proptest::sample::select(b"a ~\x7f\x80\xff\x1f\0\t,;Z^_|0189:/+-.eEtrue".to_vec()),
        1 => any::<u8>(),
    ];
    let sparse = prop_oneof![1 => byte.clone(), 9 => Just(b'x')];
    prop_oneof![
        proptest::collection::vec(byte, 0..300),
        proptest::collection::vec(sparse, 0..600),
        proptest::collection::vec(Just(b'\\'), 0..200),
    ]
}

proptest! {
    // 256, or more where `PROPTEST_CASES` asks for it: `.ci/run` does.
    #![proptest_config(ProptestConfig::default())]

    #[test]
    fn all_registers_say_what_bytes_are(text in text()) {
        let mut expected = Vec::new();
        let (mut escapes, mut odd_quotes) = (false, false);
        for (at, byte) in text.iter().enumerate() {
            if at % WIDTH == 0 {
                expected.push((0, 0, 0, 0, 0));
            }
            let (stops, brackets, parity, odd, other) = expected.last_mut().unwrap();
            let bit = 1_u64 << (at % WIDTH);
            if *byte == b'"' && !escapes {
                *stops |= bit;
                odd_quotes = !odd_quotes;
            }
            if *byte == b'\n' {
                *stops |= bit;
            }
            if b"{}[]\n".contains(byte) {
                *brackets |= bit;
            }
            if odd_quotes {
                *parity |= bit;
            }
            if *byte == b'\\' || !(b' '..=b'~').contains(byte) {
                *odd |= bit;
            }
            if !b"0123456789+-.eE".contains(byte) {
                *other |= bit;
            }
            escapes = *byte == b'\\' && !escapes;
        }
        let valid = match text.len() % WIDTH {
            0 => u64::MAX,
            rest => (1 << rest) - 1,
        };
        let check = |fill: &dyn Fn(&[u8], &mut [Bits])| {
            let mut bits = vec![Bits::default(); expected.len()];
            fill(&text, &mut bits);
            if let Some(last) = bits.last_mut() {
                last.odd &= valid;
                last.parity &= valid;
                last.other &= valid;
            }
            let bits: Vec<_> = bits.iter().map(|it| (it.stops, it.brackets, it.parity, it.odd, it.other)).collect();
            assert_eq!(bits, expected);
        };
        check(&fill);
        check(&|text, into| pulp::NullaryFnOnce::call(Fill { by: ByWords, text, into }));
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V3::try_new() {
                        check(&|text, into| simd.vectorize(Fill { by: wide::By256(simd), text, into }));
        }
    }

    #[test]
    fn lines_and_strings_end_where_the_walk_says(text in text(), at in 0..200_usize) {
        let mut marks = Marks::default();
        let marked = marks.read(&text);
        let end = at + text.iter().skip(at).take_while(|it| **it != b'\n').count();
        if at < text.len() {
            prop_assert_eq!(marked.line_end(at), end);
            let plain = text[at..end].iter().all(|it| (b' '..=b'~').contains(it) && *it != b'\\');
            prop_assert_eq!(marked.is_plain(at, end), plain);
        }
        if at < end {
            prop_assert_eq!(marked.scalar_end(at), walk::scalar_end(&text[..end], at));
        }
        // The byte before a value escapes nothing in it.
        if at > 0 && at < end && text[at - 1] == b'"' {
            prop_assert_eq!(marked.string_end(at), walk::string_end(&text[..end], at));
        }
    }

    #[test]
    fn containers_end_where_the_walk_says(mut text in text(), at in 0..200_usize) {
        // A backslash outside a string is not JSON, so the two need not agree about what it does; nor if the
        // container begins inside a string.
        let (mut inside, mut escapes) = (false, false);
        let mut starts = false;
        for (index, byte) in text.iter_mut().enumerate() {
            starts |= index == at && !inside;
            match *byte {
                b'"' if !escapes => inside = !inside,
                b'\n' => inside = false,
                b'\\' if !inside => *byte = b'x',
                _ => {}
            }
            escapes = *byte == b'\\' && !escapes;
        }
        let mut marks = Marks::default();
        let marked = marks.read(&text);
        let end = at + text.iter().skip(at).take_while(|it| **it != b'\n').count();
        if starts && at < end && b"{[".contains(&text[at]) {
            prop_assert_eq!(marked.container_end(at), walk::container_end(&text[..end], at));
        }
    }
}
