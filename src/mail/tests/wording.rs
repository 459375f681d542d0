//! The district's own wording: file by file, never at the price of a letter.

use super::*;

fn with(files: &[(&str, &str)]) -> (Templates, Vec<String>) {
    let files: Vec<Wording> = files
        .iter()
        .map(|(name, text)| Wording::new(format!("letters/{name}"), *text))
        .collect();
    let (templates, problems) = Templates::with_replacements(&files);
    let told = problems
        .iter()
        .map(|problem| format!("{} {}", problem.code, problem.place))
        .collect();
    (templates, told)
}

fn text(templates: &Templates) -> String {
    let schools = |_: &str| "Cedar High".to_owned();
    compose(&nightly(), &people, &schools, &settings(), templates)
        .expect("a letter")
        .text
}

fn built_in() -> String {
    text(&Templates::built_in())
}

#[test]
fn one_file_can_be_replaced_and_the_others_stay() {
    let (templates, problems) = with(&[("_foot.txt.j2", "\nYours, {{ district }}\n")]);
    assert!(problems.is_empty(), "{problems:?}");
    assert!(text(&templates).ends_with("\nYours, Cedar Valley Schools\n"));
    assert!(text(&templates).starts_with("Hello Maria Lopez,\n"));
}

#[test]
fn every_built_in_file_is_its_own_good_replacement() {
    let files: Vec<Wording> = Templates::names()
        .map(|name| Wording::new(format!("letters/{name}"), Templates::text_of(name).expect("its text")))
        .collect();
    assert_eq!(
        files.len(),
        std::fs::read_dir("src/mail/templates")
            .expect("the folder")
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "j2"))
            .count()
    );
    let (templates, problems) = Templates::with_replacements(&files);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(text(&templates), built_in());
}

#[test]
fn a_broken_file_falls_back_and_says_so() {
    for (broken, place) in [
        ("one\n{% if urgent %}", "letters/nightly.txt.j2:2"),
        ("one\n\n{{ student_name }}", "letters/nightly.txt.j2:3"),
        ("{% include '/etc/passwd' %}", "letters/nightly.txt.j2:1"),
        ("{{ 1 / 0 }}", "letters/nightly.txt.j2:1"),
    ] {
        let (templates, problems) = with(&[("nightly.txt.j2", broken)]);
        assert_eq!(problems, [format!("letters-broken {place}")], "{broken}");
        assert_eq!(text(&templates), built_in(), "{broken}");
    }
}

#[test]
fn a_broken_file_does_not_take_a_good_one_with_it() {
    let (templates, problems) = with(&[("_foot.txt.j2", "\nYours\n"), ("_head.html.j2", "{{ nobody }}")]);
    assert_eq!(problems, ["letters-broken letters/_head.html.j2:1"]);
    assert!(text(&templates).ends_with("\nYours\n"));
}

#[test]
fn wording_that_lets_cells_through_as_markup_is_refused() {
    let (_, problems) = with(&[(
        "nightly.html.j2",
        "{% autoescape false %}{{ reader }}{% endautoescape %}",
    )]);
    assert_eq!(problems, ["letters-unescaped letters/nightly.html.j2"]);
    let (_, problems) = with(&[("nightly.html.j2", "{{ reader|safe }}")]);
    assert_eq!(problems, ["letters-broken letters/nightly.html.j2:1"]);
}

#[test]
fn of_two_files_the_later_counts_and_the_earlier_stands_in_for_it() {
    let of_plugin = |name: &str, text: &str| Wording::new(format!("plugins/ours/letters/{name}"), text);
    let own = |name: &str, text: &str| Wording::new(format!("letters/{name}"), text);
    let told = |files: &[Wording]| {
        let (templates, problems) = Templates::with_replacements(files);
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        (text(&templates), told.join("\n"))
    };
    let lower = of_plugin("_foot.txt.j2", "\nThe plugin\n");
    let (letter, problems) = told(&[lower.clone(), own("_foot.txt.j2", "\nThe home\n")]);
    assert!(letter.ends_with("\nThe home\n") && problems.is_empty(), "{problems}");
    let (letter, problems) = told(&[lower.clone(), own("_foot.txt.j2", "\n{{ nobody }}\n")]);
    assert!(letter.ends_with("\nThe plugin\n"), "{letter}");
    assert!(
        problems.starts_with("letters/_foot.txt.j2:2: the wording in `_foot.txt.j2` cannot be used")
            && problems.contains("`plugins/ours/letters/_foot.txt.j2` stands in its place"),
        "{problems}"
    );
    let (letter, problems) = told(&[
        of_plugin("_foot.txt.j2", "{% if %}"),
        own("_head.txt.j2", "Dear reader,\n"),
    ]);
    assert!(
        letter.starts_with("Dear reader,\n"),
        "a broken plugin takes nothing else with it: {letter}"
    );
    assert!(
        problems.starts_with("plugins/ours/letters/_foot.txt.j2:1: ")
            && problems.contains("the built-in wording stands in its place"),
        "{problems}"
    );
    let (letter, problems) = told(&[of_plugin("_foot.txt.j2", "{% if %}"), own("_foot.txt.j2", "{% for %}")]);
    assert_eq!(
        (
            letter,
            problems.lines().filter(|line| line.contains("letters-broken")).count()
        ),
        (built_in(), 2)
    );
}

#[test]
fn a_file_that_replaces_nothing_is_named() {
    let files = [
        Wording::new("letters/nightly.txt", ""),
        Wording::new("letters/notes.docx", ""),
    ];
    let (_, problems) = Templates::with_replacements(&files);
    assert_eq!(problems[0].remedy, "did you mean `nightly.txt.j2`");
    assert!(problems[1].remedy.starts_with("name it after a built-in file"));
    assert_eq!(problems[1].code, "letters-unknown-file");
}

#[test]
fn wording_that_fails_on_one_letter_only_leaves_that_letter_whole() {
    // No made-up letter has 30 students, so only a real one can show this fault.
    let (templates, problems) = with(&[("nightly.txt.j2", "{% if students == 30 %}{{ nobody }}{% endif %}fine")]);
    assert!(problems.is_empty(), "{problems:?}");
    let mut letter = nightly();
    letter.content.entries = (0..30)
        .map(|n| entry(&format!("{n}"), "Tardies", Level::Concern))
        .collect();
    let schools = |_: &str| String::new();
    let made = compose(&letter, &people, &schools, &settings(), &templates).expect("a letter");
    assert_eq!(made.problems[0].code, "letters-broken");
    assert!(made.text.contains("There is news of 30 of your students."));
}

#[test]
fn the_page_about_letters_names_every_word_and_every_file() {
    let page = std::fs::read_to_string("docs/letters.md").expect("the page");
    let words = page
        .split("### Words")
        .nth(1)
        .and_then(|rest| rest.split("\n## ").next())
        .expect("the table");
    let first_cell = |line: &str| {
        line.strip_prefix("| `")
            .and_then(|rest| Some(rest.split_once('`')?.0.to_owned()))
    };
    let mut told: Vec<String> = words.lines().filter_map(first_cell).collect();
    told.sort();
    let schools = |_: &str| String::new();
    let view = view::context(&nightly(), &people, &schools, &settings());
    let mut had: Vec<String> = view.try_iter().expect("a map").map(|key| key.to_string()).collect();
    had.sort();
    assert_eq!(told, had);
    for name in Templates::names() {
        let stem = name.split('.').next().expect("a stem");
        assert!(page.contains(&format!("`{stem}`")), "{stem}");
    }
}
