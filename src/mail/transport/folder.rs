//! Letters as `.eml` files in a folder.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

use crate::outbox::{Letter, Outcome};

use super::Parcel;

/// A folder that letters are written into, one file each.
#[derive(Debug)]
pub struct Folder(pub PathBuf);

impl Folder {
    pub(super) fn send(&mut self, parcel: &Parcel) -> Outcome {
        match self.write(parcel) {
            Ok(()) => Outcome::Sent(format!("written to {}", parcel.file_name)),
            Err(error) => Outcome::Unreached(format!("{} cannot be written: {error}", parcel.file_name)),
        }
    }

    /// Complete or not there: a reader never sees half a letter, and a second attempt replaces the first.
    fn write(&self, parcel: &Parcel) -> io::Result<()> {
        private_folder(&self.0)?;
        let being_written = self.0.join(format!(".{}.part", parcel.file_name));
        let _ = fs::remove_file(&being_written);
        let mut file = private_file(&being_written)?;
        file.write_all(&parcel.bytes)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&being_written, self.0.join(&parcel.file_name))?;
        sync_folder(&self.0)
    }
}

/// A letter's file: `<morning>-<kind>-<staff>-<id>.eml`. A staff id is a cell, and no cell is a path.
pub(crate) fn file_name(letter: &Letter) -> String {
    let kind = letter.kind.dashed();
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    // Two ids that look alike when made safe still differ by the letter's number.
    let staff: String = letter.to_staff.chars().take(40).map(safe).collect();
    format!("{}-{kind}-{staff}-{}.eml", letter.morning, letter.id)
}

#[cfg(unix)]
fn private_folder(path: &std::path::Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn private_folder(path: &std::path::Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(unix)]
fn private_file(path: &std::path::Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn private_file(path: &std::path::Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// The rename itself must survive a power cut. Windows has no such call, and needs none.
#[cfg(unix)]
fn sync_folder(path: &std::path::Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &std::path::Path) -> io::Result<()> {
    Ok(())
}
