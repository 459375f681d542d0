//! Programs that misbehave, each a real process: nothing of their export counts, the reason has a name, and nothing is left running.

use std::fs;
use std::io::Cursor;
use std::path::Path;

mod tellers;

use super::Channel;
use crate::mail::Carrier as _;
use crate::outbox::Outcome;
use crate::plugins::{Plugins, Standing, Switch, Switches, digest, read};
use crate::records::{Context, Covers, Feed, Intake};
use crate::school::{Day, Meaning, SchoolYear, Table};

const HELLO: &str = "read hello; echo '{\"firstbell\": 1, \"needs\": [\"export\"]}'; read about\n";

/// A home with one program, enabled as it lies there.
fn home(folder: &Path, kind: &str, script: &str, exec: &str) -> Plugins {
    let (provides, reads) = match kind {
        "source" => ("provides = [\"schools\"]", "[\"export\"]"),
        "indicator" => (
            "provides = [\"lakeside\"]",
            "[\"average\", \"absences(last(20))\", \"in_program(\\\"iep\\\")\"]",
        ),
        _ => ("", "[\"id\", \"subject\"]"),
    };
    let manifest = format!(
        "id = \"p\"\nkind = \"{kind}\"\napi = 1\nruntime = \"exec\"\n{provides}\nreads = {reads}\n[exec]\ncommand = [\"sh\", \"run.sh\"]\n{exec}\n"
    );
    let own = folder.join("plugins/p");
    fs::create_dir_all(&own).expect("a folder");
    fs::write(own.join("plugin.toml"), &manifest).expect("a file");
    fs::write(own.join("run.sh"), script).expect("a file");
    let mut switches = Switches::default();
    let digest = digest(&own).expect("a digest");
    switches.0.insert("p".to_owned(), Switch::On(Some(digest)));
    let files = [
        ("plugins/p/plugin.toml".to_owned(), manifest),
        ("plugins/enabled.toml".to_owned(), switches.to_text()),
    ];
    let plugins = read(&files.into_iter().collect(), Some(folder));
    assert_eq!(plugins.problems(), []);
    assert_eq!(plugins.get("p").expect("there").standing, Standing::AtWork);
    plugins
}

/// Lets a program read an export.
fn reads(script: &str, exec: &str, export: &[u8]) -> Intake {
    let folder = tempfile::tempdir().expect("a folder");
    reads_in(folder.path(), script, exec, export)
}

fn reads_in(folder: &Path, script: &str, exec: &str, export: &[u8]) -> Intake {
    let plugins = home(folder, "source", script, exec);
    let meaning = Meaning::default();
    let context = Context {
        year: SchoolYear {
            start: Day::from_ymd(2026, 8, 17).expect("a day"),
            end: Day::from_ymd(2027, 6, 11).expect("a day"),
        },
        meaning: &meaning,
        threads: 1,
    };
    let feed = Feed {
        tables: vec![Table::Schools],
        files: Vec::new(),
        adapter: "p".to_owned(),
        covers: Covers::Now,
        delimiter: None,
        encoding: None,
        set: None,
    };
    let translator = plugins.translator("p").expect("at work");
    translator.read(Box::new(Cursor::new(export.to_vec())), "schools.txt", &feed, &context)
}

/// The code by which a program's export is held.
fn held(script: &str, exec: &str) -> (String, String) {
    let intake = reads(script, exec, b"1 North\n2 South\n");
    assert!(
        !intake.usable && intake.rows == 0 && intake.school_rows.is_empty(),
        "nothing of it counts"
    );
    let problem = &intake.problems[0];
    assert_eq!(problem.place.file.as_deref(), Some("schools.txt"));
    assert!(problem.remedy.ends_with("until then the file is held"), "{problem}");
    (problem.code.clone(), problem.message.clone())
}

#[test]
fn a_good_program_is_given_the_export_and_its_rows_count() {
    let script = format!(
        "{HELLO}n=0\nwhile read line; do\n case \"$line\" in\n *'\"end\"'*) break;;\n *North*) echo '{{\"row\": {{\"school_id\": 1, \"name\": \"No, \\\"rth\\\"\"}}, \"line\": 1}}'; n=1;;\n \
         *) echo '{{\"problem\": \"secret\", \"line\": 2}}';;\n esac\ndone\necho '{{\"done\": true, \"rows\": 1}}'\n"
    );
    let intake = reads(&script, "", b"1 North\n2 South\n");
    assert!(intake.usable, "{:?}", intake.problems);
    assert_eq!((intake.rows, intake.rejected, intake.school_rows.len()), (2, 1, 1));
    assert_eq!(intake.school_rows[0].name, "No, \"rth\"");
    assert_eq!(intake.digest, blake3::hash(b"1 North\n2 South\n").to_hex().to_string());
    let told: String = intake.problems.iter().map(ToString::to_string).collect();
    assert!(told.contains("schools.txt:2: the plugin `p` failed on 1 row"), "{told}");
    assert!(!told.contains("secret"), "a program's words may quote a row");
}

