//! Opening the file: settings, migrations, and what must not be opened.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::{Store, trouble};
use crate::monitor::{Place, Problem, Weight};

/// Migrations in order; the file's `user_version` counts those that ran.
pub(super) const MIGRATIONS: [&str; 7] = [
    include_str!("schema/0001.sql"),
    include_str!("schema/0002.sql"),
    include_str!("schema/0003.sql"),
    include_str!("schema/0004.sql"),
    include_str!("schema/0005.sql"),
    include_str!("schema/0006.sql"),
    include_str!("schema/0007.sql"),
];

/// How long a statement waits for another process's short write. Rounds exclude each other by the home's lock before that.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// How long the first commit of a new store waits for whoever reads there, which nobody of ours does. A whole night would be lost.
const FIRST_COMMIT_TIMEOUT: Duration = Duration::from_secs(60);

/// Prepared statements kept: more than a round uses.
const STATEMENTS: usize = 64;

impl Store {
    /// Opens the store for a round, made where there is none, brought to today's schema and looked over for damage.
    pub fn open(path: impl AsRef<Path>) -> Result<Store, Problem> {
        Store::open_with(path.as_ref(), &MIGRATIONS)
    }

    /// An empty store in memory, for looking at a home whose first round is still to come: nothing is written anywhere.
    ///
    /// # Errors
    ///
    /// A problem where the database cannot make its tables.
    pub fn empty() -> Result<Store, Problem> {
        let store = connect(Path::new(":memory:"))?;
        store.migrate(&MIGRATIONS)?;
        Ok(store)
    }

    /// The same with a list of migrations, so that the step to a later one can be tested before there is one.
    pub(super) fn open_with(path: &Path, migrations: &[&str]) -> Result<Store, Problem> {
        create_private(path)?;
        let store = connect(path)?;
        store.refuse_foreign(migrations.len())?;
        // A night writes tens of megabytes from end to end: in large pages that is a quarter of the calls. A store keeps the pages it was made
        // with.
        store.settings(
            "PRAGMA page_size = 16384; PRAGMA cache_size = -8000; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;",
        )?;
        let is_new = store.migrate(migrations)?;
        store.is_new.set(is_new);
        match is_new {
            true => store.expect_first_commit()?,
            false => store.write_ahead(),
        }
        store.look_over()?;
        Ok(store)
    }

    /// Whether this opening made the store and nothing was committed to it yet, so that there is nothing to read in it either. The first
    /// commit goes into the file itself, once; where it is cut off, SQLite's rollback journal takes back what was written.
    pub fn is_new(&self) -> bool {
        self.is_new.get()
    }

    /// Lets the first commit wait long for whoever reads in the file just now, and be in it for good though nothing follows.
    fn expect_first_commit(&self) -> Result<(), Problem> {
        let waiting = self.db.busy_timeout(FIRST_COMMIT_TIMEOUT);
        waiting.map_err(|error| self.trouble(&error))?;
        self.settings("PRAGMA synchronous = EXTRA;")
    }

    /// What follows the first commit.
    pub(super) fn had_first_commit(&self) {
        self.write_ahead();
        let usual = self.db.busy_timeout(BUSY_TIMEOUT).map_err(|error| self.trouble(&error));
        if let Err(problem) = usual.and_then(|()| self.settings("PRAGMA synchronous = FULL;")) {
            tracing::debug!(code = problem.code, "the store keeps the settings of its first commit");
        }
    }

    /// Lets what is committed from now on go into a journal first, so that nobody who reads keeps a round waiting, nor a round them. What
    /// a commit leaves in the journal goes into the file beside the sending and when the store is closed, not while somebody waits for the
    /// commit. Where somebody is in the file just now the next opening does it: until then readers and a round are in each other's way.
    fn write_ahead(&self) {
        if let Err(problem) = self.settings("PRAGMA journal_mode = WAL;") {
            tracing::debug!(code = problem.code, "the store does not write ahead yet");
        }
    }

    /// Brings what earlier commits left in the journal into the file, as far as nobody reads there: a reader is never kept waiting. What is
    /// left is done when the store is closed.
    pub fn fold_journal(path: impl AsRef<Path>) {
        let folded = connect(path.as_ref()).and_then(|store| store.settings("PRAGMA wal_checkpoint(PASSIVE);"));
        if let Err(problem) = folded {
            tracing::debug!(code = problem.code, "the journal waits until the store is closed");
        }
    }

    /// Opens the store for looking alone: nothing in the file changes, and nobody is kept waiting.
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Store, Problem> {
        let path = path.as_ref();
        if !path.exists() {
            let remedy = "run `firstbell run` once: the first round makes it";
            let place = Place::file(path.display().to_string());
            return Err(Problem::new(
                "store-missing",
                Weight::Stop,
                place,
                "there is no store yet",
                remedy,
            ));
        }
        if is_first_commit_under_way(path) {
            return Store::empty();
        }
        let store = connect(path)?;
        // Where a writer is at work or was cut off, its journal is not ours to fold into the file when we leave.
        if beside(path, "-wal").metadata().is_ok_and(|journal| journal.len() > 0) {
            let kept = store.db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
            kept.map_err(|error| store.trouble(&error))?;
        }
        store.settings("PRAGMA query_only = ON;")?;
        store.refuse_foreign(MIGRATIONS.len())?;
        if store.version()? < MIGRATIONS.len() {
            let place = Place::file(path.display().to_string());
            let message = "the store was written by an older firstbell";
            return Err(Problem::new(
                "store-older",
                Weight::Stop,
                place,
                message,
                "run `firstbell run` once: a round brings it up to date",
            ));
        }
        Ok(store)
    }

