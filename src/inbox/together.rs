//! The files of one export that came together, in a zip, in a folder, or loose: opened one at a time, never all in memory.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::zipped::{Entry, entries};
use super::{BUNDLE_BYTES, Export, Stand, is_marker, is_partial, refused_entry, scan, unreadable};
use crate::monitor::Problem;
use crate::records::{Bytes, Parts};

/// Bytes hashed at a time.
const BLOCK_BYTES: usize = 64 << 10;

/// Where one file of an export lies.
#[derive(Clone, Debug)]
enum Lies {
    Alone(PathBuf),
    Packed(Entry),
}

/// The files of one export that belong together.
#[derive(Clone, Debug)]
pub struct Together {
    /// The export's name.
    name: String,
    /// By name in small letters.
    files: BTreeMap<String, (String, Lies)>,
}

impl Together {
    /// The wanted files of a zip.
    ///
    /// # Errors
    ///
    /// A problem that names the entry for which the whole zip is refused.
    pub fn zip(export: &Export, wanted: &dyn Fn(&str) -> bool) -> Result<Together, Problem> {
        let packed = entries(&export.path, &export.name, wanted)?.into_iter();
        Ok(Together {
            name: export.name.clone(),
            files: packed
                .map(|entry| (entry.own.to_lowercase(), (entry.own.clone(), Lies::Packed(entry))))
                .collect(),
        })
    }

    /// The wanted files of a folder; folders in it and uploads under way are passed over.
    ///
    /// # Errors
    ///
    /// A problem where one of them is no plain file, or has a name that another has in other letters.
    pub fn folder(export: &Export, wanted: &dyn Fn(&str) -> bool) -> Result<Together, Problem> {
        let found = fs::read_dir(&export.path).map_err(|error| unreadable(&export.path, &error))?;
        let mut paths = Vec::new();
        for found in found.flatten() {
            let own = found.file_name().to_string_lossy().into_owned();
            if !wanted(&own) || is_partial(&own) || is_marker(&own) {
                continue;
            }
            // The kind of the entry itself: a link is none.
            if !found.file_type().is_ok_and(|kind| kind.is_file()) {
                let message = "is a link or a device, not a file, and was not opened";
                let remedy = "let the export program write a plain file";
                return Err(refused_entry("not-a-plain-file", &export.name, &own, message, remedy));
            }
            paths.push((own, found.path()));
        }
        Together::alone(&export.name, paths)
    }

    /// Files that lie loose.
    ///
    /// # Errors
    ///
    /// A problem where one has a name that another has in other letters.
    pub fn loose(exports: &[Export]) -> Result<Together, Problem> {
        let paths = exports.iter().map(|export| (export.name.clone(), export.path.clone()));
        Together::alone("", paths.collect())
    }

    fn alone(name: &str, paths: Vec<(String, PathBuf)>) -> Result<Together, Problem> {
        let mut files = BTreeMap::new();
        let mut left = BUNDLE_BYTES;
        for (own, path) in paths {
            let size = fs::symlink_metadata(&path).map_or(0, |about| about.len());
            let Some(rest) = left.checked_sub(size) else {
                let message = "together the files of this export are larger than any district's";
                return Err(refused_entry(
                    "zip-too-large",
                    name,
                    &own,
                    message,
                    "see what made them",
                ));
            };
            left = rest;
            let key = own.to_lowercase();
            if files.insert(key, (own.clone(), Lies::Alone(path))).is_some() {
                let message = "lies there twice, in small and in capital letters: nobody can say which one counts";
                return Err(refused_entry(
                    "zip-entry-twice",
                    name,
                    &own,
                    message,
                    "take one of them away",
                ));
            }
        }
        Ok(Together {
            name: name.to_owned(),
            files,
        })
    }

    /// Whether there is no file at all.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The paths of files that lie alone.
    pub fn paths(&self) -> Vec<PathBuf> {
        let alone = self.files.values().filter_map(|(_, lies)| match lies {
            Lies::Alone(path) => Some(path.clone()),
            Lies::Packed(_) => None,
        });
        alone.collect()
    }

    /// How every file stands: what must not change while they are read.
    pub fn stands(&self) -> Vec<Option<Stand>> {
        let path = |lies: &Lies| match lies {
            Lies::Alone(path) => Stand::of(path),
            Lies::Packed(entry) => Stand::of(&entry.zip),
        };
        self.files.values().map(|(_, lies)| path(lies)).collect()
    }

    /// One digest for all of them and their bytes together: by what stands in them, however they are packed. Every byte is read
    /// once, and a zip's are proved.
    ///
    /// # Errors
    ///
    /// A problem that names the file that cannot be read.
    pub fn digest(&mut self) -> Result<(String, u64), Problem> {
        let mut digests = Vec::new();
        let mut size = 0;
        let mut block = vec![0; BLOCK_BYTES];
        for (own, lies) in self.files.values() {
            let mut hasher = blake3::Hasher::new();
            let mut from = opened(lies).map_err(|error| self.unreadable(own, lies, &error))?;
            loop {
                let length = from.read(&mut block);
                let length = length.map_err(|error| self.unreadable(own, lies, &error))?;
                if length == 0 {
                    break;
                }
                size += length as u64;
                if size > BUNDLE_BYTES {
                    return Err(self.unreadable(own, lies, &io::ErrorKind::FileTooLarge.into()));
                }
                hasher.update(&block[..length]);
            }
            digests.push((own.clone(), hasher.finalize().to_hex().to_string()));
        }
        Ok((digest_of(&digests), size))
    }

