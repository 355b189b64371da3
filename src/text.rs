//! Display-safe text.
