//! Bytes of growing files.
