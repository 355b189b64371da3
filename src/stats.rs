//! Numbers: summaries, intervals, rank correlations.
