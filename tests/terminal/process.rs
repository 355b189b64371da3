//! What `/proc` says of a process.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};

/// The fields of `/proc/<pid>/stat` after the name: state first.
fn stat(pid: i32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let after = &text[text.rfind(')')? + 2..];
    Some(after.split(' ').map(str::to_owned).collect())
}

/// `R`, `S`, `T`, `Z` ...; `None` when it is gone.
pub fn state(pid: i32) -> Option<char> {
    stat(pid)?.first()?.chars().next()
}

/// User and system time in ticks of the kernel.
pub fn ticks(pid: i32) -> u64 {
    let stat = stat(pid).unwrap();
    stat[11].parse::<u64>().unwrap() + stat[12].parse::<u64>().unwrap()
}

/// Time on a processor, in nanoseconds, of all threads that live.
pub fn nanoseconds(pid: i32) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
    tasks
        .filter_map(|it| fs::read_to_string(it.path().join("schedstat")).ok())
        .filter_map(|it| it.split(' ').next()?.parse::<u64>().ok())
        .sum()
}

/// Bytes of address space in use.
pub fn address_space(pid: i32) -> u64 {
    memory(pid, "VmSize:")
}

/// The most bytes of memory that were in use at a time.
pub fn peak_memory(pid: i32) -> u64 {
    memory(pid, "VmHWM:")
}

fn memory(pid: i32, what: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|it| it.strip_prefix(what)).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

/// Time on a processor, in nanoseconds, of the main thread.
pub fn main_nanoseconds(pid: i32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/task/{pid}/schedstat")).unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

fn parent(pid: i32) -> Option<i32> {
    stat(pid)?.get(1)?.parse().ok()
}

fn all() -> Vec<i32> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries.filter_map(|it| it.file_name().to_str()?.parse().ok()).collect()
}

fn is_below(pid: i32, root: i32) -> bool {
    let mut at = Some(pid);
    while let Some(pid) = at.filter(|it| *it > 1) {
        if pid == root {
            return true;
        }
        at = parent(pid);
    }
    false
}

fn is_called(name: &str, pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|it| it.trim() == name)
}

/// The process called `name` among `root` and what it started, and the one of that name that started it.
pub fn supervised(name: &str, root: i32) -> Option<(i32, i32)> {
    let named = all().into_iter().filter(|pid| is_called(name, *pid) && is_below(*pid, root));
    let pairs = named.filter_map(|pid| Some((pid, parent(pid)?)));
    pairs.into_iter().find(|(_, parent)| is_called(name, *parent))
}

/// To all processes in the group of `pid`, as a shell's `fg` does.
pub fn signal_group(pid: i32, signal: Signal) {
    let group = rustix::process::getpgid(Pid::from_raw(pid)).unwrap();
    rustix::process::kill_process_group(group, signal).unwrap();
}

pub fn signal(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
}

/// Ends `root` and everything it started.
pub fn kill_tree(root: i32) {
    for pid in all().into_iter().filter(|pid| is_below(*pid, root)) {
        let _ = kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL);
    }
}

/// What the open descriptors are: the target of the link, and the flags in octal as in `fdinfo`.
pub fn descriptors(pid: i32) -> Vec<(String, u32)> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten();
    entries
        .filter_map(|it| {
            let target = fs::read_link(it.path()).ok()?.display().to_string();
            let info = fs::read_to_string(format!("/proc/{pid}/fdinfo/{}", it.file_name().to_str()?)).ok()?;
            let flags = info.lines().find_map(|it| it.strip_prefix("flags:"))?;
            Some((target, u32::from_str_radix(flags.trim(), 8).ok()?))
        })
        .collect()
}
