//! The table of rules: a sentence, a name, its severities with the gravest first, and its sample.

use super::{
    Rule,
    Sample::{self, Line, Path, Test},
};
use crate::model::Severity::{self, Error, Note, Warning};

/// The tests of what changes while it is read.
const MOVING: &str = "tests/golden/moving.rs";

/// Makes a constant of every row, and the list of all.
macro_rules! table {
    ($($(#[doc = $about:literal])+ $rule:ident = $name:literal, [$($severity:ident),+], $sample:expr;)+) => {
        $(
            $(#[doc = $about])+
            pub const $rule: &Rule = {
                const SEVERITIES: &[Severity] = &[$($severity),+];
                const SAMPLE: Sample = $sample;
                &Rule { name: $name, severities: SEVERITIES, about: concat!($($about),+), sample: SAMPLE }
            };
        )+

        /// Every rule, in the order of the documentation.
        pub const ALL: &[&Rule] = &[$($rule),+];
    };
}

table! {
    // What single lines say.

    /// The line is not JSON, as when its writer was killed in the middle of it: it is lost.
    BAD_JSON = "bad-json", [Error], Line(5);

    /// Two records stand on one line, as two writers of one file leave them; of a damaged line a part is
    /// lost.
    GLUED_LINES = "glued-lines", [Error, Warning], Line(4);

    /// The line is JSON, but not an object: it is lost.
    NOT_AN_OBJECT = "not-an-object", [Error], Line(5);

    /// A field that the record needs is not there.
    MISSING_FIELD = "missing-field", [Error, Warning, Note], Line(5);

    /// A field holds another type than it should, such as words where a number belongs.
    WRONG_TYPE = "wrong-type", [Error, Warning], Line(4);

    /// The log names a version of the format that this program does not know.
    UNKNOWN_VERSION = "unknown-version", [Warning], Line(1);

    /// One object has a key twice: the last value counts.
    DUPLICATE_KEY = "duplicate-key", [Warning], Line(4);

    /// A number is NaN or infinite, as Python writes it.
    NONFINITE_NUMBER = "nonfinite-number", [Warning, Note], Line(4);

    /// A number stands in a string: it is read as a number.
    NUMBER_AS_STRING = "number-as-string", [Note], Line(5);

    /// An integer is beyond 2^53: programs that use doubles round it.
    BIG_INTEGER = "big-integer", [Note], Line(2);

    /// A string holds half of a surrogate pair: it is shown as U+FFFD.
    LONE_SURROGATE = "lone-surrogate", [Note], Line(4);

    /// A string holds an escape that JSON does not have: it is kept as text.
    BAD_ESCAPE = "bad-escape", [Note], Line(4);

    /// A string holds a control character, such as a tab, that should be escaped.
    CONTROL_CHARACTER = "control-character", [Note], Line(4);

    /// The bytes are not UTF-8, but Latin-1 perhaps: they are shown as U+FFFD.
    INVALID_UTF8 = "invalid-utf8", [Warning], Line(4);

    /// The line begins with a byte order mark: it is dropped.
    BYTE_ORDER_MARK = "byte-order-mark", [Note], Line(1);

    /// NUL bytes stand where a record would: a hole, as a crash or a truncation under the writer leaves; after a blank in
    /// the line they are only dropped.
    NUL_BYTES = "nul-bytes", [Warning, Note], Line(4);

    /// A payload is nested deeper than 128 levels: it is kept as text.
    TOO_DEEP = "too-deep", [Note], Line(4);

    /// The line is longer than 64 MiB: it is lost.
    LINE_TOO_LONG = "line-too-long", [Error], Path("line-too-long.jsonl.zst", 5);

    /// The file was truncated before the end of its last line was written: that line is lost.
    TORN_LINE = "torn-line", [Error],
        Test(MOVING, "a_line_that_is_torn_and_a_record_that_is_lost_by_a_truncation");

    // What the counters of writers say.

    /// The counter `seq` jumps: the records between were lost.
    SEQ_GAP = "seq-gap", [Warning], Line(4);

    /// The counter `seq` begins again: the writer was restarted.
    SEQ_RESTART = "seq-restart", [Note], Line(4);

    /// Two counters `seq` go on in turns: several writers share the file.
    INTERLEAVED_WRITERS = "interleaved-writers", [Note], Line(6);

    // References and repetition.

    /// A record stands twice, as when a run was resumed: it counts once.
    REPEATED_RECORD = "repeated-record", [Note], Line(5);

    /// A later record has the id of an earlier one and says something else: it updates the earlier one.
    UPDATED_RECORD = "updated-record", [Note], Line(5);

    /// A later record of an action contradicts what was given of it: it is the next attempt, and both are kept.
    NEXT_ATTEMPT = "next-attempt", [Note], Line(5);

    /// An action and a message have the same id.
    AMBIGUOUS_ID = "ambiguous-id", [Warning], Line(5);

    /// Two records give one candidate, coalition or alternative different values: neither is used, unless one
    /// of them has the runs.
    CONTRADICTORY_VALUE = "contradictory-value", [Error], Line(4);

    /// Two records give one candidate of a replay group different actions: it is not used.
    CANDIDATE_OF_TWO_ACTIONS = "candidate-of-two-actions", [Error], Line(5);

    /// Two candidates of a replay group are marked as what really happened: the one that is the act counts, or
    /// else neither.
    SEVERAL_REAL = "several-real", [Error], Line(4);

    /// The candidate of a replay group that is marked as what really happened is not the act that it replays.
    REAL_IS_ANOTHER = "real-is-another", [Error], Line(4);

    /// `policy.chosen` is not the action of its record, which is one of the alternatives too.
    CHOSEN_IS_ANOTHER = "chosen-is-another", [Error], Line(4);

    /// The runs of an alternative broke off (`status` error or aborted): they are left out of means and counted.
    BROKEN_OFF = "broken-off", [Note], Line(5);

    /// The value of a candidate or coalition is not the mean of the returns beside it: the returns count.
    VALUE_IS_NO_MEAN = "value-is-no-mean", [Warning], Line(5);

    /// Two records end the episode, and differently: the last one counts.
    SECOND_END = "second-end", [Warning], Line(7);

    /// Records of one replay group name different acts: they are read as a group for each act.
    GROUP_OF_TWO_ACTS = "group-of-two-acts", [Warning], Line(5);

    /// A record names an act that is not in its episode.
    DANGLING_REFERENCE = "dangling-reference", [Warning], Line(4);

    /// An act names as its parent what comes of it: the link is left out.
    PARENT_CYCLE = "parent-cycle", [Error], Line(3);

    /// A judgement names one agent at an act of another.
    LABEL_ELSEWHERE = "label-elsewhere", [Note], Line(5);

    /// Credit is declared of an agent or an act that is not in the episode.
    CREDIT_OF_UNKNOWN = "credit-of-unknown", [Warning], Line(5);

    /// A note stands in the file beside a log and is about an episode that the log does not hold: it is left out.
    NOTE_OF_UNKNOWN = "note-of-unknown", [Warning], Path("note-of-unknown", 2);

    /// A counterfactual is of a kind that this program does not know: it is ignored.
    UNKNOWN_KIND = "unknown-kind", [Warning], Line(5);

    /// Alternatives do not say of which act they are: they are ignored.
    COUNTERFACTUAL_OF_NOTHING = "counterfactual-of-nothing", [Warning], Line(5);

    /// Short forms such as `*` stand for more than a million agents and acts: the rest of them is left out.
    TOO_MANY_IMPLIED = "too-many-implied", [Error], Path("too-many-implied.jsonl.zst", 2052);

    // Episodes.

    /// The episode has ended, but no reward is logged: there is nothing to divide.
    NO_REWARD = "no-reward", [Warning], Line(5);

    /// `episode_end.return` is not the sum of the rewards, however rounded or discounted.
    RETURN_MISMATCH = "return-mismatch", [Error], Line(6);

    /// Agents have rewards of their own and the team has one: credit divides the team's unless another is chosen.
    OWN_BESIDE_TEAM = "own-beside-team", [Note], Line(6);

    /// Agents have rewards of both signs and the team has none: no reward is credited until it is chosen whose.
    OWN_OF_BOTH_SIGNS = "own-of-both-signs", [Note], Line(6);

    /// `rewards` of `episode_end` is not the sum of the `reward` records of an agent.
    OWN_REWARD_MISMATCH = "own-reward-mismatch", [Warning], Line(7);

    /// The log holds no `episode_end` of the episode.
    OPEN_EPISODE = "open-episode", [Note], Line(4);

    /// The episode has ended without an action or a message.
    NO_ACTS = "no-acts", [Warning], Line(4);

    /// An agent of the roster never acts.
    AGENT_WITHOUT_ACTS = "agent-without-acts", [Note], Line(6);

    /// A record names an agent that the roster does not list.
    AGENT_NOT_IN_ROSTER = "agent-not-in-roster", [Warning], Line(5);

    /// Two agents have names that differ in case or spacing only: their credit may be split.
    DUPLICATE_AGENT = "duplicate-agent", [Warning], Line(4);

    /// Two entries of one roster have the same id: their credit cannot be told apart.
    SHARED_ROSTER_ID = "shared-roster-id", [Warning], Line(2);

    /// One agent does the same several times at each of its steps: two jobs share the stream.
    SHARED_STREAM = "shared-stream", [Warning], Line(4);

    /// Acts of one agent repeat those of another at one instant, as when a sub-agent begins with a copy of what
    /// its parent did: tokens and acts count twice.
    COPIED_ACTS = "copied-acts", [Warning], Line(5);

    /// Acts with different trace ids are not linked: blame cannot cross from one to the other.
    UNLINKED_PARTS = "unlinked-parts", [Warning], Line(4);

    /// An effect is logged before its cause beyond clock skew, or a duration is negative.
    TIME_BACKWARDS = "time-backwards", [Warning], Line(4);

    /// The clock of an agent contradicts what it reacts to: half the difference of the two least delays is its
    /// offset, and its times are put right by that.
    CLOCK_OFFSET = "clock-offset", [Warning], Line(4);

    /// A cost, a latency or a token count is negative.
    NEGATIVE_USAGE = "negative-usage", [Warning], Line(4);

    /// Agents say in turn what they have said before, four times or more in a row: with what it costs.
    LOOP = "loop", [Warning], Line(3);

    /// An agent does the same three times with the same result, or says the same.
    REPEATED_ACT = "repeated-act", [Note], Line(4);

    /// The input of an agent gets eight times as long, and more than 20,000 tokens: each act sends it again.
    CONTEXT_GROWTH = "context-growth", [Note], Line(7);

    /// The input of an agent, of 20,000 tokens or more, falls to less than half: what stood there before may be lost to it.
    CONTEXT_CUT = "context-cut", [Note], Line(4);

    /// A model stopped because it had no tokens left: the end of what it said is missing.
    TRUNCATED_OUTPUT = "truncated-output", [Warning], Line(4);

    /// An error of a tool is neither taken up by the acts after it nor repaired.
    ERROR_IGNORED = "error-ignored", [Warning], Line(4);

    /// The values of the last answer stand in no act or result before it.
    UNSUPPORTED_ANSWER = "unsupported-answer", [Note], Line(5);

    // Declared credit.

    /// Declared credit of an algorithm that divides a total does not sum to that total.
    CREDIT_RESIDUAL = "credit-residual", [Warning], Line(6);

    /// One credit record credits an agent or an act twice.
    CREDIT_REPEATED = "credit-repeated", [Warning], Line(5);

    /// A declared credit is not a finite number.
    NONFINITE_CREDIT = "nonfinite-credit", [Warning], Line(5);

    // Counterfactuals.

    /// Probabilities of the alternatives are outside 0..1 or do not sum to 1.
    PROBABILITIES = "probabilities", [Warning], Line(4);

    /// The action taken is not among the alternatives logged for its act.
    TAKEN_MISSING = "taken-missing", [Warning], Line(4);

    /// An alternative has a probability but no value, while others have both: what is expected of the policy
    /// cannot be known.
    PROBABILITY_WITHOUT_VALUE = "probability-without-value", [Warning], Line(4);

    /// A standard deviation is given of a single run, which shows no spread: no interval follows from it.
    SPREAD_OF_ONE_RUN = "spread-of-one-run", [Warning], Line(5);

    /// The action taken is the only alternative logged: there is no contrast.
    SINGLE_ALTERNATIVE = "single-alternative", [Note], Line(4);

    /// A replay group has one candidate: its credit is undefined.
    SINGLE_CANDIDATE = "single-candidate", [Note], Line(5);

    /// A replay group holds the same candidate more than once.
    DUPLICATE_CANDIDATES = "duplicate-candidates", [Note], Line(5);

    /// Candidates or replays of a group are copies of each other, as one seed makes them.
    IDENTICAL_COMPLETIONS = "identical-completions", [Warning], Line(5);

    /// The replays of a group ran with different policies of one agent.
    MIXED_POLICIES = "mixed-policies", [Warning], Line(6);

    /// Replay groups have no arm that draws the action anew.
    NO_NULL_ARM = "no-null-arm", [Note], Line(5);

    /// A coalition table lacks values that Shapley and Banzhaf need.
    COALITION_INCOMPLETE = "coalition-incomplete", [Note], Line(5);

    /// A coalition names somebody whom nothing else in the episode speaks of, in a table that is full without it: its
    /// value is left out.
    COALITION_OF_STRANGER = "coalition-of-stranger", [Error], Line(5);

    /// One coalition has two values that differ beyond their errors, or an impossible spread.
    COALITION_INCONSISTENT = "coalition-inconsistent", [Warning], Line(6);

    // Files and pipes.

    /// A file or directory cannot be found or read.
    UNREADABLE_FILE = "unreadable-file", [Error, Warning, Note], Test(MOVING, "a_link_to_nowhere");

    /// A file names no run, and one run has an episode of it, as rotation leaves it: it is read as a part of that
    /// run.
    JOINED_RUN = "joined-run", [Note], Path("joined-run", 1);

    /// A file of a directory is no log: it is left out. Of one that was named that is a warning.
    UNKNOWN_FORMAT = "unknown-format", [Warning, Note], Path("unknown-format", 0);

    /// A compressed file is damaged: what is behind the damage is lost.
    DAMAGED_ARCHIVE = "damaged-archive", [Error], Path("damaged-archive.jsonl.gz", 7);

    /// A compressed file holds what was read already, as a rotated log does: it is not read again.
    COMPRESSED_COPY = "compressed-copy", [Note], Test(MOVING, "a_copy_that_is_compressed_later");

    /// A file that is followed was truncated, replaced or rotated: it is read from its start.
    FILE_RESTARTED = "file-restarted", [Note], Test(MOVING, "a_file_that_is_replaced");

    /// A pipe broke, or the disk for its temporary copy is full: what comes later is lost.
    INPUT_BROKE_OFF = "input-broke-off", [Error],
        Test("tests/follow/program.rs", "a_full_disk_for_the_spool_is_told_and_the_rest_is_read");

    /// Records can no longer be read where they were found, as when the file was truncated meanwhile.
    LOST_RECORD = "lost-record", [Error],
        Test(MOVING, "a_line_that_is_torn_and_a_record_that_is_lost_by_a_truncation");

    // Imported formats.

    /// Text stands behind an imported document: it is ignored.
    TRAILING_TEXT = "trailing-text", [Warning], Path("trailing-text.json", 0);

    /// A candidate of a C3 bucket is neither credited nor an extra sample of the value: it is left out.
    CANDIDATE_WITHOUT_PART = "candidate-without-part", [Note], Line(1);
}
