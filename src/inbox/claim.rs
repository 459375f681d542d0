//! Taking exports out of the drop folder into a folder of the round, and back: nobody writes under a name that the round reads.
//!
//! A file is in one of the two folders at every moment, whatever breaks off. On one file system a claim is a rename, which
//! needs no flush of the file itself; else it is copied, flushed, renamed, and only then removed where it lay.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::{Export, Stand, changed};
use crate::monitor::{Place, Problem, Weight};

/// Under this name a copy grows in the folder of the round; what is left of it after a crash has its original in the inbox.
const GROWING: &str = ".claiming.part";

/// Why an export was not claimed; it then lies where it lay.
#[derive(Debug)]
pub enum Unclaimed {
    /// It cannot be moved, but it can be read there.
    InPlace(Problem),
    /// It is no export at this moment.
    Unread(Problem),
}

/// Claims an export for a round: moves it into `work/<round>/` under its own name and corrects its path.
///
/// # Errors
///
/// Why it was not claimed.
pub fn claim(export: &mut Export, work: &Path, round: i64) -> Result<(), Unclaimed> {
    let Some(name) = export.path.file_name() else {
        return Ok(());
    };
    let target = free(work, round, Path::new(name));
    let moved = target
        .parent()
        .map_or(Ok(()), private_folder)
        .and_then(|()| shift(&export.path, &target));
    match moved {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {
            return Err(Unclaimed::Unread(changed(&export.name)));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound && Stand::of(&export.path).is_none() => {
            return Err(Unclaimed::Unread(super::unreadable(Path::new(&export.name), &error)));
        }
        Err(error) => return Err(Unclaimed::InPlace(unclaimed(&export.name, &error))),
    }
    // Whoever wrote it may have put a link or a pipe in its place after it was listed.
    if Stand::of(&target).is_none() {
        let _ = give_back(&target, export.path.parent().unwrap_or(work));
        return Err(Unclaimed::Unread(super::not_plain(&export.name)));
    }
    export.path = target;
    Ok(())
}

/// Claims the files of a folder: each is moved into `work/<round>/<folder>/`. The folder itself stays in the inbox, because who
/// uploads into it expects it there.
///
/// # Errors
///
/// Why it was not claimed; its files then lie where they lay.
pub fn claim_folder(export: &mut Export, paths: &[PathBuf], work: &Path, round: i64) -> Result<(), Unclaimed> {
    let Some(name) = export.path.file_name() else {
        return Ok(());
    };
    let target = free(work, round, Path::new(name));
    private_folder(&target).map_err(|error| Unclaimed::InPlace(unclaimed(&export.name, &error)))?;
    for path in paths {
        let Some(own) = path.file_name() else { continue };
        if let Err(error) = shift(path, &target.join(own)) {
            let _ = give_back_folder(&target, &export.path);
            return Err(match error.kind() {
                io::ErrorKind::ResourceBusy => Unclaimed::Unread(changed(&export.name)),
                io::ErrorKind::NotFound => Unclaimed::Unread(super::unreadable(path, &error)),
                _ => Unclaimed::InPlace(unclaimed(&export.name, &error)),
            });
        }
    }
    sync_folder(Some(&target));
    sync_folder(Some(&export.path));
    export.path = target;
    Ok(())
}

/// The first place for a name in the folders of a round: two files of one name, such as one that an interrupted round left and
/// a newer one, lie side by side.
fn free(work: &Path, round: i64, name: &Path) -> PathBuf {
    let folders = (1..).map(|number| match number {
        1 => round.to_string(),
        _ => format!("{round}-{number}"),
    });
    folders
        .map(|folder| work.join(folder).join(name))
        .find(|path| fs::symlink_metadata(path).is_err())
        .unwrap_or_else(|| work.join(round.to_string()).join(name))
}

/// Where a file went that was to go back into the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// It lies there under its name.
    InInbox,
    /// Another file has come under its name meanwhile: it stayed where it is.
    NameTaken,
}

/// Puts a claimed file back into the inbox, unless another one of its name lies there; of a folder each of its files.
///
/// # Errors
///
/// What the system says where it cannot be moved; it then lies where it lay.
pub fn give_back(path: &Path, inbox: &Path) -> io::Result<Back> {
    let Some(name) = path.file_name() else {
        return Ok(Back::NameTaken);
    };
    let target = inbox.join(name);
    if is_folder(path) {
        return give_back_folder(path, &target);
    }
    // A second name for the file, then the first one taken away: other than a rename this never overwrites what came meanwhile.
    match fs::hard_link(path, &target) {
        Ok(()) => return fs::remove_file(path).map(|()| Back::InInbox),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(Back::NameTaken),
        Err(_) => {}
    }
    if fs::symlink_metadata(&target).is_ok() {
        return Ok(Back::NameTaken);
    }
    shift(path, &target).map(|()| Back::InInbox)
}

