//! What `--help` and completions say about methods, baselines and parameters; made from the table of methods.

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};

use crate::credit::{self, Family, Method};

/// The help of `--method`: every method by family.
pub(super) fn methods() -> String {
    let mut help = "Credit method; without it, the best the log supports:\n".to_owned();
    let mut family: Option<Family> = None;
    for method in credit::methods() {
        if family.replace(method.family) != Some(method.family) {
            help += &format!("\n{}\n", method.family.title());
        }
        help += &format!("  {:<18} {}\n", method.name, method.title);
    }
    help + "\n`creditscope methods NAME` tells more. Names known from papers and logs, such as coma, will do."
}

/// The help of `--baseline`: what each method offers.
pub(super) fn baselines() -> String {
    let mut help = "Baseline of the method, the first unless another is named:\n".to_owned();
    for method in credit::methods().iter().filter(|it| !it.baselines.is_empty()) {
        help += &format!("\n{}\n", method.name);
        for baseline in method.baselines {
            help += &format!("  {:<18} {}\n", baseline.name, baseline.title);
        }
    }
    help
}

/// The help of `--param`: the parameters of each method. A parameter that several methods share appears once.
pub(super) fn params() -> String {
    let mut shared: Vec<(&credit::Param, Vec<&str>)> = Vec::new();
    for method in credit::methods() {
        for param in method.params {
            match shared.iter_mut().find(|it| it.0 == param) {
                Some(known) => known.1.push(method.name),
                None => shared.push((param, vec![method.name])),
            }
        }
    }
    let mut help = "A parameter of the method; repeatable. A switch is 1 or 0:\n".to_owned();
    for (param, methods) in shared {
        let applies = param.applies.words();
        let where_ = if applies.is_empty() { applies } else { format!(", {applies}") };
        help += &format!(
            "\n{}={} ({}{where_}; {})\n  {}\n",
            param.name,
            param.default_words().replace("from the log", "..."),
            param.range(),
            methods.join(", "),
            param.what
        );
    }
    help
}

/// Takes any name, which is looked up once the log is known, and offers those of the table as completions.
#[derive(Clone, Debug)]
pub(super) struct MethodName;

impl TypedValueParser for MethodName {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let one = |it: &Method| PossibleValue::new(it.name).help(it.title);
        Some(Box::new(credit::methods().iter().map(one)))
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;
    use crate::cli::Arguments;

    #[test]
    fn help_is_made_from_the_table() {
        let mut command = Arguments::command();
        let report = command.find_subcommand_mut("report").expect("there is one");
        let help = report.render_long_help().to_string();
        let words: Vec<&str> = help.split_whitespace().collect();
        let help = words.join(" ");
        for method in credit::methods() {
            assert!(help.contains(&format!("{} {}", method.name, method.title)), "{}", method.name);
            for baseline in method.baselines {
                assert!(help.contains(&format!("{} {}", baseline.name, baseline.title)), "{}", baseline.name);
            }
            for param in method.params {
                assert!(help.contains(param.what), "{} of {}", param.name, method.name);
            }
        }
    }

    #[test]
    fn completions_know_the_methods_and_other_names_pass() {
        let mut command = Arguments::command();
        let mut script = Vec::new();
        clap_complete::generate(clap_complete::Shell::Zsh, &mut command, "creditscope", &mut script);
        let script = String::from_utf8(script).expect("it is text");
        assert!(credit::methods().iter().all(|it| script.contains(it.name)));
        assert!(Arguments::try_parse_from(["creditscope", "report", "--method", "coma"]).is_ok());
    }
}
