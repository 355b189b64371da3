//! `creditscope methods`: what each credit method computes, from what, and its parameters.

use anyhow::bail;

use super::{
    arguments::{Methods, MethodsFormat},
    print,
};
use crate::{
    credit::{self, Method},
    report,
};

/// Prints the table of methods, or the requested rows.
pub(super) fn run(options: &Methods) -> anyhow::Result<u8> {
    let mut methods: Vec<&Method> = Vec::new();
    for name in &options.methods {
        let Some(method) = credit::method(name) else {
            let names: Vec<&str> = credit::methods().iter().map(|it| it.name).collect();
            bail!("no method '{name}'; there are {}", names.join(", "));
        };
        methods.push(method);
    }
    if methods.is_empty() {
        methods.extend(credit::methods());
    }
    print(&match options.format {
        MethodsFormat::Text => report::methods_text(&methods),
        MethodsFormat::Json => report::methods_json(&methods),
        MethodsFormat::Markdown => report::methods_markdown(&methods),
    })
}
