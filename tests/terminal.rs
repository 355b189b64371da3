//! Drives the real binary in a real pseudo-terminal, keystroke by keystroke. Reads its screen through a
//! terminal emulator and its bytes through a strict parser. One module per promise about terminal manners.
//!
//! Nothing here sleeps for correctness: a test waits for what it expects to see, up to a generous deadline.
//! Linux only, because it looks at processes through `/proc`.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, which may")]

mod terminal {
    mod live;
    mod logs;
    mod odd_logs;
    mod process;
    mod quiet;
    mod session;
    mod wire;

    mod colours;
    mod configured;
    mod exports;
    mod finding;
    mod frames;
    mod gives_back;
    mod hostile;
    mod keys;
    mod large;
    mod mouse_and_copy;
    mod plain;
    mod starts;
    mod supervised;
}
