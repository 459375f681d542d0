//! School weeks as a string that a registrar can read: `PPPPP PAPAP`.

/// One weekday of a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// Present.
    Present,
    /// Unexcused.
    Unexcused,
    /// Excused.
    Excused,
    /// Absent, not yet verified.
    Unverified,
    /// Tardy.
    Tardy,
    /// Suspended out of school.
    Suspended,
    /// Half a day unexcused.
    Half,
    /// No school.
    Off,
}

/// Longest drawing: a school year of weekdays and a little more.
const MOST_DAYS: usize = 260;

/// Reads a drawing: one letter per weekday, `*n` repeats the letter before it, spaces are free.
///
/// # Errors
/// What is no letter, in words.
pub fn draw(text: &str) -> Result<Vec<Drawn>, String> {
    let mut days: Vec<Drawn> = Vec::new();
    let mut chars = text.chars().filter(|c| !c.is_whitespace()).peekable();
    while let Some(letter) = chars.next() {
        if letter == '*' {
            let mut digits = String::new();
            while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            let last = days
                .pop()
                .ok_or("`*` repeats the letter before it, and there is none".to_owned())?;
            let count = digits
                .parse::<usize>()
                .ok()
                .filter(|count| (1..=MOST_DAYS).contains(count));
            let count = count.ok_or(format!("`*{digits}` repeats 1 to {MOST_DAYS} times"))?;
            days.extend(std::iter::repeat_n(last, count));
        } else {
            days.push(day(letter)?);
        }
    }
    if days.len() > MOST_DAYS {
        return Err(format!("a drawing has at most {MOST_DAYS} weekdays"));
    }
    Ok(days)
}

fn day(letter: char) -> Result<Drawn, String> {
    Ok(match letter {
        'P' => Drawn::Present,
        'A' => Drawn::Unexcused,
        'E' => Drawn::Excused,
        'U' => Drawn::Unverified,
        'T' => Drawn::Tardy,
        'S' => Drawn::Suspended,
        'h' => Drawn::Half,
        '.' => Drawn::Off,
        other => {
            return Err(format!(
                "`{other}` is no letter of a drawing: they are P A E U T S h . and *n"
            ));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{Drawn, draw};

    #[test]
    fn letters_repeat_and_spaces_are_free() {
        let days = draw("PPP A*2 h.").unwrap();
        assert_eq!(days.len(), 7);
        assert_eq!(days[3..], [Drawn::Unexcused, Drawn::Unexcused, Drawn::Half, Drawn::Off]);
        assert!(draw("*3").is_err() && draw("P*0").is_err() && draw("x").is_err() && draw("P*9999").is_err());
    }
}
