//! What people bring from spreadsheets and other languages is answered with how a rule writes it, underlined where it stands.

use super::{measuring, refused};

#[test]
fn what_comes_from_other_languages_is_answered_in_plain_words() {
    for (body, part, words) in [
        (
            "student.streak > 3 and student.marks > 2",
            "and",
            "write `&&` for `and`",
        ),
        ("student.streak > 3 OR student.marks > 2", "OR", "write `||` for `or`"),
        (
            "if not student.entered_late { 1 } else { 2 }",
            "not",
            "write `!` for `not`",
        ),
        ("if student.streak => 3 { 1 } else { 2 }", "=", "write `>=`"),
        ("if student.streak =< 3 { 1 } else { 2 }", "=", "write `<=`"),
        ("if student.streak = 3 { 1 } else { 2 }", "=", "write `==` to compare"),
        ("if student.streak <> 3 { 1 } else { 2 }", "<", "write `!=` for `<>`"),
        ("if student.streak === 3 { 1 } else { 2 }", "=", "write `==`"),
        ("if student.streak > 3 then 1 else 2", "then", "no `then`"),
        (
            "if student.streak > 3 { 1 } elif student.marks > 2 { 2 } else { 3 }",
            "elif",
            "write `else if`",
        ),
        ("if student.streak > 3: return 1", ":", "`{ … }` around it"),
        ("if student.streak > 3 { 1 } else 2", "2", "`if … { … } else { … }`"),
        ("if student.average == None { 1 } else { 2 }", "None", "student.has"),
        ("if student.average == null { 1 } else { 2 }", "null", "student.has"),
        (
            "if student.entered_late == True { 1 } else { 2 }",
            "True",
            "write `true`",
        ),
        ("if student.absence_percent > 10% { 1 } else { 2 }", "%", "write `10`"),
        ("student.streak > 3 ? 1 : 2", "?", "for `? :`"),
        ("let n = 0; n++; n", "+", "`+= 1`"),
        ("student.absences * 1,5", "1", "write `1.5` with a point"),
        ("student.absences * 10 000", "10", "write `10000`"),
        ("var n = 3; n", "var", "write `let`"),
        ("student->streak", "-", "write `.`"),
        ("let n := 3; n", ":", "write `=`"),
        (
            "if student.school == '1044' { 1 } else { 2 }",
            "'1044'",
            "write `\"1044\"`",
        ),
        ("IF(student.streak > 3, 1, 2)", "IF", "`if … { … } else { … }`"),
        ("COUNTIF(student)", "COUNTIF", "added up already"),
        ("ABS(student.drop)", "ABS", "small letters"),
        ("if student.streak is 3 { 1 } else { 2 }", "is", "write `==` for `is`"),
        (
            "if student.streak > 3 { 1 else { 2 }",
            "else",
            "add the `}` that is missing",
        ),
        ("match student.grade { 9 => 1, _ => 2 }", "match", "write `switch`"),
        ("student.streak \u{2265} 3", "\u{2265}", "type it as two signs: >="),
        ("let x = 3; let x = 4; x", "x", "leave out `let`"),
        ("#{ a: 1, a: 2 }; 3", "a", "keep one of them"),
        ("\"no end; 3", "\"no end; 3 }", "close it with the same quote"),
    ] {
        let problem = refused(measuring(body));
        assert!(problem.to_string().contains(words), "{body}: {problem}");
        let carets = problem.excerpt.lines().nth(1).unwrap_or_default();
        let line = problem.excerpt.lines().next().unwrap_or_default();
        let under: String = line
            .chars()
            .zip(carets.chars())
            .filter(|(_, caret)| *caret == '^')
            .map(|(sign, _)| sign)
            .collect();
        assert_eq!(under, part, "{body}: {problem}");
    }
}

#[test]
fn a_brace_that_is_never_closed_is_named_where_it_was_opened() {
    let file = super::rule(
        "rules/course/probe.rhai",
        "area: \"course\", status: \"shadow\", levels: #{ concern: 10 }",
        "fn measure(student, p) {\n    if student.streak > 3 {\n        1\n    }\n",
    );
    let problem = refused(file);
    assert_eq!(problem.place.line, Some(2), "{problem}");
    assert!(problem.message.contains("never closed"), "{problem}");
}

#[test]
fn words_of_other_languages_are_free_as_names_of_ones_own() {
    for body in [
        "let end = 11; end",
        "let pass = 11; let sub = 0; pass + sub",
        "let m = #{ and: 11 }; m.and",
        "student.average.or(11)",
    ] {
        let numbers = super::known(&[]);
        assert_eq!(super::verdict(body, &numbers).value(), Some(11.0), "{body}");
    }
}
