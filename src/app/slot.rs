//! A place for what is computed off the loop: the value that is there, what it is of, and the request under
//! way.

use super::request::RequestId;

/// The value of something that is asked for again and again, and the request for the next one. An answer to
/// any but the newest request is dropped; the value stays until it is replaced.
///
/// `Of` says what a value is of, which tells whether it must be asked for anew.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot<T, Of = ()> {
    have: Option<T>,
    of: Option<Of>,
    wanted: Option<Wanted<Of>>,
}

/// A request that is under way.
#[derive(Clone, Debug, PartialEq)]
struct Wanted<Of> {
    request: RequestId,
    of: Of,
    /// Whether a part of the answer has come.
    begun: bool,
}

impl<T, Of> Default for Slot<T, Of> {
    fn default() -> Self {
        Self { have: None, of: None, wanted: None }
    }
}

impl<T, Of> Slot<T, Of> {
    /// What is there.
    pub fn get(&self) -> Option<&T> {
        self.have.as_ref()
    }

    /// The same, to be changed in place.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.have.as_mut()
    }

    /// Of what that is.
    pub fn of(&self) -> Option<&Of> {
        self.of.as_ref()
    }

    /// Of what that is which is under way.
    pub fn wanted(&self) -> Option<&Of> {
        self.wanted.as_ref().map(|it| &it.of)
    }

    /// The same, to be changed in place.
    pub fn wanted_mut(&mut self) -> Option<&mut Of> {
        self.wanted.as_mut().map(|it| &mut it.of)
    }

    /// What the value will be of once nothing is under way any more.
    pub fn newest(&self) -> Option<&Of> {
        self.wanted().or(self.of())
    }

    /// Whether something is under way of which nothing has come yet.
    pub fn is_pending(&self) -> bool {
        self.wanted.as_ref().is_some_and(|it| !it.begun)
    }

    /// The request of which a part has come and the rest is under way.
    pub fn begun(&self) -> Option<RequestId> {
        self.wanted.as_ref().filter(|it| it.begun).map(|it| it.request)
    }

    /// Whether the answer to this request is expected.
    pub fn awaits(&self, request: RequestId) -> bool {
        self.wanted.as_ref().is_some_and(|it| it.request == request)
    }

    /// Waits for the answer to `request`, and no longer for any other.
    pub fn ask(&mut self, request: RequestId, of: Of) {
        self.wanted = Some(Wanted { request, of, begun: false });
    }

    /// Ends the wait for `request`, whose answer is used elsewhere, and returns what it is of. `None` if
    /// nobody waits for it.
    pub fn take(&mut self, request: RequestId) -> Option<Of> {
        self.wanted.take_if(|it| it.request == request).map(|it| it.of)
    }

    /// Whether `request` is under way.
    pub fn is_asked(&self, request: RequestId) -> bool {
        self.wanted.as_ref().is_some_and(|it| it.request == request)
    }

    /// Keeps the answer to `request`. `false` if nobody waits for it; then it is dropped.
    pub fn fill(&mut self, request: RequestId, value: T) -> bool {
        let of = self.take(request);
        let is_wanted = of.is_some();
        if let Some(of) = of {
            self.put(value, of);
        }
        is_wanted
    }

    /// Keeps a part of the answer to `request`, and waits for the rest. `false` if nobody waits for it.
    pub fn fill_part(&mut self, request: RequestId, value: T) -> bool
    where
        Of: Clone,
    {
        let Some(wanted) = self.wanted.as_mut().filter(|it| it.request == request) else { return false };
        wanted.begun = true;
        (self.have, self.of) = (Some(value), Some(wanted.of.clone()));
        true
    }

    /// Keeps a value that was not asked for. What is under way continues.
    pub fn put(&mut self, value: T, of: Of) {
        (self.have, self.of) = (Some(value), Some(of));
    }

    /// The value is good for this too, and nothing is expected.
    pub fn keep_for(&mut self, of: Of) {
        (self.of, self.wanted) = (Some(of), None);
    }

    /// Expects nothing any more. The value stays.
    pub fn cancel(&mut self) {
        self.wanted = None;
    }

    /// The value may be of anything now: it stays until a newer one comes, and nothing is expected.
    pub fn outdate(&mut self) {
        (self.of, self.wanted) = (None, None);
    }

    /// Nothing is there and nothing is waited for.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Drops the value; what is under way continues.
    pub fn empty(&mut self) {
        (self.have, self.of) = (None, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: RequestId = RequestId(1);
    const SECOND: RequestId = RequestId(2);

    #[test]
    fn only_the_newest_request_is_answered_and_what_was_there_stays_until_then() {
        let mut slot = Slot::default();
        slot.ask(FIRST, 'a');
        assert!(slot.fill(FIRST, 10) && !slot.fill(FIRST, 11), "it is answered once");
        assert_eq!((slot.get(), slot.of(), slot.is_pending()), (Some(&10), Some(&'a'), false));
        slot.ask(FIRST, 'b');
        slot.ask(SECOND, 'c');
        assert!(!slot.awaits(FIRST) && !slot.fill(FIRST, 12));
        assert_eq!((slot.get(), slot.of(), slot.newest()), (Some(&10), Some(&'a'), Some(&'c')));
        assert!(slot.is_pending() && slot.fill(SECOND, 13));
        assert_eq!((slot.get(), slot.of(), slot.wanted()), (Some(&13), Some(&'c'), None));
    }

    #[test]
    fn an_answer_may_come_in_parts() {
        let mut slot = Slot::default();
        slot.ask(FIRST, 'a');
        assert_eq!((slot.begun(), slot.is_pending()), (None, true));
        assert!(slot.fill_part(FIRST, 1) && slot.fill_part(FIRST, 2) && !slot.fill_part(SECOND, 9));
        assert_eq!((slot.get(), slot.of(), slot.begun()), (Some(&2), Some(&'a'), Some(FIRST)));
        assert!(!slot.is_pending(), "something can be shown");
        assert!(slot.fill(FIRST, 3) && !slot.fill_part(FIRST, 4));
        assert_eq!((slot.get(), slot.begun()), (Some(&3), None));
    }

    #[test]
    fn what_is_there_and_what_is_under_way_go_one_by_one() {
        let full = || {
            let mut slot = Slot::default();
            slot.put(1, 'a');
            slot.ask(FIRST, 'b');
            slot
        };
        let after = |change: fn(&mut Slot<i32, char>)| {
            let mut slot = full();
            change(&mut slot);
            (slot.get().copied(), slot.of().copied(), slot.wanted().copied())
        };
        assert_eq!(after(|_| ()), (Some(1), Some('a'), Some('b')));
        assert_eq!(after(Slot::cancel), (Some(1), Some('a'), None));
        assert_eq!(after(Slot::outdate), (Some(1), None, None));
        assert_eq!(after(|it| it.keep_for('c')), (Some(1), Some('c'), None));
        assert_eq!(after(Slot::empty), (None, None, Some('b')));
        assert_eq!(after(Slot::clear), (None, None, None));
        assert_eq!(full().take(SECOND), None);
        assert_eq!(full().take(FIRST), Some('b'));
    }
}
