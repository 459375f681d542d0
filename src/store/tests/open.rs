use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;

use super::{books, home, same, save, year};
use crate::monitor::Weight;
use crate::store::open::MIGRATIONS;
use crate::store::{Changed, Store};

fn fingerprint(path: &PathBuf) -> (blake3::Hash, Vec<String>) {
    let folder = path.parent().expect("a folder");
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    (blake3::hash(&fs::read(path).expect("a file")), names)
}

#[test]
fn looking_leaves_the_store_byte_for_byte() {
    let (_folder, path) = home();
    save(&Store::open(&path).expect("opened"), &books(50));
    let before = fingerprint(&path);
    assert_eq!(before.1, ["firstbell.db"], "a closed store is one file");
    {
        let store = Store::open_read_only(&path).expect("opened");
        same(&store.load_books(year()).expect("loaded"), &books(50));
        assert!(
            store.begin().and_then(|tx| tx.set_meta("a", "b")).is_err(),
            "a look must not write"
        );
    }
    assert_eq!(fingerprint(&path), before);
    // Opened for a round that then commits nothing.
    {
        let store = Store::open(&path).expect("opened");
        let tx = store.begin().expect("a transaction");
        tx.set_meta("a", "b").expect("set");
    }
    assert_eq!(fingerprint(&path), before);
}

#[test]
fn a_look_beside_a_writer_sees_the_last_commit_and_folds_nothing_in() {
    let (_folder, path) = home();
    let writer = Store::open(&path).expect("opened");
    save(&writer, &books(3));
    let tx = writer.begin().expect("a transaction");
    tx.set_meta("half", "done").expect("set");
    let before = fs::read(&path).expect("a file");
    {
        let look = Store::open_read_only(&path).expect("never waits");
        same(&look.load_books(year()).expect("loaded"), &books(3));
        assert_eq!(look.meta("half").expect("read"), None);
    }
    assert_eq!(fs::read(&path).expect("a file"), before);
    tx.commit().expect("committed");
}

#[test]
fn a_second_writer_is_told_that_it_must_wait() {
    let (_folder, path) = home();
    let first = Store::open(&path).expect("opened");
    let second = Store::open(&path).expect("opened");
    let _held = first.begin().expect("a transaction");
    let problem = second.begin().err().expect("locked");
    assert_eq!((problem.code.as_str(), problem.weight), ("store-locked", Weight::Stop));
    assert!(!problem.remedy.is_empty());
}

#[test]
fn what_is_no_store_is_refused_and_left_alone() {
    let (_folder, path) = home();
    let code = |path: &PathBuf| Store::open(path).err().map(|problem| problem.code);
    fs::write(&path, "student_id,first_name\n".repeat(500)).expect("written");
    let before = fs::read(&path).expect("a file");
    assert_eq!(code(&path).as_deref(), Some("store-not-a-database"));
    assert_eq!(fs::read(&path).expect("a file"), before);
    assert_eq!(
        Store::open_read_only(&path)
            .err()
            .map(|problem| problem.code)
            .as_deref(),
        Some("store-not-a-database")
    );

    let foreign = path.with_file_name("foreign.db");
    let db = Connection::open(&foreign).expect("opened");
    db.execute_batch("CREATE TABLE somebody (else_s TEXT)").expect("made");
    drop(db);
    assert_eq!(code(&foreign).as_deref(), Some("store-not-a-database"));

    let newer = path.with_file_name("newer.db");
    drop(Store::open(&newer).expect("opened"));
    Connection::open(&newer)
        .and_then(|db| db.execute_batch("PRAGMA user_version = 99"))
        .expect("set");
    assert_eq!(code(&newer).as_deref(), Some("store-newer"));
    assert_eq!(
        Store::open_read_only(&newer)
            .err()
            .map(|problem| problem.code)
            .as_deref(),
        Some("store-newer")
    );

    let missing = path.with_file_name("missing.db");
    assert_eq!(
        Store::open_read_only(&missing)
            .err()
            .map(|problem| problem.code)
            .as_deref(),
        Some("store-missing")
    );
    assert_eq!(
        code(&path.join("nowhere").join("a.db")).as_deref(),
        Some("store-unmade")
    );
}

#[test]
fn a_damaged_store_says_so_and_never_panics() {
    let (_folder, path) = home();
    save(&Store::open(&path).expect("opened"), &books(400));
    let whole = fs::read(&path).expect("a file");
    let mut seen = 0;
    for page in 1..whole.len() / 4096 {
        let mut damaged = whole.clone();
        damaged[page * 4096..page * 4096 + 64].fill(0xA5);
        fs::write(&path, &damaged).expect("written");
        let opened = Store::open(&path).and_then(|store| store.load_books(year()).map(|_| ()));
        if let Err(problem) = opened {
            assert!(
                ["store-corrupt", "store-failed"].contains(&problem.code.as_str()),
                "{problem}"
            );
            seen += 1;
        }
    }
    assert!(seen > 10, "damage was noticed {seen} times");
}

#[cfg(unix)]
#[test]
fn the_store_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, path) = home();
    let store = Store::open(&path).expect("opened");
    save(&store, &books(3));
    for entry in fs::read_dir(path.parent().expect("a folder")).expect("a folder") {
        let entry = entry.expect("an entry");
        assert_eq!(
            entry.metadata().expect("a file").permissions().mode() & 0o777,
            0o600,
            "{:?}",
            entry.file_name()
        );
    }
}

