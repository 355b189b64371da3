//! Why a file cannot be read, in words that say what to do.

use std::io;

use rustix::io::Errno;

/// What the system reported, with advice if there is some; no trailing period.
pub fn because(error: &io::Error) -> String {
    let errno = Errno::from_io_error(error);
    let advice = match errno {
        Some(Errno::LOOP) => return "its symbolic links lead in a circle".to_owned(),
        Some(Errno::IO) => "its disk or network file system is failing; the system's log says more",
        Some(Errno::MFILE | Errno::NFILE) => "raise the limit with `ulimit -n`",
        _ if error.kind() == io::ErrorKind::PermissionDenied => {
            "check the permissions of it and of the directories above"
        }
        _ => "",
    };
    // Numbers of errors are for programmers.
    let text = error.to_string();
    let text = text.split(" (os error ").next().unwrap_or(&text).to_lowercase();
    if advice.is_empty() { text } else { format!("{text}; {advice}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_to_do() {
        let check = |errno: Errno, expected: &str| assert_eq!(because(&errno.into()), expected);
        check(Errno::LOOP, "its symbolic links lead in a circle");
        check(
            Errno::IO,
            "input/output error; its disk or network file system is failing; the system's log says more",
        );
        check(Errno::ACCESS, "permission denied; check the permissions of it and of the directories above");
        check(Errno::MFILE, "too many open files; raise the limit with `ulimit -n`");
        assert_eq!(because(&io::Error::other("it holds nothing")), "it holds nothing");
    }
}