    fn unreadable(&self, own: &str, lies: &Lies, error: &io::Error) -> Problem {
        match lies {
            Lies::Alone(path) => unreadable(path, error),
            Lies::Packed(_) if error.kind() == io::ErrorKind::FileTooLarge => {
                let message = "unpacks to more than any table would; it was not read on";
                let remedy = "see what made it: such a file can fill a machine";
                refused_entry("zip-too-large", &self.name, own, message, remedy)
            }
            Lies::Packed(_) => {
                let message = format!("cannot be unpacked: {error}");
                refused_entry("zip-unreadable", &self.name, own, message, "export it again")
            }
        }
    }
}

impl Parts for Together {
    fn names(&self) -> Vec<String> {
        self.files.values().map(|(own, _)| own.clone()).collect()
    }

    fn open(&mut self, name: &str) -> io::Result<Box<dyn Bytes + '_>> {
        let found = self.files.get(&name.to_lowercase());
        let (_, lies) = found.ok_or(io::ErrorKind::NotFound)?;
        opened(lies)
    }
}

fn opened(lies: &Lies) -> io::Result<Box<dyn Bytes>> {
    Ok(match lies {
        Lies::Alone(path) => Box::new(plain(path)?),
        Lies::Packed(entry) => Box::new(entry.open()?),
    })
}

/// Opens a plain file; a pipe that took its place would wait for ever.
fn plain(path: &Path) -> io::Result<File> {
    if Stand::of(path).is_none() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    File::open(path)
}

/// One digest for several files, by their names and their own digests, whatever their order.
pub(super) fn digest_of(files: &[(String, String)]) -> String {
    let mut sorted: Vec<(String, &str)> = files
        .iter()
        .map(|(own, digest)| (own.to_lowercase(), digest.as_str()))
        .collect();
    sorted.sort();
    let mut hasher = blake3::Hasher::new();
    for (own, digest) in sorted {
        hasher.update(own.as_bytes());
        hasher.update(&[0]);
        hasher.update(digest.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// Uploads under way in a folder, by the names that they may end under.
pub fn under_way(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let partial = names.filter(|name| is_partial(name) && !is_marker(name));
    partial.flat_map(|name| scan::final_names(&name)).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Cursor, Read as _, Seek as _, SeekFrom, Write as _};
    use std::path::Path;

    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::super::{Export, folder_stamp};
    use super::{Parts as _, Together};
    use crate::home::Stamp;

    const FILES: [(&str, &str); 3] = [("users.csv", "id\n1\n2\n"), ("Orgs.csv", "id\n"), ("notes.txt", "ours")];

    fn export(path: &Path) -> Export {
        let stamp = match path.is_dir() {
            true => folder_stamp(path),
            false => Stamp::at(path).expect("it is there"),
        };
        Export {
            feed: 0,
            path: path.to_owned(),
            name: "or.zip".to_owned(),
            is_folder: path.is_dir(),
            size: stamp.size,
            written: 0,
            stamp,
        }
    }

    fn packed(method: CompressionMethod) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in FILES {
            let options = SimpleFileOptions::default().compression_method(method);
            zip.start_file(format!("below/{name}"), options).expect("an entry");
            zip.write_all(text.as_bytes()).expect("memory");
        }
        zip.finish().expect("a zip").into_inner()
    }

    fn is_table(name: &str) -> bool {
        name.to_lowercase().ends_with(".csv")
    }

    #[test]
    fn the_same_files_have_one_digest_however_they_are_packed() {
        let folder = tempfile::tempdir().expect("a folder");
        let loose = folder.path().join("loose");
        fs::create_dir(&loose).expect("a folder");
        for (name, text) in FILES {
            fs::write(loose.join(name), text).expect("ours");
        }
        let mut of_folder = Together::folder(&export(&loose), &is_table).expect("plain files");
        let expected = of_folder.digest().expect("readable");
        assert_eq!(expected.1, 7 + 3, "bytes of the two tables");
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            let path = folder.path().join("or.zip");
            fs::write(&path, packed(method)).expect("ours");
            let mut together = Together::zip(&export(&path), &is_table).expect("a zip");
            assert_eq!(together.digest().expect("readable"), expected, "{method}");
            let mut text = String::new();
            let mut from = together.open("USERS.csv").expect("whatever its case");
            for _ in 0..2 {
                assert_eq!(from.seek(SeekFrom::End(0)).expect("known"), 7);
                text.clear();
                from.seek(SeekFrom::Start(0)).expect("begun anew");
                from.read_to_string(&mut text).expect("text");
            }
            assert_eq!(text, FILES[0].1);
        }
        fs::write(loose.join("users.csv"), "id\n1\n3\n").expect("ours");
        assert_ne!(of_folder.digest().expect("readable"), expected);
    }

    #[test]
    fn a_byte_that_was_lost_on_the_way_is_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("or.zip");
        let mut bytes = packed(CompressionMethod::Stored);
        let at = bytes
            .windows(7)
            .position(|seven| seven == b"id\n1\n2\n")
            .expect("stored as it is");
        bytes[at + 3] = b'7';
        fs::write(&path, bytes).expect("ours");
        let mut together = Together::zip(&export(&path), &is_table).expect("its directory is whole");
        let problem = together.digest().expect_err("its bytes are not");
        let place = problem.place.file.as_deref();
        assert_eq!(
            (problem.code.as_str(), place),
            ("zip-unreadable", Some("or.zip/users.csv"))
        );
    }
}