#[test]
fn a_program_that_hangs_is_ended_with_all_that_it_started() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = format!("{HELLO}sleep 600 &\necho $! > \"$HOME/child\"\nsleep 600\n");
    let intake = reads_in(folder.path(), &script, "deadline_seconds = 1", b"x\n");
    assert!(!intake.usable);
    assert_eq!(intake.problems[0].code, "plugin-silent");
    assert!(
        intake.problems[0]
            .message
            .contains("did not answer within 1 s and was ended")
    );
    let child = fs::read_to_string(folder.path().join("var/plugins/p/child")).expect("it began");
    // A process that was ended may take a moment to be gone: it is nobody's child but init's.
    let gone = || {
        let stat = fs::read_to_string(format!("/proc/{}/stat", child.trim())).unwrap_or_default();
        stat.is_empty() || stat.contains(") Z ")
    };
    for _ in 0..1_000 {
        if gone() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("what it started still runs");
}

#[test]
fn a_program_that_says_no_hello_is_ended() {
    let (code, message) = held("sleep 600\n", "hello_seconds = 1");
    assert_eq!(code, "plugin-silent");
    assert!(message.contains("within 1 s"), "{message}");
}

#[test]
fn a_program_that_floods_is_ended() {
    let endless = format!(
        "{HELLO}while :; do printf 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'; done\n"
    );
    let (code, message) = held(&endless, "");
    assert_eq!(code, "plugin-flood");
    assert!(message.contains("a line of more than 1048576 bytes"), "{message}");
    let rows = format!("{HELLO}while :; do echo '{{\"row\": {{\"school_id\": \"1\", \"name\": \"North\"}}}}'; done\n");
    let (code, message) = held(&rows, "output_mb = 1");
    assert_eq!(code, "plugin-flood");
    assert!(message.contains("answered more than 1 MB"), "{message}");
}

#[test]
fn a_program_that_answers_nonsense_is_ended() {
    let says = |answer: &str| held(&format!("{HELLO}cat > /dev/null\necho '{answer}'\n"), "");
    for (answer, why) in [
        ("hello there", "no JSON object"),
        ("[1]", "no JSON object"),
        ("{\"rows\": 1}", "neither `row`, `problem`, `dropped` nor `done`"),
        ("{\"row\": 7}", "a `row` is no object"),
        (
            "{\"row\": {\"nmae\": \"x\"}}",
            "no canonical column `nmae`: did you mean `name`",
        ),
        ("{\"row\": {\"name\": [1]}}", "neither text nor a number"),
        (
            "{\"done\": true, \"rows\": 3}",
            "it says that it gave 3 rows and gave 0",
        ),
        ("{\"done\": true}", "how many `rows`"),
    ] {
        let (code, message) = says(answer);
        assert_eq!(code, "plugin-nonsense", "{answer}");
        assert!(message.contains(why), "{answer}: {message}");
    }
    let (code, message) = held(
        &format!("{HELLO}cat > /dev/null\necho '{{\"done\": 1, \"rows\": 0}}'; echo '{{}}'\n"),
        "",
    );
    assert_eq!(
        (code.as_str(), message.contains("goes on after `done`")),
        ("plugin-nonsense", true),
        "{message}"
    );
    let (code, _) = held("read hello; echo no\n", "");
    assert_eq!(code, "plugin-nonsense");
}

#[test]
fn a_program_that_ends_badly_or_too_soon_is_told_by_how_it_ended() {
    let (code, message) = held(&format!("{HELLO}exit 1\n"), "");
    assert_eq!(
        (code.as_str(), message.contains("ended with exit code 1")),
        ("plugin-ended", true),
        "{message}"
    );
    let row = "echo '{\"row\": {\"school_id\": \"1\", \"name\": \"North\"}, \"line\": 1}'";
    let (code, message) = held(&format!("{HELLO}{row}\nkill -9 $$\n"), "");
    assert_eq!(
        (code.as_str(), message.contains("a signal")),
        ("plugin-ended", true),
        "{message}"
    );
    let (code, message) = held(&format!("{HELLO}cat > /dev/null\n{row}\n"), "");
    assert_eq!(
        (code.as_str(), message.contains("before it was done")),
        ("plugin-ended", true),
        "{message}"
    );
    let (code, message) = held(
        &format!("{HELLO}cat > /dev/null\n{row}\necho '{{\"done\": 1, \"rows\": 1}}'\nexit 3\n"),
        "",
    );
    assert_eq!(
        (code.as_str(), message.contains("exit code 3")),
        ("plugin-ended", true),
        "{message}"
    );
}

