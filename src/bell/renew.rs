//! A big district's round takes hundreds of megabytes for a minute, and the system's allocator keeps most of them for ever. Rather than
//! hold them for the rest of the day, the process begins anew: the same process by number, with nothing in its memory. Everything that
//! counts is in the store and in `var/bell.json`.

/// Kilobytes of its own that an idle daemon may hold. Chosen by us: what it takes and half as much again; with the program's pages
/// beside them it stays below thirty megabytes.
#[cfg(target_os = "linux")]
const MOST: u64 = 16_000;

/// Whether the process holds much more memory than an idle daemon needs. Only Linux tells.
#[cfg(target_os = "linux")]
pub(super) fn is_large() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let own = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes = own.and_then(|own| own.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.is_some_and(|kilobytes| kilobytes > MOST)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_large() -> bool {
    false
}

/// Begins anew with the same arguments. Returns only where that cannot be done, with the reason: the program's file may have been
/// replaced since it was started. Then everything goes on as it was.
#[cfg(unix)]
pub(super) fn begin_anew() -> std::io::Error {
    use std::os::unix::process::CommandExt as _;
    match std::env::current_exe() {
        Ok(program) => std::process::Command::new(program)
            .args(std::env::args_os().skip(1))
            .exec(),
        Err(error) => error,
    }
}

#[cfg(not(unix))]
pub(super) fn begin_anew() -> std::io::Error {
    std::io::ErrorKind::Unsupported.into()
}
