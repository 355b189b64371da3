//! How often something that depends on a whole growing episode is computed: not for each of its records.

use std::time::Duration;

use super::{
    job::{Answer, CreditJob, ShapeJob},
    request::RequestId,
};

/// A growing episode is computed anew after this many times as long as that takes: a quarter of a percent of
/// a processor.
const TIMES: u32 = 400;
/// The least and the most of it.
const LIMITS: (Duration, Duration) = (Duration::from_millis(480), Duration::from_secs(30));

/// The computation of a growing episode, after which comes a rest.
#[derive(Clone, Debug, PartialEq)]
pub struct Rest {
    /// The last requests for credit and for the graph, until they are answered.
    credit: Option<RequestId>,
    shape: Option<RequestId>,
    /// The time that the answers so far have taken, on threads of their own.
    took: Duration,
}

impl Rest {
    /// Rest after the answers to these requests: the last for credit and the last for the graph.
    pub fn after(credit: RequestId, shape: RequestId) -> Self {
        Self { credit: Some(credit), shape: Some(shape), took: Duration::ZERO }
    }

    /// How long to rest, if `answer`, which came this long after its request, is the last of the answers.
    pub fn answered(&mut self, request: RequestId, answer: &Answer, after: Duration) -> Option<Duration> {
        let awaited = if answer.answers::<CreditJob>() {
            &mut self.credit
        } else if answer.answers::<ShapeJob>() {
            &mut self.shape
        } else {
            return None;
        };
        // A request that a newer one replaced gets the newer one's answer.
        awaited.take_if(|it| request >= *it)?;
        self.took += after;
        let is_last = self.credit.is_none() && self.shape.is_none();
        is_last.then(|| (self.took * TIMES).clamp(LIMITS.0, LIMITS.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Shape;

    #[test]
    fn the_rest_is_longer_the_longer_all_answers_took() {
        let asked = Rest { credit: None, shape: Some(RequestId(4)), took: Duration::ZERO };
        let check = |mut rest: Rest, request, after: u64, expected: Option<u64>| {
            let answer = Answer::new::<ShapeJob>(Shape::default());
            let pause = rest.answered(RequestId(request), &answer, Duration::from_millis(after));
            assert_eq!(pause, expected.map(Duration::from_millis), "{rest:?}");
        };
        check(asked.clone(), 4, 10, Some(4_000));
        check(asked.clone(), 5, 10, Some(4_000));
        check(asked.clone(), 3, 10, None);
        check(asked.clone(), 4, 0, Some(480));
        check(asked.clone(), 4, 60_000, Some(30_000));
        check(Rest { took: Duration::from_millis(10), ..asked.clone() }, 4, 10, Some(8_000));
        check(Rest { credit: Some(RequestId(9)), ..asked.clone() }, 4, 10, None);
        check(Rest { shape: None, ..asked }, 4, 10, None);
    }
}
