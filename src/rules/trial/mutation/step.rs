//! The smallest step of a number as it is written: 1 for a whole one, one unit of the last digit for a fraction.

/// The number one step up and one step down, written as it was; `None` for what is no number.
pub(super) fn up_and_down(text: &str) -> Option<[String; 2]> {
    let plain = text.replace('_', "");
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(rest) => (-1, rest.trim_start()),
        None => (1, plain.as_str()),
    };
    if let Some(whole) = other_radix(digits) {
        return Some([1, -1].map(|step| (sign * whole + step).to_string()));
    }
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => digits.split_at(at),
        None => (digits, ""),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let scaled: i128 = format!("{whole}{fraction}").parse().ok()?;
    Some([1, -1].map(|step| written(sign * scaled + step, fraction.len()) + exponent))
}

fn other_radix(digits: &str) -> Option<i128> {
    [("0x", 16), ("0o", 8), ("0b", 2)]
        .into_iter()
        .find_map(|(prefix, radix)| {
            let digits = digits.to_ascii_lowercase();
            i128::from_str_radix(digits.strip_prefix(prefix)?, radix).ok()
        })
}

/// A number of units of its last digit, with so many decimals.
fn written(scaled: i128, decimals: usize) -> String {
    let sign = if scaled < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", scaled.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let point = if decimals == 0 { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::up_and_down;

    #[test]
    fn a_step_is_the_smallest_that_can_be_read() {
        for (text, up, down) in [
            ("10", "11", "9"),
            ("0", "1", "-1"),
            ("10.0", "10.1", "9.9"),
            ("0.05", "0.06", "0.04"),
            ("0.0", "0.1", "-0.1"),
            ("-1", "0", "-2"),
            ("-0.5", "-0.4", "-0.6"),
            ("9.99", "10.00", "9.98"),
            ("1_000", "1001", "999"),
            ("0x1F", "32", "30"),
            ("1.5e3", "1.6e3", "1.4e3"),
        ] {
            assert_eq!(up_and_down(text), Some([up.to_owned(), down.to_owned()]), "{text}");
        }
        assert_eq!(up_and_down("abc"), None);
    }
}
