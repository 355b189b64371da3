//! Objects and lists that are written as they are made: of a list one entry at a time is in memory.
//!
//! The keys of an object stand in the order of the alphabet, as those of `json!` do, or in one that is given.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::Value as Json;

/// Makes the entries of a list, as often as they are asked for.
type Entries<'a> = Box<dyn Fn() -> Box<dyn Iterator<Item = Node<'a>> + 'a> + 'a>;

/// A part of a document, or all of it.
pub struct Node<'a>(Kind<'a>);

enum Kind<'a> {
    /// Something small.
    Plain(Json),
    /// A list.
    List(Entries<'a>),
    /// An object.
    Object(BTreeMap<String, Node<'a>>),
    /// An object whose keys have an order of their own.
    InOrder(Vec<(&'static str, Node<'a>)>),
}

impl<'a> Node<'a> {
    /// A list of what `make` gives.
    pub(in crate::report) fn list<T, I>(make: impl Fn() -> I + 'a) -> Self
    where
        T: Into<Node<'a>> + 'a,
        I: Iterator<Item = T> + 'a,
    {
        Node(Kind::List(Box::new(move || Box::new(make().map(Into::into)))))
    }

    /// An object of the keys of `small`, and these.
    ///
    /// # Panics
    /// When `small` is no object.
    pub(in crate::report) fn object<const N: usize>(small: Json, large: [(&str, Node<'a>); N]) -> Self {
        let Json::Object(small) = small else { panic!("an object is written as one: {small}") };
        let small = small.into_iter().map(|(key, it)| (key, it.into()));
        Node(Kind::Object(small.chain(large.map(|(key, it)| (key.to_owned(), it))).collect()))
    }

    /// An object with these keys, in this order.
    pub(in crate::report) fn in_order(keys: impl IntoIterator<Item = (&'static str, Node<'a>)>) -> Self {
        Node(Kind::InOrder(keys.into_iter().collect()))
    }
}

impl<T: Into<Json>> From<T> for Node<'_> {
    fn from(it: T) -> Self {
        Node(Kind::Plain(it.into()))
    }
}

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Kind::Plain(it) => it.serialize(serializer),
            Kind::List(make) => serializer.collect_seq(make()),
            Kind::Object(it) => serializer.collect_map(it),
            Kind::InOrder(it) => serializer.collect_map(it.iter().map(|it| (it.0, &it.1))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use serde_json::json;

    use super::*;

    #[test]
    fn it_is_written_as_a_whole_document_would_be() {
        let node = Node::object(
            json!({ "z": 1, "b": { "y": null } }),
            [
                ("c", Node::list(|| (0..2).map(|it| Node::object(json!({ "n": it }), [])))),
                ("a", Node::list(std::iter::empty::<Json>)),
            ],
        );
        let ordered =
            Node::in_order([("z", 1.into()), ("a", Node::list(|| ["x"].into_iter().map(Json::from)))]);
        assert_eq!(serde_json::to_string(&ordered).expect("plain data"), r#"{"z":1,"a":["x"]}"#);
        let whole = json!({ "z": 1, "b": { "y": null }, "c": [{ "n": 0 }, { "n": 1 }], "a": [] });
        assert_eq!(
            serde_json::to_string_pretty(&node).expect("plain data"),
            serde_json::to_string_pretty(&whole).expect("plain data")
        );
    }

    #[test]
    fn one_entry_at_a_time_is_made() {
        let made = Cell::new(0);
        let node = Node::list(|| (0..1000).map(|it| json!({ "n": made.replace(it) })));
        assert_eq!(made.get(), 0);
        /// Fails once so many bytes were written.
        struct Full(usize);
        impl std::io::Write for Full {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                self.0 = self.0.checked_sub(bytes.len()).ok_or_else(|| std::io::Error::other("full"))?;
                Ok(bytes.len())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        assert!(serde_json::to_writer(Full(100), &node).is_err());
        assert!((1..50).contains(&made.get()), "{}", made.get());
    }
}
