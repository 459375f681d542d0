//! Who is who: the one place where a student has a name. Records write it; only mail and cli read it.
//!
//! In: the students table. Out: a [`Person`] for a student id. Never: a log line.

use serde::{Deserialize, Serialize};

/// A student's names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The student's id.
    pub student_id: String,
    /// First name, as exported.
    pub first_name: String,
    /// Last name, as exported.
    pub last_name: String,
    /// Homeroom; empty where there is none.
    pub homeroom: String,
}