#[test]
fn a_program_of_another_version_or_that_wants_more_is_refused() {
    let (code, message) = held("read hello; echo '{\"firstbell\": 2}'; sleep 600\n", "");
    assert_eq!(
        (code.as_str(), message.contains("speaks version 2")),
        ("plugin-version", true),
        "{message}"
    );
    let (code, message) = held(
        "read hello; echo '{\"firstbell\": 1, \"needs\": [\"export\", \"year\"]}'; sleep 600\n",
        "",
    );
    assert_eq!(
        (code.as_str(), message.contains("asks for `year`")),
        ("plugin-asks-too-much", true),
        "{message}"
    );
}

#[test]
fn a_program_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let plugins = home(folder.path(), "source", "", "hello_seconds = 2");
    let own = folder.path().join("plugins/p");
    let manifest = fs::read_to_string(own.join("plugin.toml"))
        .expect("there")
        .replace("\"sh\"", "\"no-such-program\"");
    drop(plugins);
    let files = [("plugins/p/plugin.toml".to_owned(), manifest)];
    let plugins = read(&files.into_iter().collect(), Some(folder.path()));
    let found = crate::plugins::doctor(&plugins, Some("p"));
    assert!(
        found
            .iter()
            .any(|finding| finding.amiss && finding.what == "there is no program `no-such-program`"),
        "{found:?}"
    );
}

#[test]
fn a_program_sees_a_cleared_environment_its_own_folder_and_its_limits() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = format!(
        "{HELLO}{{ env | cut -d= -f1 | sort | tr '\\n' ' '; pwd; ulimit -c; ulimit -n; }} > \"$HOME/seen\"\nexit 1\n"
    );
    reads_in(folder.path(), &script, "env = { LAKESIDE = \"1\" }", b"x\n");
    let seen = fs::read_to_string(folder.path().join("var/plugins/p/seen")).expect("it wrote");
    let mut lines = seen.lines();
    let first = lines.next().expect("a line");
    let names: Vec<&str> = first
        .split(' ')
        .filter(|name| !["PWD", "_", "SHLVL", "OLDPWD"].contains(name))
        .collect();
    let pwd = fs::canonicalize(folder.path().join("plugins/p")).expect("there");
    assert_eq!(
        names,
        [
            "HOME",
            "LAKESIDE",
            "LANG",
            "LC_ALL",
            "PATH",
            "PYTHONDONTWRITEBYTECODE",
            "PYTHONIOENCODING",
            "TMPDIR",
            pwd.to_str().expect("text")
        ]
    );
    assert_eq!(lines.collect::<Vec<_>>(), ["0", "256"]);
}

#[test]
fn what_it_said_on_its_error_stream_is_kept_for_the_doctor() {
    let folder = tempfile::tempdir().expect("a folder");
    reads_in(
        folder.path(),
        &format!("{HELLO}echo 'cannot find the layout' >&2\nexit 1\n"),
        "",
        b"x\n",
    );
    let plugins = read(&std::collections::BTreeMap::new(), Some(folder.path()));
    let kept = fs::read_to_string(plugins.tail_of("p")).expect("kept");
    assert_eq!(kept, "cannot find the layout\n");
}

#[test]
fn a_file_larger_than_any_pipe_streams_both_ways_at_once() {
    // The program answers every line before it reads the next: whoever waited for the end of either side would wait for ever.
    let script = format!(
        "{HELLO}exec awk '/\"end\"/ {{ exit }} {{ n++; print \"{{\\\"row\\\": {{\\\"school_id\\\": \\\"\" n \"\\\", \\\"name\\\": \\\"S\\\"}}, \\\"line\\\": \" n \"}}\"; fflush() }} \
         END {{ print \"{{\\\"done\\\": true, \\\"rows\\\": \" n \"}}\" }}'\n"
    );
    let export = "a line that is a little longer than the others were\n".repeat(20_000);
    let intake = reads(&script, "", export.as_bytes());
    assert!(intake.usable, "{:?}", intake.problems);
    assert_eq!((intake.rows, intake.rejected), (20_000, 0));
}

#[test]
fn a_changed_program_is_set_aside_until_it_is_enabled_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let plugins = home(folder.path(), "source", "exit 0\n", "");
    let own = folder.path().join("plugins/p");
    fs::write(own.join("run.sh"), "exit 1\n").expect("ours");
    let files = [
        (
            "plugins/p/plugin.toml".to_owned(),
            fs::read_to_string(own.join("plugin.toml")).expect("there"),
        ),
        ("plugins/enabled.toml".to_owned(), plugins.switches().to_text()),
    ];
    let plugins = read(&files.into_iter().collect(), Some(folder.path()));
    assert_eq!(plugins.problems()[0].code, "plugin-changed");
    assert!(plugins.translator("p").is_none());
}

