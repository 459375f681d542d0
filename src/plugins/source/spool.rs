//! Canonical rows between a plugin and the reader: a file that nobody else can open, gone when it is done with.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::private_folder;
use crate::records::{Bytes, Translated};

/// The last column: where in the export a row came from. No canonical column begins so.
const LINE: &str = "@line";

/// One row's cells, by column.
#[derive(Clone, Debug)]
pub(crate) struct Cells {
    columns: Vec<&'static str>,
    cells: Vec<String>,
}

impl Cells {
    fn new(columns: &[&'static str]) -> Cells {
        Cells {
            columns: columns.to_vec(),
            cells: vec![String::new(); columns.len()],
        }
    }

    /// Sets a cell. Errors: there is no such column, in words.
    pub(crate) fn set(&mut self, column: &str, text: &str) -> Result<(), String> {
        let Some(at) = self.columns.iter().position(|known| *known == column) else {
            let hint = crate::plugins::column::did_you_mean(column, self.columns.iter().copied());
            return Err(format!("there is no canonical column `{column}`{hint}"));
        };
        text.clone_into(&mut self.cells[at]);
        Ok(())
    }

    /// The filled cells with their columns.
    pub(crate) fn filled(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let pairs = self.columns.iter().copied().zip(self.cells.iter().map(String::as_str));
        pairs.filter(|(_, cell)| !cell.is_empty())
    }
}

/// Rows being written.
pub(crate) struct Spool {
    file: BufWriter<File>,
    path: Gone,
    columns: Vec<&'static str>,
    /// Kept beside the file for a plugin's own cases alone.
    pub(crate) shown: Option<Vec<Cells>>,
}

/// A path that is removed when it is dropped.
struct Gone(PathBuf);

impl Drop for Gone {
    fn drop(&mut self) {
        // On Unix it is gone already; elsewhere nothing more can be done.
        let _ = fs::remove_file(&self.0);
    }
}

/// Rows that are written, to be read.
pub(crate) struct Rows {
    file: File,
    path: Gone,
}

/// Rows that live as long as somebody may want to keep them.
struct Kept {
    file: File,
    _path: Gone,
}

impl io::Read for Kept {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.file.read(into)
    }
}

impl io::Seek for Kept {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Rows {
    pub(crate) fn bytes(&mut self) -> &mut dyn Bytes {
        &mut self.file
    }

    /// What is kept of the export: these rows, and a row that is none for each that the plugin failed on, so that they are counted
    /// again.
    pub(crate) fn into_translated(mut self, failed: u64) -> io::Result<Translated> {
        self.file.seek(io::SeekFrom::End(0))?;
        let mut out = BufWriter::new(&self.file);
        for _ in 0..failed {
            out.write_all(FAILED_ROW)?;
        }
        out.flush()?;
        drop(out);
        let Rows { file, path } = self;
        Ok(Translated::new(Kept { file, _path: path }))
    }
}

/// A row that a plugin failed on.
const FAILED_ROW: &[u8] = b"?\n";

/// Whether an export is rows of these columns already, as a plugin gave them before: then it is not given to one again.
pub(crate) fn is_translated(bytes: &mut dyn Bytes, columns: &[&'static str]) -> io::Result<bool> {
    let wanted = first_line(columns);
    let mut found = vec![0; wanted.len()];
    bytes.seek(io::SeekFrom::Start(0))?;
    let same = match bytes.read_exact(&mut found) {
        Ok(()) => found == wanted.as_bytes(),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => false,
        Err(error) => return Err(error),
    };
    bytes.seek(io::SeekFrom::Start(0))?;
    Ok(same)
}

fn first_line(columns: &[&'static str]) -> String {
    let names: String = columns.iter().map(|column| format!("{column},")).collect();
    format!("{names}{LINE}\n")
}

impl Spool {
    /// Begins rows of these columns in a folder, which is made where it is missing.
    pub(crate) fn new(folder: &Path, columns: &[&'static str]) -> io::Result<Spool> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        private_folder(folder)?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("rows-{}-{number}.csv", std::process::id()));
        // What a crash left under a number that is used again is no row of ours.
        let _ = fs::remove_file(&path);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let file = options.open(&path)?;
        // An open file needs no name: nothing is left behind however the program ends.
        #[cfg(unix)]
        fs::remove_file(&path)?;
        let mut spool = Spool {
            file: BufWriter::with_capacity(1 << 16, file),
            path: Gone(path),
            columns: columns.to_vec(),
            shown: None,
        };
        spool.file.write_all(first_line(columns).as_bytes())?;
        Ok(spool)
    }

    /// Takes rows that a plugin gave before, as they stand.
    pub(crate) fn again(&mut self, bytes: &mut dyn Bytes) -> io::Result<()> {
        bytes.seek(io::SeekFrom::Start(first_line(&self.columns).len() as u64))?;
        io::copy(bytes, &mut self.file).map(|_| ())
    }

    /// An empty row.
    pub(crate) fn cells(&self) -> Cells {
        Cells::new(&self.columns)
    }

    /// Writes a row that came from a line of the export.
    pub(crate) fn row(&mut self, cells: &Cells, line: u64) -> io::Result<()> {
        for cell in &cells.cells {
            put(&mut self.file, cell)?;
            self.file.write_all(b",")?;
        }
        writeln!(self.file, "{line}")?;
        if let Some(shown) = &mut self.shown {
            shown.push(cells.clone());
        }
        Ok(())
    }

    /// Ends writing.
    pub(crate) fn finish(self) -> io::Result<Rows> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Rows { file, path: self.path })
    }
}

/// One cell on one line: a row is a line, or lines could not be told.
fn put(file: &mut BufWriter<File>, cell: &str) -> io::Result<()> {
    let odd = |c: char| c.is_control() || c == '"' || c == ',';
    if !cell.contains(odd) {
        return file.write_all(cell.as_bytes());
    }
    let mut quoted = String::with_capacity(cell.len() + 2);
    quoted.push('"');
    for c in cell.chars() {
        match c {
            '"' => quoted.push_str("\"\""),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    file.write_all(quoted.as_bytes())
}
