use std::fs;

use super::*;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn made(folder: &tempfile::TempDir) -> Home {
    let files = [
        ("rules/attendance/chronic_absence.rhai", "fn measure() {}"),
        ("rules/lib/days.rhai", ""),
    ];
    Home::init(folder.path().join("home"), "[district]\n", files).expect("a home")
}

#[test]
fn a_home_that_is_not_there_is_refused_with_what_to_do() {
    let folder = folder();
    let missing = Home::open(folder.path().join("nowhere")).expect_err("nothing is there");
    assert_eq!(missing.code, "home-missing");
    assert!(missing.remedy.contains("firstbell init"), "{missing}");
    let empty = Home::open(folder.path()).expect_err("no configuration");
    assert_eq!(empty.code, "home-empty");
    assert!(empty.remedy.contains("firstbell init"), "{empty}");
}

#[test]
fn init_makes_what_open_finds() {
    let folder = folder();
    let home = made(&folder);
    let opened = Home::open(home.root()).expect("a home");
    assert_eq!(opened.config_text().expect("read"), "[district]\n");
    let (rules, problems) = opened.rule_files();
    let paths: Vec<&str> = rules.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "rules/attendance/chronic_absence.rhai",
            "rules/district.toml",
            "rules/lib/days.rhai"
        ]
    );
    assert_eq!(rules[0].1, "fn measure() {}");
    assert!(problems.is_empty() && opened.plugin_files().0.is_empty());
    for folder in [
        opened.inbox("inbox"),
        opened.archive(),
        opened.held(),
        opened.outgoing(),
        opened.letters(),
    ] {
        assert!(folder.is_dir(), "{folder:?}");
    }
    assert_eq!(opened.inbox("/srv/exports"), PathBuf::from("/srv/exports"));
    let store = crate::store::Store::open(opened.store()).expect("a store");
    drop(store);
    assert_eq!(opened.shown(&opened.store()), "var/firstbell.db");
}

#[test]
fn the_district_file_that_init_writes_is_toml_that_changes_nothing() {
    let folder = folder();
    let text = fs::read_to_string(made(&folder).rules().join("district.toml")).expect("read");
    assert!(text.parse::<toml::Table>().expect("toml").is_empty());
}

#[test]
fn init_never_writes_over_a_home() {
    let folder = folder();
    let home = made(&folder);
    let again = Home::init(home.root(), "other", []).expect_err("a home is there");
    assert_eq!(again.code, "home-exists");
    assert_eq!(home.config_text().expect("read"), "[district]\n");
    let file = folder.path().join("a_file");
    fs::write(&file, "x").expect("written");
    assert_eq!(Home::init(&file, "", []).expect_err("a file").code, "home-is-file");
    let outside = Home::init(folder.path().join("other"), "", [("../escaped", "x")]).expect_err("outside");
    assert_eq!(outside.code, "home-outside");
    assert!(!folder.path().join("escaped").exists());
}

#[test]
fn the_configuration_is_written_whole() {
    let folder = folder();
    let home = made(&folder);
    home.write_config("[mail]\n").expect("written");
    assert_eq!(home.config_text().expect("read"), "[mail]\n");
    assert!(!home.root().join("firstbell.toml.new").exists());
}

#[test]
fn a_second_lock_is_refused_by_name_and_the_first_frees_it() {
    let folder = folder();
    let home = made(&folder);
    let guard = home.lock().expect("free");
    let problem = home.lock().expect_err("held");
    assert_eq!(problem.code, "home-locked");
    assert_eq!(
        problem.message,
        format!("process {} is at work in this home", std::process::id())
    );
    drop(guard);
    drop(home.lock().expect("free again"));
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_goes_on() {
    let folder = folder();
    let home = made(&folder);
    fs::write(home.rules().join("odd.rhai"), b"fn a() {}\nfn b\xff() {}\n").expect("written");
    fs::write(home.rules().join("huge.rhai"), vec![b' '; (1 << 20) + 1]).expect("written");
    fs::write(home.rules().join(".hidden.rhai"), "x").expect("written");
    fs::write(home.rules().join("notes.md"), "x").expect("written");
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", home.rules().join("link.rhai")).expect("linked");
    let (rules, problems) = home.rule_files();
    assert_eq!(rules.len(), 3);
    let mut codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
    codes.sort_unstable();
    if cfg!(unix) {
        assert_eq!(codes, ["home-link", "home-not-utf8", "home-too-large"]);
    }
    let odd = problems
        .iter()
        .find(|problem| problem.code == "home-not-utf8")
        .expect("named");
    assert_eq!(
        (odd.place.to_string(), odd.weight),
        ("rules/odd.rhai:2".to_owned(), Weight::Waits)
    );
}

#[cfg(unix)]
#[test]
fn a_home_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let home = made(&folder);
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    for folder in [
        home.root(),
        &home.var(),
        &home.rules(),
        &home.archive(),
        &home.inbox("inbox"),
    ] {
        assert_eq!(mode(folder), 0o700, "{folder:?}");
    }
    assert_eq!(mode(&home.config_path()), 0o600);
    assert_eq!(mode(&home.rules().join("lib/days.rhai")), 0o600);
    let _guard = home.lock().expect("free");
    assert_eq!(mode(&home.var().join("lock")), 0o600);
    assert!(home.open_to_others().is_empty());
    fs::set_permissions(home.var(), fs::Permissions::from_mode(0o755)).expect("set");
    assert_eq!(home.open_to_others()[0].code, "home-open");
}

#[cfg(unix)]
#[test]
fn a_secret_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let home = made(&folder);
    let path = home.root().join("smtp.password");
    fs::write(&path, "hunter2\n").expect("written");
    let code = |home: &Home| home.secret("smtp.password").map_err(|problem| problem.code);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("set");
    assert_eq!(code(&home), Err("home-secret-open".to_owned()));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
    assert_eq!(code(&home), Ok("hunter2".to_owned()));
    fs::write(&path, "\n").expect("written");
    assert_eq!(code(&home), Err("home-secret-empty".to_owned()));
    assert_eq!(home.secret("nothing").expect_err("not there").code, "home-file");
}

#[test]
fn a_share_is_told_from_a_disk() {
    let mounts = "overlay / overlay rw 0 0\nfiler:/x /srv/shared\\040files nfs4 rw 0 0\n/dev/sda1 /srv/shared\\040files/local ext4 rw 0 0\n";
    let kind = |path: &str| network::network(mounts, Path::new(path));
    assert_eq!(kind("/srv/shared files/home/var"), Some("nfs4"));
    assert_eq!(kind("/srv/shared files/local/home/var"), None);
    assert_eq!(kind("/srv/shared filesystem/var"), None);
    assert_eq!(kind("/home"), None);
}
