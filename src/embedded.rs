//! The files that the binary carries: the rule library and the plugins that ship.

/// Path from the project's root, with forward slashes, and bytes; sorted within each folder.
pub static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The carried files below a folder such as `rules/`, as (path, text).
pub fn below(folder: &str) -> impl Iterator<Item = (&'static str, &'static str)> + use<'_> {
    FILES
        .iter()
        .filter(move |(path, _)| path.starts_with(folder))
        .map(|(path, bytes)| {
            // What ships is UTF-8: a test reads all of it.
            (*path, std::str::from_utf8(bytes).unwrap_or_default())
        })
}
