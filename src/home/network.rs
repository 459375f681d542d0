//! A home on a network share is refused for rounds: SQLite's journal needs all its readers and writers on one machine
//! (sqlite.org/wal.html).

use std::path::Path;

use super::Home;
use crate::monitor::{Place, Problem, Weight};

/// File systems that lie on another machine, as Linux names them.
const NETWORK: [&str; 7] = ["nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afs"];

impl Home {
    /// Refuses a home whose `var/` lies on a network share. Only Linux tells; elsewhere everything is let through.
    pub(super) fn refuse_network(&self) -> Result<(), Problem> {
        let Ok(mounts) = std::fs::read_to_string("/proc/self/mounts") else {
            return Ok(());
        };
        let Ok(path) = self.var().canonicalize() else {
            return Ok(());
        };
        let Some(kind) = network(&mounts, &path) else {
            return Ok(());
        };
        let message = format!("`var` lies on a network share ({kind}), where a store can be damaged");
        let remedy = "put the home on a disk of this machine; `[inbox] path` may name a share";
        Err(Problem::new(
            "home-on-share",
            Weight::Stop,
            Place::file("var"),
            message,
            remedy,
        ))
    }
}

/// The kind of network file system that a path lies on: that of the longest mount point above it.
pub(super) fn network<'m>(mounts: &'m str, path: &Path) -> Option<&'m str> {
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        // Spaces in a mount point are written as \040.
        let point = words.next()?.replace(r"\040", " ");
        Some((point, words.next()?))
    });
    let above = mounts.filter(|(point, _)| path.starts_with(point));
    // Of two mounts on one point the later covers the earlier.
    let (_, kind) = above.max_by_key(|(point, _)| point.len())?;
    NETWORK.contains(&kind).then_some(kind)
}