fn channel(script: &str, exec: &str, letters: usize) -> Vec<Outcome> {
    let folder = tempfile::tempdir().expect("a folder");
    let plugins = home(folder.path(), "channel", script, exec);
    let mut channel: Channel = plugins.channel("p").expect("a channel");
    let parts = |number: usize| {
        let given = [
            ("id", format!("<{number}@d.example>")),
            ("subject", "2 students".to_owned()),
            ("text", "SECRET".to_owned()),
        ];
        super::parts_of_case(&given.into_iter().map(|(part, text)| (part.to_owned(), text)).collect())
    };
    let outcomes = (0..letters).map(|number| channel.hand_over(&parts(number))).collect();
    channel.close();
    outcomes
}

#[test]
fn a_channel_takes_refuses_or_puts_off_letters_one_after_the_other() {
    let script = "read hello; echo '{\"firstbell\": 1}'\nread a; case \"$a\" in *SECRET*) exit 9;; esac; echo '{\"accepted\": \"T-1\"}'\n\
                  read b; echo '{\"refused\": \"no queue\"}'\nread c; echo '{\"later\": \"full\"}'\n";
    assert_eq!(
        channel(script, "", 3),
        [
            Outcome::Sent("taken by p: T-1".to_owned()),
            Outcome::Permanent("refused by p: no queue".to_owned()),
            Outcome::Temporary("put off by p: full".to_owned()),
        ]
    );
}

#[test]
fn a_letter_whose_channel_broke_after_it_had_it_may_have_arrived() {
    let after = "read hello; echo '{\"firstbell\": 1}'\nread letter; ";
    for (script, exec) in [
        (format!("{after}exit 1\n"), ""),
        (format!("{after}echo nonsense\n"), ""),
        (format!("{after}echo '{{}}'\n"), ""),
        (format!("{after}sleep 600\n"), "deadline_seconds = 1"),
    ] {
        let outcome = channel(&script, exec, 1).remove(0);
        assert!(matches!(outcome, Outcome::Unsure(_)), "{script}: {outcome:?}");
    }
    let before = channel("exit 1\n", "", 1).remove(0);
    assert!(
        matches!(before, Outcome::Unreached(_)),
        "no letter was begun: {before:?}"
    );
}

#[test]
fn a_channel_of_another_version_or_that_wants_more_is_given_no_letter_and_one_that_floods_is_ended() {
    for (script, why) in [
        ("read hello; echo '{\"firstbell\": 2}'; sleep 600\n", "speaks version 2"),
        (
            "read hello; echo '{\"firstbell\": 1, \"needs\": [\"html\"]}'; sleep 600\n",
            "asks for `html`",
        ),
        ("read hello; echo hello\n", "no JSON object"),
        ("sleep 600\n", "within 1 s"),
    ] {
        let outcome = channel(script, "hello_seconds = 1", 1).remove(0);
        assert!(
            matches!(&outcome, Outcome::Unreached(told) if told.contains(why)),
            "{script}: {outcome:?}"
        );
    }
    let flood = "read hello; echo '{\"firstbell\": 1}'\nread letter\nwhile :; do printf aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done\n";
    let outcome = channel(flood, "", 1).remove(0);
    assert!(
        matches!(&outcome, Outcome::Unsure(told) if told.contains("a line of more than")),
        "{outcome:?}"
    );
}

#[test]
fn a_program_that_does_not_listen_keeps_nobody_waiting_past_its_deadline() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = "read hello; echo '{\"firstbell\": 1}'\nsleep 600\n";
    let plugins = home(folder.path(), "channel", script, "deadline_seconds = 1");
    let mut channel = plugins.channel("p").expect("a channel");
    // More than a pipe holds.
    let given = [("id", "<1@d.example>".to_owned()), ("subject", "long ".repeat(200_000))];
    let parts = super::parts_of_case(&given.into_iter().map(|(part, text)| (part.to_owned(), text)).collect());
    let outcome = channel.hand_over(&parts);
    assert!(
        matches!(&outcome, Outcome::Unsure(why) if why.contains("within 1 s")),
        "{outcome:?}"
    );
    let intake = reads(
        &format!("{HELLO}sleep 600\n"),
        "deadline_seconds = 1",
        "a line\n".repeat(100_000).as_bytes(),
    );
    assert_eq!(
        (intake.usable, intake.problems[0].code.as_str()),
        (false, "plugin-silent")
    );
}
