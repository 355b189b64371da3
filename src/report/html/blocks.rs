//! The parts of a document as elements.

use maud::{Markup, html};

use crate::report::document::{Block, Section, Table};

/// Characters of one text that are shown: the JSON has the rest.
const MOST: usize = 4_000;
/// Rows of a table that are shown.
pub(super) const ROWS: usize = 1_000;

/// A section with its heading, which has the anchor `id`.
pub(super) fn section(section: &Section, id: &str) -> Markup {
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (text(&section.title)) }
            @for it in &section.blocks { (block(it)) }
        }
    }
}

/// One element.
pub(super) fn block(block: &Block) -> Markup {
    match block {
        Block::Text(it) => html! { p { (text(it)) } },
        Block::Fields(fields) => html! {
            dl { @for (name, value) in fields { dt { (name) } dd { (text(value)) } } }
        },
        Block::Table(it) => table(it),
        Block::List(items) => html! { ul { @for it in items { li { (text(it)) } } } },
        Block::Lines(lines) => html! { pre { @for it in lines { (it) "\n" } } },
    }
}

/// A table whose first column names its rows.
pub(super) fn table(table: &Table) -> Markup {
    let class = |at: usize| if table.columns[at].number { "number" } else { "words" };
    let more = table.rows.len().saturating_sub(ROWS);
    let titles = table.columns.iter().map(|it| &*it.title).collect::<Vec<_>>().join(", ");
    html! {
        div class="scroll" tabindex="0" role="group" aria-label={ "Table: " (titles) } {
            table {
                thead { tr { @for (at, it) in table.columns.iter().enumerate() { th scope="col" class=(class(at)) { (it.title) } } } }
                tbody {
                    @for row in table.rows.iter().take(ROWS) {
                        tr { @for (at, cell) in row.iter().enumerate() {
                            @if at == 0 { th scope="row" class=(class(at)) { (text(cell)) } }
                            @else { td class=(class(at)) { (text(cell)) } }
                        } }
                    }
                }
            }
        }
        @if more > 0 { p { (more) " more rows are not shown" } }
    }
}

/// A text; `code` in backticks becomes code. A very long one is cut, and says so.
pub(super) fn text(it: &str) -> Markup {
    let end = it.char_indices().nth(MOST).map(|it| it.0);
    let (shown, rest) = it.split_at(end.unwrap_or(it.len()));
    let parts: Vec<&str> = shown.split('`').collect();
    // An odd backtick is one of the text.
    let is_code = |at: usize| at % 2 == 1 && at + 1 < parts.len() && !parts[at].is_empty();
    html! {
        @for (at, part) in parts.iter().enumerate() {
            @if is_code(at) { code { (part) } }
            @else {
                @if at > 0 && !is_code(at - 1) { "`" }
                (part)
            }
        }
        @if !rest.is_empty() { "…" span class="soft" { " (" (rest.chars().count()) " more characters)" } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, expected: &str) {
        assert_eq!(text(given).into_string(), expected);
    }

    #[test]
    fn log_text_is_text() {
        check("a <script>x</script> & \"b\"", "a &lt;script&gt;x&lt;/script&gt; &amp; &quot;b&quot;");
        check("log a `<reward>` record", "log a <code>&lt;reward&gt;</code> record");
        check("one ` alone", "one ` alone");
        check("`a` and ` alone", "<code>a</code> and ` alone");
        check("``", "``");
        check("", "");
    }

    #[test]
    fn a_very_long_text_is_cut_at_a_character_and_says_so() {
        let shown = text(&"ß".repeat(MOST + 7)).into_string();
        assert!(shown.ends_with("ß…<span class=\"soft\"> (7 more characters)</span>"));
        assert_eq!(shown.matches('ß').count(), MOST);
    }
}
