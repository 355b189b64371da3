//! Follows real files through everything that happens to logs: with a simulated clock, without sleeping, and
//! with the program itself.
//!
//! What a reader must survive, and the tests that check it (`module::function` below `tests/follow`; the rows
//! are those of the format's table of hazards, and a test reads them). The storm drives all of them together,
//! in random order.
//!
//! | hazard | tests |
//! |---|---|
//! | partial last line | `hazards::partial_last_line_is_held_back`, `hazards::a_torn_line_that_the_writer_takes_back_is_no_new_generation`, `storm::nothing_is_lost_and_nothing_comes_twice_at_a_poll_of_100_ms` |
//! | split UTF-8 | `hazards::split_utf8_is_held_back`, `storm::nothing_is_lost_and_nothing_comes_twice_at_a_poll_of_100_ms` |
//! | unterminated last line | `hazards::an_unterminated_last_line_counts_after_two_seconds_if_it_is_whole`, `hazards::a_saved_log_is_finished_at_once` |
//! | truncated in place | `hazards::truncation_begins_a_new_generation`, `hazards::truncation_tells_of_a_torn_line_and_keeps_a_whole_one`, `packed::compressed_files_are_truncated_rotated_and_replaced` |
//! | rewritten to the same size | `hazards::rewrite_to_the_same_size_is_seen_within_one_tick_of_the_file_clock`, `hazards::rewrite_to_the_same_size_is_seen_after_an_hour` |
//! | rewritten to a larger size | `hazards::rewrite_to_a_larger_size_begins_a_new_generation`, `hazards::a_touched_file_is_not_read_again` |
//! | rename rotation, late writes | `hazards::rename_rotation_with_late_writes_to_the_old_file`, `hazards::rotation_seen_half_way`, `hazards::rotation_while_the_file_was_closed`, `hazards::late_lines_do_not_starve_the_new_file` |
//! | a rotated file found again | `payloads::a_rotated_file_is_known_under_its_new_name`, `program::a_rotated_file_below_a_directory_is_read_once` |
//! | a rotated file that is compressed under a new name | `compressed::a_rotated_log_that_is_compressed_later_is_read_once`, `compressed::a_log_that_was_copied_compressed_and_truncated_can_be_read_again`, `compressed::a_copy_beside_the_log_is_no_news_and_takes_its_place_when_it_goes`, `compressed::what_a_copy_has_more_is_read`, `compressed::another_log_with_the_same_first_line_is_read`, `compressed::names_of_compressed_logs_that_shift_are_no_news`, `storm::nothing_is_lost_and_nothing_comes_twice_at_a_poll_of_100_ms` |
//! | copytruncate, leading NULs | `hazards::copytruncate`, `hazards::leading_nuls_after_copytruncate_of_a_writer_that_does_not_append` |
//! | atomic replace | `hazards::atomic_replace_by_other_content`, `hazards::atomic_replace_by_the_same_log_continued_goes_on_where_it_was` |
//! | deletion and re-creation | `hazards::deletion_and_recreation`, `hazards::a_file_that_comes_back_unchanged_is_not_read_again` |
//! | inode reuse | `hazards::inode_reuse`, `hazards::inode_reuse_by_a_neighbour`, `torture::nothing_is_lost_among_very_many_files` |
//! | glued, interleaved, junk lines | `hazards::glued_lines_pass_through_whole`, `program::a_script_follows_a_log_that_suffers`, `program::writers_that_share_a_file_are_counted_and_named`, `storm::nothing_is_lost_and_nothing_comes_twice_at_a_poll_of_100_ms` |
//! | NaN, 1e400, BOM, CRLF, surrogates, invalid UTF-8, duplicate keys, deep nesting | `storm::nothing_is_lost_and_nothing_comes_twice_at_a_poll_of_100_ms` |
//! | huge lines | `storm::lines_of_64_mib_in_the_storm`, `hazards::long_lines_arrive_whole_and_too_long_ones_are_told`, `hazards::a_poll_reads_no_more_than_its_budget` |
//! | no file events | `storm::nothing_is_lost_and_nothing_comes_twice_at_a_poll_of_100_ms`, which polls only |
//! | worker files that appear late, files that vanish | `storm::nothing_is_lost_and_nothing_comes_twice_at_a_poll_of_100_ms`, `hazards::a_directory_that_vanishes_and_comes_back`, `program::a_script_follows_a_log_that_suffers` |
//! | a file that is rotated at once | `first_second::a_file_that_is_renamed_150_ms_after_it_appeared_is_read` |
//! | resumed runs that repeat records | `storm::nothing_is_lost_and_nothing_comes_twice_at_a_poll_of_100_ms` |
//! | files that shrink under a reader | `payloads::overwritten_lines_are_said_to_be` |
//! | compressed files that are cut, damaged, or bombs | `packed::a_cut_member_costs_no_other`, `packed::damage_is_told_with_its_byte_and_the_rest_is_read`, `packed::a_bomb_is_unpacked_a_budget_at_a_time`, `program::a_bomb_takes_little_memory` |
//! | full disk, EIO, permissions, circles of links | `program::a_full_disk_for_the_spool_is_told_and_the_rest_is_read`, `program::files_that_cannot_be_read_are_told_and_the_rest_is_read`, `program::a_file_without_permission_is_told_and_the_rest_is_read` |

#![allow(clippy::unwrap_used, reason = "helpers of tests, which may")]

mod follow {
    mod compressed;
    mod first_second;
    mod hazards;
    mod packed;
    mod payloads;
    mod program;
    mod storm;
    mod tailing;
    mod torture;
}

/// The table above names tests that are there.
#[test]
fn the_table_of_hazards_names_tests() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let table = std::fs::read_to_string(folder.join("follow.rs")).unwrap();
    let rows: Vec<&str> = table.lines().filter(|it| it.starts_with("//! | ") && it.contains('`')).collect();
    assert!(rows.len() >= 21, "{} rows", rows.len());
    for row in rows {
        let names = row.split('`').skip(1).step_by(2);
        for (module, function) in names.filter_map(|it| it.split_once("::")) {
            let source = std::fs::read_to_string(folder.join(format!("follow/{module}.rs"))).unwrap();
            assert!(source.contains(&format!("#[test]\nfn {function}()")), "{module}::{function}");
        }
    }
}
