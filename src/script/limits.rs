//! Every limit of the sandbox, by name. All are chosen by us: a thousand times what the rules that ship need, and set
//! explicitly, because the engine's own defaults differ between debug and release builds.

use std::time::Duration;

use rhai::Engine;

/// Steps that one call of a rule's function may take.
pub const OPERATIONS: u64 = 200_000;
/// Calls inside calls.
pub const CALL_LEVELS: usize = 16;
/// Nesting of expressions outside functions.
pub const EXPRESSION_DEPTH: usize = 64;
/// Nesting of expressions inside functions.
pub const FUNCTION_EXPRESSION_DEPTH: usize = 32;
/// Functions in a file and the shared ones together.
pub const FUNCTIONS: usize = 64;
/// Variables at one time.
pub const VARIABLES: usize = 256;
/// Bytes of a text.
pub const TEXT_BYTES: usize = 16_384;
/// Items of an array.
pub const ARRAY_ITEMS: usize = 10_000;
/// Entries of a map.
pub const MAP_ENTRIES: usize = 1_000;
/// Texts that the engine keeps for reuse.
pub const TEXTS_KEPT: usize = 1_024;
/// Wall time of one call of a rule's function. The number of operations ends a loop long before; this is for what one
/// operation can cost.
pub const WALL_TIME: Duration = Duration::from_secs(2);
/// Wall time that one rule may take of a night on one thread, where its calls take [`SLOW_CALL`] each: no single call is at its limit
/// then, and the night would still not end.
pub const NIGHT_TIME: Duration = Duration::from_secs(20);
/// What a call takes on average from which on a rule is slow: a hundred times what a heavy one of those that ship does.
pub const SLOW_CALL: Duration = Duration::from_millis(2);
/// Characters of what a rule says in words: its sentence, or why it throws.
pub const SENTENCE_CHARS: usize = 500;
/// Bytes of a rule's file.
pub const FILE_BYTES: usize = 65_536;
/// Days or school days that a window may reach back: more than a school year.
pub const WINDOW_DAYS: i64 = 400;

/// Sets every limit on an engine.
pub fn apply(engine: &mut Engine) {
    engine
        .set_max_operations(OPERATIONS)
        .set_max_call_levels(CALL_LEVELS)
        .set_max_expr_depths(EXPRESSION_DEPTH, FUNCTION_EXPRESSION_DEPTH)
        .set_max_functions(FUNCTIONS)
        .set_max_variables(VARIABLES)
        .set_max_modules(0)
        .set_max_string_size(TEXT_BYTES)
        .set_max_array_size(ARRAY_ITEMS)
        .set_max_map_size(MAP_ENTRIES)
        .set_max_strings_interned(TEXTS_KEPT);
}
