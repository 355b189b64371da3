//! `[formats.NAME]`: what the columns of rows mean, by a name that `--map NAME` takes.

use toml_edit::TableLike;

use super::{
    place::{Problem, entries, origin},
    settings::Origin,
};
use crate::import::RowMap;

/// All maps, and what of them does not hold.
pub(super) fn read(
    text: &str,
    table: &dyn TableLike,
    problems: &mut Vec<Problem>,
) -> Vec<(String, RowMap, Origin)> {
    let mut maps = Vec::new();
    for (name, place, item) in entries(table) {
        let at = place.as_ref().map_or(0, |it| it.start);
        let Some(format) = item.as_table_like() else {
            problems.push(Problem::at(
                text,
                place,
                format!("'{name}' is a table: [formats.{name}], and below it map = \"reward=.score\""),
            ));
            continue;
        };
        if name.contains(['=', ',']) || name.starts_with('.') {
            problems.push(Problem::at(
                text,
                place.clone(),
                format!("'{name}' cannot be told from a map: a name has no = and no comma"),
            ));
        }
        if format.get("map").is_none() {
            problems.push(Problem::at(
                text,
                place,
                format!("'{name}' has no map: map = \"action=.text,reward=.score\""),
            ));
        }
        for (key, place, value) in entries(format) {
            if key != "map" {
                problems.push(Problem::at(text, place, format!("no setting '{key}' of a format: only map")));
                continue;
            }
            match value.as_str().map(str::parse::<RowMap>) {
                Some(Ok(map)) => maps.push((name.to_owned(), map, origin(text, at))),
                Some(Err(why)) => problems.push(Problem::at(text, value.span(), why.to_string())),
                None => problems.push(Problem::at(
                    text,
                    value.span(),
                    "'map' is a text in quotes, as --map takes it",
                )),
            }
        }
    }
    maps
}
