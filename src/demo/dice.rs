//! Chance that anybody can throw again: a number for a student, a day and a question, always the same.

/// The dice of the demo district; another seed is another district.
#[derive(Clone, Copy)]
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// A number from 0 to one less than `sides` for a question about somebody on some day (splitmix64). It depends on
    /// nothing else, so that a later night tells the same of an earlier day.
    pub(super) fn throw(self, who: u32, when: i32, question: u64, sides: u32) -> u32 {
        let mut z = self
            .0
            .wrapping_add(u64::from(who).wrapping_mul(0x9E37_79B9_7F4A_7C15))
            .wrapping_add((when as u64).wrapping_mul(0xD1B5_4A32_D192_ED03))
            .wrapping_add(question.wrapping_mul(0x8CB9_2BA7_2F3D_8DD7));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % u64::from(sides)) as u32
    }
}
