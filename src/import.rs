//! Foreign formats, each turned into the native log.
