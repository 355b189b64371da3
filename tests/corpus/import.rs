//! A foreign document, any bytes: recognised by its head, turned into native lines.

use std::path::Path;

use creditscope::{
    import::{Format, Imported, c3::Buckets, sniff, who_and_when},
    log::parse_line,
    model::Severity,
};

use super::safe;

/// Reads `document` as every foreign format, whatever it is.
pub fn run(document: &[u8]) {
    if let Format::Unknown { why } = sniff(Path::new("folder/document.json"), document) {
        safe::line(&why);
    }
    let imported = who_and_when::import(document, "document");
    native(&imported, document.len() + 1);
    lines_exist(&imported, document);
    let mut buckets = Buckets::new();
    for (number, line) in document.split(|byte| *byte == b'\n').enumerate() {
        let number = u32::try_from(number + 1).expect("a short document");
        let imported = buckets.import(line, number);
        native(&imported, line.len());
        assert!(imported.lines.iter().all(|it| it.line == number));
    }
}

/// Every line is one record that reads without loss, and what is said of the document can be shown.
fn native(imported: &Imported, longest: usize) {
    for line in &imported.lines {
        assert!(!line.json.contains('\n'), "{}", line.json);
        let parsed = parse_line(line.json.as_bytes());
        assert_eq!(parsed.records.len(), 1, "{}", line.json);
        let lost = parsed.problems.iter().find(|it| it.severity == Severity::Error);
        assert_eq!(lost, None, "{}", line.json);
    }
    for problem in &imported.problems {
        safe::line(&problem.message);
        assert!(problem.offset <= longest, "{problem:?}");
    }
}

fn lines_exist(imported: &Imported, document: &[u8]) {
    let lines = document.split(|byte| *byte == b'\n').count();
    assert!(imported.lines.iter().all(|it| it.line >= 1 && it.line as usize <= lines));
}
