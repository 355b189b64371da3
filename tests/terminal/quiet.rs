//! Gate 11: no network, and nothing is written to a log.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    time::Duration,
};

use super::{
    logs::{self, Log},
    process,
    session::{Run, Session},
};

fn use_everything(session: &mut Session) {
    for keys in
        ["2", "3", "j", "\r", "\x1b", "4", "5", "l", "\r", "S", "\x1b", "!", "\x1b", "1", "e", "\x1b", "y"]
    {
        session.keys(keys);
        session.settle(Duration::from_millis(40));
    }
}

/// Inodes of the sockets that reach beyond the process: of the internet, and local ones with a name.
fn sockets_in_the_world(pid: i32) -> Vec<String> {
    let mut inodes = Vec::new();
    for (file, column) in [
        ("tcp", 9),
        ("tcp6", 9),
        ("udp", 9),
        ("udp6", 9),
        ("raw", 9),
        ("raw6", 9),
        ("icmp", 9),
        ("netlink", 9),
        ("packet", 8),
    ] {
        let Ok(text) = fs::read_to_string(format!("/proc/{pid}/net/{file}")) else { continue };
        let rows = text.lines().skip(1).filter_map(|it| it.split_whitespace().nth(column));
        inodes.extend(rows.map(str::to_owned));
    }
    let unix = fs::read_to_string(format!("/proc/{pid}/net/unix")).unwrap();
    for row in unix.lines().skip(1) {
        let columns: Vec<&str> = row.split_whitespace().collect();
        if columns.len() > 7 {
            inodes.push(columns[6].to_owned());
        }
    }
    inodes
}

#[test]
fn no_socket_leaves_the_process() {
    let log = Log::of(&logs::open_episode());
    let mut session = Run::log(log.path()).start();
    session.wait_for("LIVE");
    use_everything(&mut session);
    let pid = session.program();
    let world = sockets_in_the_world(pid);
    let mut inside = 0;
    for (target, _) in process::descriptors(pid) {
        if let Some(inode) = target.strip_prefix("socket:[").and_then(|it| it.strip_suffix(']')) {
            assert!(!world.iter().any(|it| it == inode), "{target} is a socket of the network or has a name");
            inside += 1;
        }
    }
    // Pairs by which signal handlers wake their threads: both ends are here, and nobody else can reach them.
    assert!(inside % 2 == 0, "{inside} sockets, one of them without its other end here");
}

/// What a file is, and when it was last written to.
fn state_of(path: &Path) -> (Vec<u8>, i64, i64, u64) {
    let metadata = fs::metadata(path).unwrap();
    (fs::read(path).unwrap(), metadata.mtime(), metadata.mtime_nsec(), metadata.ino())
}

#[test]
fn a_log_is_opened_for_reading_only_and_stays_as_it_was() {
    for lines in [logs::open_episode(), logs::ended_episode()] {
        let log = Log::of(&lines);
        let before = state_of(log.path());
        let mut session = Run::log(log.path()).start();
        session.wait_for(" sum ");
        use_everything(&mut session);
        let name = log.path().display().to_string();
        let open: Vec<u32> = process::descriptors(session.program())
            .into_iter()
            .filter(|it| it.0 == name)
            .map(|it| it.1)
            .collect();
        assert!(open.iter().all(|flags| flags & 0o3 == 0), "opened with flags {open:?}");
        session.keys("\x03");
        session.end();
        assert_eq!(state_of(log.path()), before);
        let files = fs::read_dir(log.directory()).unwrap().count();
        assert_eq!(files, 1, "nothing appears beside a log");
    }
}

#[test]
fn a_log_in_a_directory_that_cannot_be_written_to() {
    let log = Log::of(&logs::open_episode());
    fs::set_permissions(log.path(), fs::Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(log.directory(), fs::Permissions::from_mode(0o555)).unwrap();
    let mut session = Run::log(log.path()).start();
    session.wait_for("LIVE");
    use_everything(&mut session);
    fs::set_permissions(log.directory(), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(session.emulator().alternate_screen());
}

#[test]
fn nothing_is_left_behind_but_what_was_asked_for() {
    let mut session = Run::demo().start();
    session.wait_for(" sum ");
    session.keys("3j4q");
    session.settle(Duration::from_millis(100));
    session.keys("\x03");
    session.end();
    assert_eq!(fs::read_dir(session.scratch()).unwrap().count(), 0);
}
