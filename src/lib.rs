//! firstbell, an early-warning system that a school district runs on its own server.
//!
//! Every night it reads the attendance, grade and behavior files that the student information system exports, works out each
//! student's indicators, asks the district's own rules what they mean, and writes to the one person who should know, only when
//! something changed.
//!
//! # The story of a round
//!
//! A [`round`] is the whole program. Its inputs are the files, the store and today's date; it derives everything again from them and
//! commits once. A second round over the same inputs changes nothing.
//!
//! ```text
//!  inbox ─▶ records ─▶ gates ─▶ timeline ─▶ indicators ─▶ rules ─▶ crossings ─▶ routing ─▶ outbox ─▶ mail
//!   edge     pure      pure       pure         pure         pure      pure         pure      pure      edge
//!                                  └─────────── store (one transaction per round) ──────────┘
//! ```
//!
//! 1. The [`inbox`] lists the exports that lie there, claims them for the round, and opens them; what was accepted it archives.
//! 2. [`records`] read each through its adapter (from [`plugins`]): typed rows, and tallies of what was not understood.
//! 3. [`gates`] compare each file with the last one that was believed: it is believed, or held, or one school's part of it is.
//! 4. [`timeline`] lays them into the year's [`facts`], newer exports over older, and reads one student's days, terms and marks.
//! 5. [`indicators`] make numbers of them, or say that a number is missing.
//! 6. [`rules`] turn numbers into a verdict, in the sandbox of [`script`].
//! 7. [`crossings`] turn the standing and tonight's verdict into the new standing, with one named reason.
//! 8. [`routing`] finds the person whose news it is.
//! 9. The [`outbox`] puts a morning's news into letters of keys and numbers.
//! 10. The [`store`] commits facts, standings and letters together.
//! 11. [`mail`] makes a letter's bytes, with names, and hands them over.
//!
//! # The map
//!
//! | room | what it is for |
//! |---|---|
//! | [`school`] | words that all share: days, years, grades, levels, what codes and marks mean |
//! | [`facts`] | the shapes that a year's facts are kept in, compact and without names |
//! | [`script`] | the sandboxed rhai engine, its limits, missing values |
//! | [`monitor`] | tallies and problems on their way out of the core |
//! | [`inbox`] | the drop folder, files claimed for a round, the archive |
//! | [`records`] | rows as typed facts, through an adapter |
//! | [`gates`] | tonight's file against the last one: believe, hold it, hold one school's part |
//! | [`timeline`] | one student's year so far |
//! | [`indicators`] | numbers about one student on one day, one file each |
//! | [`rules`] | card, vocabulary, checks, trial, verdict |
//! | [`crossings`] | what changed, and why |
//! | [`routing`] | who hears, and why that person |
//! | [`outbox`] | letters as keys, and the states of their delivery |
//! | [`mail`] | letters as bytes, and their last metre |
//! | [`directory`] | who is who: records write it, mail and the commands read it |
//! | [`store`] | the embedded database |
//! | [`plugins`] | finding, checking and reading what lies in `plugins/` |
//! | [`config`] | what the district wrote, and what it means |
//! | [`adopt`] | guessing what an export is that nobody has described yet |
//! | [`home`] | the district's folder on disk, and its lock |
//! | [`clock`] | the only caller of now |
//! | [`fetch`] | what lies far apart in memory, fetched several at a time |
//! | [`hands`] | how many threads a piece of work is worth |
//! | [`round`] | one round, top to bottom; nights looked at again |
//! | [`bell`] | when a round happens: files settled, the hour, asked; shutdown |
//! | [`embedded`] | rules and plugins that the binary carries |
//! | [`demo`] | the made-up district |
//! | [`cli`] | one file per command |
//!
//! A stage uses `school`, `facts`, `script`, `monitor` and the stages before it in the drawing; never `store`, `clock`, `config` or
//! `cli`. Only `round`, `bell` and `cli` see everything. Each room's own page says what comes in, what goes out, and what never happens
//! there.
//!
//! # Glossary
//!
//! - **gate**: a check that holds a file, or one school's part of it, until a person or a better file says otherwise.
//! - **export**: a file from the student information system; **adapter**: the plugin that reads one system's exports; **feed**: which
//!   files fill which tables.
//! - **as-of day**: the latest school day that can be judged; **through day**: the day up to which one school's attendance is whole.
//! - **indicator**: a number about a student; **rule**: what the district makes of it; **measure**: the number that a rule watches.
//! - **level**: `watch`, `concern`, `urgent`; **verdict**: a level, `clear`, `not_applicable` with why, `unknown` with what is missing,
//!   or `held` with the feed.
//! - **standing**: what is held to be true of a student under a rule this school year; **episode**: from the first level to cleared.
//! - **told**: the highest level of this episode that the owner was written; **news**: a level above told.
//! - **owner**: the person whose news a student's is; **caseload**: who is whose by the district's own list.
//! - **baseline**: the first night of a rule at a school, which makes starting lists and no news; **hold**: a reason not to write yet.
//!   A **storm** is much of a school flagged at once; a **silence** is asked for by a person.
//! - **letter**, **digest**, **starting list**, **operator's report**: what is written, and to whom.
//!
//! # Invariants
//!
//! - The line never fails: it returns values and [`monitor::Problem`]s. A bad row, rule, plugin or letter affects itself alone.
//! - From `timeline` to `outbox` nothing holds a student's name. No problem, tally or log line ever does.
//! - A standing, what was told, and the letter commit together or not at all.
//! - Missing data is never "no risk". A held file neither raises nor clears anybody.
//! - Time is an argument. Files are opened at the edges.
//! - No district is special: what differs from district to district is data.
//!
//! `tests/house.rs` holds what of this a test can hold.

pub mod adopt;
pub mod bell;
pub mod cli;
pub mod clock;
pub mod config;
pub mod crossings;
pub mod demo;
pub mod directory;
pub mod embedded;
pub mod facts;
pub mod fetch;
pub mod gates;
pub mod hands;
pub mod home;
pub mod inbox;
pub mod indicators;
pub mod mail;
pub mod monitor;
pub mod outbox;
pub mod plugins;
pub mod records;
pub mod round;
pub mod routing;
pub mod rules;
pub mod school;
pub mod script;
pub mod store;
pub mod timeline;