fn give_back_folder(folder: &Path, target: &Path) -> io::Result<Back> {
    if !is_folder(target) {
        fs::create_dir(target)?;
    }
    let mut back = Back::InInbox;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name == GROWING) {
            fs::remove_file(&path)?;
        } else if give_back(&path, target)? == Back::NameTaken {
            back = Back::NameTaken;
        }
    }
    if back == Back::InInbox {
        fs::remove_dir(folder)?;
    }
    Ok(back)
}

fn holds_files(folder: &Path) -> bool {
    is_folder(folder) && fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

/// Whether a path is a folder; a link to one is none.
fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|about| about.is_dir())
}

/// A file, or a folder with files, that a round claimed and did not put away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// The number that its round was to bear.
    pub round: i64,
    /// Where it lies.
    pub path: PathBuf,
}

/// The files that lie in folders of rounds, the oldest round's first; what is left of copies is removed.
pub fn leftovers(work: &Path) -> Vec<Leftover> {
    let mut found = Vec::new();
    for (round, folder) in folders(work) {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            if path.file_name().is_some_and(|name| name == GROWING) {
                let _ = fs::remove_file(&path);
            } else if Stand::of(&path).is_some() || holds_files(&path) {
                found.push(Leftover { round, path });
            }
        }
    }
    found
}

/// The folders of rounds, in the order of their numbers.
pub fn folders(work: &Path) -> Vec<(i64, PathBuf)> {
    let Ok(entries) = fs::read_dir(work) else {
        return Vec::new();
    };
    let numbered = |entry: fs::DirEntry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let mut parts = name.splitn(2, '-');
        let round = parts.next()?.parse::<i64>().ok()?;
        let part = parts.next().map_or(Some(1), |part| part.parse::<i64>().ok())?;
        entry.path().is_dir().then(|| (round, part, entry.path()))
    };
    let mut found: Vec<(i64, i64, PathBuf)> = entries.flatten().filter_map(numbered).collect();
    found.sort();
    found.into_iter().map(|(round, _, path)| (round, path)).collect()
}

/// Removes the folders of rounds that are empty.
pub fn tidy(work: &Path) {
    for (_, folder) in folders(work) {
        let inside = fs::read_dir(&folder).into_iter().flatten().flatten();
        for inner in inside.map(|entry| entry.path()).filter(|path| is_folder(path)) {
            let _ = fs::remove_dir(inner);
        }
        // One that still holds a file refuses to go.
        let _ = fs::remove_dir(folder);
    }
}

/// Moves a file to a place where none lies, on another file system too.
fn shift(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => carry(from, to),
        moved => moved,
    }
}

/// Copies a file to another file system, flushes the copy, and removes the original: in this order.
fn carry(from: &Path, to: &Path) -> io::Result<()> {
    let before = Stand::of(from).ok_or(io::ErrorKind::InvalidInput)?;
    let growing = to.with_file_name(GROWING);
    let copied = copy(from, &growing, &before).and_then(|()| {
        if Stand::of(from) != Some(before) {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        fs::rename(&growing, to)
    });
    if let Err(error) = copied {
        let _ = fs::remove_file(&growing);
        return Err(error);
    }
    sync_folder(to.parent());
    if let Err(error) = fs::remove_file(from) {
        // Else it would be read tonight and found again tomorrow.
        let _ = fs::remove_file(to);
        return Err(error);
    }
    Ok(())
}

fn copy(from: &Path, to: &Path, stand: &Stand) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    owner_only(&mut options);
    let mut into = options.open(to)?;
    io::copy(&mut File::open(from)?, &mut into)?;
    if let Some(written) = stand.written() {
        into.set_modified(written)?;
    }
    into.sync_all()
}

/// Lets only the owner read a file that is about to be made.
pub(super) fn owner_only(options: &mut fs::OpenOptions) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = options;
}

/// Makes a folder, and what leads to it, that only its owner can enter.
pub(crate) fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Makes what was renamed or made in a folder durable; Windows does so by itself and opens no folder.
pub(super) fn sync_folder(folder: Option<&Path>) {
    #[cfg(unix)]
    if let Some(folder) = folder {
        // Some network file systems refuse it and have nothing better.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    #[cfg(not(unix))]
    let _ = folder;
}

/// Makes claims durable: the inbox without the files, the folders of rounds with them.
pub fn settle(work: &Path, inbox: &Path) {
    for (_, folder) in folders(work) {
        sync_folder(Some(&folder));
    }
    sync_folder(Some(work));
    sync_folder(Some(inbox));
}

fn unclaimed(name: &str, error: &io::Error) -> Problem {
    Problem::new(
        "claim-failed",
        Weight::Waits,
        Place::file(name),
        format!("cannot be moved out of the inbox ({error}), so it was read where it lies"),
        "let the account firstbell runs under move files there and into var/work, or set `after = \"leave\"` under [inbox]",
    )
}