#[test]
fn a_migration_keeps_a_copy_of_what_was() {
    let (_folder, path) = home();
    save(&Store::open(&path).expect("opened"), &books(2));
    let later = "CREATE TABLE later (a TEXT); INSERT INTO meta VALUES ('later', 'yes');";
    let migrations = [&MIGRATIONS[..], &[later]].concat();
    {
        let store = Store::open_with(&path, &migrations).expect("migrated");
        assert_eq!(store.meta("later").expect("read").as_deref(), Some("yes"));
        same(&store.load_books(year()).expect("loaded"), &books(2));
    }
    drop(Store::open_with(&path, &migrations).expect("opened again"));
    let copy = path.with_file_name(format!("firstbell.before-{}.db", migrations.len()));
    same(
        &Store::open(&copy)
            .expect("the copy")
            .load_books(year())
            .expect("loaded"),
        &books(2),
    );
    assert_eq!(
        Store::open(&path).err().map(|problem| problem.code).as_deref(),
        Some("store-newer")
    );
    // A migration that fails leaves the store as it was.
    let broken = [&migrations[..], &["CREATE TABLE half (a TEXT); CREATE NONSENSE;"]].concat();
    assert!(Store::open_with(&path, &broken).is_err());
    let store = Store::open_with(&path, &migrations).expect("still whole");
    assert!(store.db.execute_batch("SELECT * FROM half").is_err());
}

#[test]
fn changes_of_the_first_schema_keep_their_rule_and_their_version() {
    let (_folder, path) = home();
    {
        let store = Store::open_with(&path, &MIGRATIONS[..1]).expect("opened");
        store
            .db
            .execute_batch(
                "INSERT INTO school_year VALUES (20260817, '2026-08-17', '2027-06-11');
                 INSERT INTO word VALUES ('rule', 0, 'known'), ('digest', 0, 'd0');
                 INSERT INTO change (year, student, rule, reason, day, because, numbers, digest, round) VALUES
                 (20260817, 0, 'known', 'crossed', '2026-10-01', 'why', '', 'd1', 1),
                 (20260817, 0, 'new', 'worsened', '2026-10-02', 'why', '', 'd0', 1),
                 (20260817, 0, 'newer', 'cleared', '2026-10-03', 'why', '', 'd2', 2);",
            )
            .expect("as the first schema had it");
    }
    let store = Store::open(&path).expect("migrated");
    let changes = store.changes(&year(), crate::facts::StudentIx(0), None).expect("read");
    let read: Vec<[&str; 2]> = changes.iter().map(|change| [&*change.rule, &*change.digest]).collect();
    assert_eq!(read, [["known", "d1"], ["new", "d0"], ["newer", "d2"]]);
}

#[test]
fn two_processes_may_make_the_same_store() {
    let (_folder, path) = home();
    let opened = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| Store::open(&path).map(|_| ()))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .collect::<Vec<_>>()
    });
    for made in opened {
        made.expect("opened");
    }
}

#[test]
fn a_first_round_that_was_cut_off_leaves_an_empty_store() {
    let (_folder, path) = home();
    let store = Store::open(&path).expect("opened");
    assert!(store.is_new());
    let journal = path.with_file_name("firstbell.db-journal");
    store.db.execute_batch("PRAGMA cache_size = 10").expect("set");
    let made = fs::metadata(&path).expect("a file").len();
    let tx = store.begin().expect("a transaction");
    tx.save_books(&books(900), &Changed::everything(&books(900)))
        .expect("saved");
    assert!(
        fs::metadata(&path).expect("a file").len() > made,
        "the file itself is written"
    );
    // Who looks meanwhile sees that there is nothing yet, and waits for nobody.
    let look = Store::open_read_only(&path).expect("never waits");
    assert_eq!(look.school_years().expect("read"), []);
    // What a power cut leaves: the file and its journal, as they are in the middle of a round.
    let folder = tempfile::tempdir().expect("a folder");
    for name in [&path, &journal] {
        fs::copy(name, folder.path().join(name.file_name().expect("a name"))).expect("copied");
    }
    tx.commit().expect("committed");
    assert!(!store.is_new() && !journal.exists());
    let cut_off = folder.path().join("firstbell.db");
    for look in [Store::open_read_only(&cut_off), Store::open(&cut_off)] {
        let look = look.expect("opened");
        assert!(look.load_books(year()).expect("loaded").students.is_empty());
        assert_eq!(look.school_years().expect("read"), []);
    }
    // The next commit of the store that went on goes ahead into a journal, and readers see the last one.
    let tx = store.begin().expect("a transaction");
    tx.set_meta("half", "done").expect("set");
    let look = Store::open_read_only(&path).expect("never waits");
    same(&look.load_books(year()).expect("loaded"), &books(900));
}

#[test]
fn a_round_that_was_cut_off_is_as_if_it_had_never_begun() {
    let (_folder, path) = home();
    let store = Store::open(&path).expect("opened");
    save(&store, &books(3));
    // With so little memory the round's pages reach the journal before it is done.
    store.db.execute_batch("PRAGMA cache_size = 10").expect("set");
    let journal = path.with_file_name("firstbell.db-wal");
    // The first commit left none.
    let before = fs::metadata(&journal).map_or(0, |journal| journal.len());
    let tx = store.begin().expect("a transaction");
    tx.save_books(&books(900), &Changed::everything(&books(900)))
        .expect("saved");
    assert!(fs::metadata(&journal).expect("a journal").len() > before);
    // What a power cut leaves: the file and its journal, as they are in the middle of a round.
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["firstbell.db", "firstbell.db-wal"] {
        fs::copy(path.with_file_name(name), folder.path().join(name)).expect("copied");
    }
    drop(tx);
    let after = Store::open(folder.path().join("firstbell.db")).expect("opened");
    same(&after.load_books(year()).expect("loaded"), &books(3));
}
