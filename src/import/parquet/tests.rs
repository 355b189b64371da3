//! Tables that were damaged; their numbers are held in tests/corpus.

use proptest::prelude::*;

use super::*;
use crate::import::tests::Collected;

const COMPLETIONS: &[u8] = include_bytes!("../../../tests/data/formats/parquet/completions_00004.parquet");

fn import(table: &[u8]) -> Collected {
    Collected::of(|sink| Tables.read(table, "runs/a", sink))
}

#[test]
fn damaged_tables_say_so() {
    assert_eq!(import(COMPLETIONS).problems, []);
    for cut in [0, 4, 100, COMPLETIONS.len() - 1] {
        let problems = import(&COMPLETIONS[..cut]).problems;
        assert_eq!(problems.len(), 1, "{cut}");
        assert!(problems[0].message.starts_with("the table cannot be read: "), "{problems:?}");
    }
    assert_eq!(first_rows(COMPLETIONS).len(), 3);
    assert_eq!(first_rows(b"PAR1"), Vec::<String>::new());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn damaged_tables_never_panic(
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut table = COMPLETIONS.to_vec();
        for (at, byte) in changes {
            let at = at.index(table.len());
            table[at] = byte;
        }
        import(&table);
    }
}
