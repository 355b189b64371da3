//! `update` survives any messages in any order, and its cursors stay on something that exists.

use proptest::prelude::*;

use super::*;
pub(crate) use crate::corpus::update::{LINES, Run, Step};

pub(crate) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => any::<u16>().prop_map(|it| Step::Bound(it.into())),
        6 => prop::char::any().prop_map(Step::Typed),
        4 => prop::sample::select(vec!['0', '7', '9', '.', '-', 'e', '\u{7f}']).prop_map(Step::Typed),
        2 => (0..220_u16, 0..70_u16).prop_map(|(columns, rows)| Step::Resize(columns, rows)),
        2 => (0..3_usize, any::<bool>(), any::<bool>())
            .prop_map(|(episodes, following, loaded)| Step::Log { episodes, following, loaded }),
        2 => (0..3_u32, 0..9_usize).prop_map(|(id, acts)| Step::Episode { id, acts }),
        1 => (0..3_u32).prop_map(Step::Lost),
        1 => (0..20_u64).prop_map(Step::Stale),
        1 => any::<bool>().prop_map(Step::Payload),
        3 => prop::sample::select(LINES.to_vec()).prop_map(Step::Line),
        2 => Just(Step::Wake),
        1 => any::<bool>().prop_map(Step::Copied),
        2 => any::<bool>().prop_map(Step::Answers),
    ]
}

/// An episode that failed, and one that is under way.
pub(crate) fn run() -> Run {
    Run::of(&format!("{FAILED}{OPEN}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn update_survives_any_messages(steps in proptest::collection::vec(step(), 1..60)) {
        let mut run = run();
        for step in &steps {
            run.apply(step);
        }
    }
}