    fn settings(&self, pragmas: &str) -> Result<(), Problem> {
        self.db.execute_batch(pragmas).map_err(|error| self.trouble(&error))
    }

    fn version(&self) -> Result<usize, Problem> {
        let version = self.db.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0));
        let version = version.map_err(|error| self.trouble(&error))?;
        // A negative version was written by nobody we know; it is as far from ours as a newer one.
        Ok(usize::try_from(version).unwrap_or(usize::MAX))
    }

    /// Refuses what is not ours to touch: a later firstbell's store, and a database with tables but no version of ours.
    fn refuse_foreign(&self, newest: usize) -> Result<(), Problem> {
        // Asked at once: between two questions another process may make the store.
        let foreign = "SELECT count(*) FROM sqlite_schema, pragma_user_version WHERE user_version = 0";
        if self.count(foreign)? > 0 {
            return Err(self.failed(rusqlite::ffi::SQLITE_NOTADB));
        }
        let version = self.version()?;
        if version <= newest {
            return Ok(());
        }
        let place = Place::file(self.path.display().to_string());
        let message = "the store was written by a newer firstbell";
        let remedy = "install that version again, or bring back a backup from before the upgrade";
        Err(Problem::new("store-newer", Weight::Stop, place, message, remedy))
    }

    /// Brings the store to the newest schema; whether there was none before.
    fn migrate(&self, migrations: &[&str]) -> Result<bool, Problem> {
        let from = self.version()?;
        if from == migrations.len() {
            return Ok(false);
        }
        if from > 0 {
            self.copy_before(from)?;
        }
        let tx = self.begin()?;
        // Asked again inside the transaction: two processes may make the same new store at once.
        let from = self.version()?;
        for (number, migration) in migrations.iter().enumerate().skip(from) {
            self.settings(migration)?;
            self.settings(&format!("PRAGMA user_version = {}", number + 1))?;
        }
        tx.commit()?;
        Ok(from == 0)
    }

    /// A copy of the file as it was before a migration, beside it.
    fn copy_before(&self, version: usize) -> Result<(), Problem> {
        let copy = self.path.with_extension(format!("before-{}.db", version + 1));
        if copy.exists() {
            return Ok(());
        }
        let made = self.db.execute("VACUUM INTO ?1", [copy.to_string_lossy()]);
        made.map_err(|error| self.trouble(&error))?;
        keep_private(&copy)
    }

    fn count(&self, sql: &str) -> Result<i64, Problem> {
        Ok(self.one(sql, [], |row| row.get(0))?.unwrap_or(0))
    }

    /// A quick look for damage; indexes are compared by `firstbell doctor`.
    fn look_over(&self) -> Result<(), Problem> {
        let found: Option<String> = self.one("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if found.as_deref() == Some("ok") {
            return Ok(());
        }
        Err(self.failed(rusqlite::ffi::SQLITE_CORRUPT))
    }

    /// The problem that one of SQLite's own codes is.
    fn failed(&self, code: i32) -> Problem {
        self.trouble(&rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None))
    }
}

/// Whether another process is just making the first commit: there is nothing to look at yet, and it is not waited for.
fn is_first_commit_under_way(path: &Path) -> bool {
    let looked = || connect_within(path, Duration::ZERO)?.version();
    beside(path, "-journal").exists() && looked().is_err_and(|problem| problem.code == trouble::LOCKED)
}

fn connect(path: &Path) -> Result<Store, Problem> {
    connect_within(path, BUSY_TIMEOUT)
}

fn connect_within(path: &Path, timeout: Duration) -> Result<Store, Problem> {
    // Even a look opens the file for writing: a read-only connection would leave its journal files behind.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).map_err(|error| trouble::problem(&error, path))?;
    let store = Store {
        db,
        path: path.to_owned(),
        is_new: Cell::new(false),
    };
    let waiting = store.db.busy_timeout(timeout);
    waiting.map_err(|error| store.trouble(&error))?;
    store.db.set_prepared_statement_cache_capacity(STATEMENTS);
    store.settings(
        "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; \
         PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;",
    )?;
    Ok(store)
}

/// A file that SQLite keeps beside the store.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Makes an empty file that only its owner can read, where there is none: SQLite would make it readable by others, and its
/// journal takes over the file's mode.
fn create_private(path: &Path) -> Result<(), Problem> {
    // One in memory has no file; made here it would lie where the command was given.
    if path.exists() || path == Path::new(":memory:") {
        return Ok(());
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => {
            let place = Place::file(path.display().to_string());
            let message = format!("the store cannot be made: {error}");
            let remedy = "see that the folder is there and that this account may write to it";
            Err(Problem::new("store-unmade", Weight::Stop, place, message, remedy))
        }
    }
}

fn keep_private(path: &Path) -> Result<(), Problem> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let only_owner = std::fs::Permissions::from_mode(0o600);
        if let Err(error) = std::fs::set_permissions(path, only_owner) {
            let place = Place::file(path.display().to_string());
            let message = format!("the copy cannot be kept from other accounts: {error}");
            return Err(Problem::new(
                "store-copy-open",
                Weight::Stop,
                place,
                message,
                "give the folder to this account",
            ));
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
