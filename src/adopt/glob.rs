//! The name under which tomorrow's export is found.

/// The glob under which tonight's file and tomorrow's are found: digits of a date give way to `*`.
pub fn glob(name: &str) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let mut glob = String::new();
    for part in stem.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let digits = part.trim_end_matches(|c: char| !c.is_ascii_digit());
        let rest = &part[digits.len()..];
        if !digits.is_empty() && !glob.ends_with('*') {
            glob.push('*');
        }
        // Between the digits of a date stand signs that are part of it.
        if glob.ends_with('*') && matches!(rest, "-" | "_" | "." | "T" | ":") && !digits.is_empty() {
            continue;
        }
        glob.push_str(rest);
    }
    if !glob.ends_with('*') {
        glob.push('*');
    }
    if glob.chars().filter(|c| c.is_alphabetic()).count() < 2 {
        return name.to_owned();
    }
    if ending.is_empty() {
        glob
    } else {
        format!("{glob}.{ending}")
    }
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn tomorrows_file_bears_tomorrows_date() {
        assert_eq!(glob("attendance_2026-11-20.csv"), "attendance_*.csv");
        assert_eq!(glob("ATT20261120.txt"), "ATT*.txt");
        assert_eq!(glob("students.csv"), "students*.csv");
        assert_eq!(glob("20261120.csv"), "20261120.csv");
        assert_eq!(glob("stu1.txt"), "stu*.txt");
    }
}
