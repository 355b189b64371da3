//! The interaction graph of an episode and its drawings in cells.
