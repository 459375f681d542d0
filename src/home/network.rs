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

/// Whether a folder's own system tells of changes in it: on a share it does not tell what another machine changed. Where no
/// list of mounts can be read, the answer is yes.
pub fn tells_of_changes(folder: &Path) -> bool {
    if folder.to_string_lossy().starts_with(r"\\") {
        return false;
    }
    let Ok(mounts) = std::fs::read_to_string("/proc/self/mounts") else {
        return true;
    };
    folder
        .canonicalize()
        .map_or(true, |path| silent(&mounts, &path).is_none())
}

/// The kind of file system that a path lies on, where it is one that keeps changes made elsewhere to itself: shares, and what
/// user programs and virtual machines mount.
fn silent<'m>(mounts: &'m str, path: &Path) -> Option<&'m str> {
    let kind = kind(mounts, path)?;
    let foreign = kind == "9p" || kind == "virtiofs" || kind == "vboxsf" || kind.starts_with("fuse");
    (foreign || NETWORK.contains(&kind)).then_some(kind)
}

/// The kind of network file system that a path lies on: that of the longest mount point above it.
pub(super) fn network<'m>(mounts: &'m str, path: &Path) -> Option<&'m str> {
    kind(mounts, path).filter(|kind| NETWORK.contains(kind))
}

fn kind<'m>(mounts: &'m str, path: &Path) -> Option<&'m str> {
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        // Spaces in a mount point are written as \040.
        let point = words.next()?.replace(r"\040", " ");
        Some((point, words.next()?))
    });
    let above = mounts.filter(|(point, _)| path.starts_with(point));
    // Of two mounts on one point the later covers the earlier.
    above.max_by_key(|(point, _)| point.len()).map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::silent;

    #[test]
    fn shares_and_what_programs_mount_keep_changes_to_themselves() {
        let mounts = "/dev/sda1 / ext4 rw 0 0\n//sis/out /srv/inbox cifs rw 0 0\nhost /mnt/host fuse.vmhgfs rw 0 0\n";
        assert_eq!(silent(mounts, Path::new("/srv/inbox/tonight")), Some("cifs"));
        assert_eq!(silent(mounts, Path::new("/mnt/host")), Some("fuse.vmhgfs"));
        assert_eq!(silent(mounts, Path::new("/srv/other")), None);
    }
}
