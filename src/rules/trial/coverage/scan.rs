//! Where a script may be told to report that it came by: every statement, arm, nameless function, right side of `&&` and `||`, and
//! every `if` and `switch` that is passed by.
//!
//! The engine can tell nobody where it is (its debugger would slow down every night), so a copy of the script is made that
//! says so itself. The copy is the same text with calls put in where the grammar lets any statement stand.

use super::super::tokens::{after_parameters, after_value, sign};
use crate::script::{Piece, PieceKind, pieces_within};

/// The function that reports a statement.
pub(super) const HERE: &str = "firstbell_here";
/// Reports and is true: it changes nothing in front of the right side of `&&`.
pub(super) const HERE_TRUE: &str = "firstbell_here_true";
/// Reports and is false, for `||`.
pub(super) const HERE_FALSE: &str = "firstbell_here_false";

/// What a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Statement,
    Arm,
    Nameless,
    RightOfAnd,
    RightOfOr,
    PastIf,
    PastSwitch,
}

/// A place that a trial should come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) kind: Kind,
    /// Where it stands, in bytes.
    pub(super) at: usize,
}

/// A script's points, and the copy that reports them: the first point bears the number asked for.
pub(super) fn scan(source: &str, first: usize) -> (Vec<Point>, String) {
    let pieces = pieces_within(source);
    let mut scanner = Scanner {
        pieces: &pieces,
        first,
        frames: vec![Frame::new(FrameKind::Top)],
        points: Vec::new(),
        inserts: Vec::new(),
    };
    scanner.run();
    // Inserts of one place stay in the order in which they were made.
    let mut inserts = scanner.inserts;
    inserts.sort_by_key(|(at, _)| *at);
    let mut copy = String::with_capacity(source.len() * 2);
    let mut from = 0;
    for (at, text) in inserts {
        copy.push_str(&source[from..at]);
        copy.push_str(&text);
        from = at;
    }
    copy.push_str(&source[from..]);
    (scanner.points, copy)
}

/// What a `{` belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Header {
    If,
    Do,
    Switch,
    Other,
}

/// Where a `switch` is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arm {
    Pattern,
    Start,
    Block,
    Value,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum FrameKind {
    Top,
    /// Round or square brackets, a map, the code inside a text.
    Group,
    Block {
        header: Header,
        /// Where the word of the header stands.
        at: usize,
    },
    Switch {
        at: usize,
    },
}

/// One open bracket.
struct Frame {
    kind: FrameKind,
    /// The word that the next `{` in this bracket belongs to.
    pending: Option<(Header, usize)>,
    /// Bodies of nameless functions that were opened here and have to be closed.
    bodies: usize,
    /// Whether a statement begins next.
    start: bool,
    /// Whether the statement under way ends with its `}`.
    ends_itself: bool,
    arm: Arm,
    has_default: bool,
}

impl Frame {
    fn new(kind: FrameKind) -> Frame {
        Frame {
            kind,
            pending: None,
            bodies: 0,
            start: matches!(kind, FrameKind::Block { .. }),
            ends_itself: false,
            arm: Arm::Pattern,
            has_default: false,
        }
    }

    fn is_switch(&self) -> bool {
        matches!(self.kind, FrameKind::Switch { .. })
    }
}

struct Scanner<'p> {
    pieces: &'p [Piece<'p>],
    first: usize,
    frames: Vec<Frame>,
    points: Vec<Point>,
    inserts: Vec<(usize, String)>,
}

impl Scanner<'_> {
    fn run(&mut self) {
        let mut at = 0;
        while at < self.pieces.len() {
            let (sign, count) = sign(self.pieces, at);
            self.begin(at, sign);
            at = self.step(at, sign, count);
        }
    }

    /// The innermost bracket; the outermost is never taken away.
    fn top(&mut self) -> &mut Frame {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn inside_function(&self) -> bool {
        self.frames.len() > 1
            && self
                .frames
                .iter()
                .any(|frame| matches!(frame.kind, FrameKind::Block { .. }))
    }

    fn point(&mut self, kind: Kind, at: usize) -> usize {
        self.points.push(Point { kind, at });
        self.first + self.points.len() - 1
    }

    fn insert(&mut self, at: usize, text: String) {
        self.inserts.push((at, text));
    }

    fn start_of(&self, at: usize) -> usize {
        self.pieces[at].at
    }

    fn end_of(&self, at: usize) -> usize {
        self.pieces[at].at + self.pieces[at].text.len()
    }

    /// A statement or an arm that begins at a piece.
    fn begin(&mut self, at: usize, sign: &str) {
        let here = self.start_of(at);
        let ends_itself = matches!(sign, "if" | "while" | "loop" | "for" | "do" | "switch" | "{");
        let frame = self.top();
        if frame.is_switch() && frame.arm == Arm::Start {
            frame.arm = if sign == "{" { Arm::Block } else { Arm::Value };
            frame.ends_itself = ends_itself;
            if sign != "{" {
                let number = self.point(Kind::Arm, here);
                self.insert(here, format!("{{ {HERE}({number}); "));
            }
        } else if frame.start && !matches!(sign, "}" | ";") {
            frame.start = false;
            frame.pending = None;
            frame.ends_itself = ends_itself;
            let number = self.point(Kind::Statement, here);
            self.insert(here, format!("{HERE}({number}); "));
        }
    }

    /// One sign; gives the piece that follows.
    fn step(&mut self, at: usize, sign: &str, count: usize) -> usize {
        let next = at + count;
        match sign {
            "(" | "[" | "?[" | "${" | "#{" => self.frames.push(Frame::new(FrameKind::Group)),
            ")" | "]" => self.close_group(at),
            "{" => self.open(at),
            "}" => self.close(at),
            "," => self.comma(at),
            ";" => self.semicolon(at),
            "=>" if self.top().is_switch() && self.top().arm == Arm::Pattern => self.top().arm = Arm::Start,
            "&&" | "||" if after_value(self.pieces, at) => self.operator(at + count - 1, sign),
            "||" if self.inside_function() => self.nameless(next),
            "|" if self.inside_function() && !after_value(self.pieces, at) => {
                let body = after_parameters(self.pieces, at);
                self.nameless(body);
                return body;
            }
            word => self.word(at, word),
        }
        next
    }

    fn in_pattern(&mut self) -> bool {
        self.top().is_switch() && self.top().arm == Arm::Pattern
    }

    fn operator(&mut self, last: usize, sign: &str) {
        if !self.inside_function() {
            return;
        }
        let (kind, function) = if sign == "&&" {
            (Kind::RightOfAnd, HERE_TRUE)
        } else {
            (Kind::RightOfOr, HERE_FALSE)
        };
        let number = self.point(kind, self.start_of(last) - 1);
        self.insert(self.end_of(last), format!(" {function}({number}) {sign}"));
    }

    /// The body of a function without a name begins at a piece.
    fn nameless(&mut self, at: usize) {
        let Some(piece) = self.pieces.get(at) else { return };
        // A body in braces reports its own statements.
        if piece.text == "{" {
            return;
        }
        let here = piece.at;
        let number = self.point(Kind::Nameless, here);
        self.insert(here, format!("{{ {HERE}({number}); "));
        self.top().bodies += 1;
    }

    fn end_bodies(&mut self, at: usize) {
        let here = self.start_of(at);
        let open = std::mem::take(&mut self.top().bodies);
        if open > 0 {
            self.insert(here, " }".repeat(open));
        }
    }

    fn close_group(&mut self, at: usize) {
        self.end_bodies(at);
        if self.frames.len() > 1 {
            self.frames.pop();
        }
    }

    fn comma(&mut self, at: usize) {
        self.end_bodies(at);
        let here = self.start_of(at);
        if self.top().is_switch() {
            if self.top().arm == Arm::Value {
                self.insert(here, " }".to_owned());
            }
            self.top().arm = Arm::Pattern;
        }
    }

    fn semicolon(&mut self, at: usize) {
        self.end_bodies(at);
        let frame = self.top();
        if matches!(frame.kind, FrameKind::Block { .. }) {
            frame.start = true;
            frame.ends_itself = false;
            frame.pending = None;
        }
    }

    fn word(&mut self, at: usize, word: &str) {
        let of_a_value = at > 0 && self.pieces[at - 1].text == ".";
        if self.pieces[at].kind != PieceKind::Name || of_a_value {
            return;
        }
        if self.in_pattern() {
            // The `if` of a pattern has no braces.
            self.top().has_default |= word == "_";
            return;
        }
        let header = match word {
            "if" => Header::If,
            "do" => Header::Do,
            "switch" => Header::Switch,
            "else" | "while" | "until" | "loop" | "for" | "fn" => Header::Other,
            _ => return,
        };
        let here = self.start_of(at);
        self.top().pending = Some((header, here));
    }

    fn open(&mut self, at: usize) {
        let here = self.start_of(at);
        let (header, at) = self.top().pending.take().unwrap_or((Header::Other, here));
        self.frames.push(Frame::new(match header {
            Header::Switch => FrameKind::Switch { at },
            header => FrameKind::Block { header, at },
        }));
    }

    fn close(&mut self, at: usize) {
        self.end_bodies(at);
        if self.frames.len() < 2 {
            return;
        }
        let Some(frame) = self.frames.pop() else { return };
        let goes_on = match frame.kind {
            FrameKind::Top | FrameKind::Group => return,
            FrameKind::Block { header, at: word } => self.close_block(at, header, word),
            FrameKind::Switch { at: word } => {
                self.close_switch(at, word, &frame);
                false
            }
        };
        if !goes_on {
            self.statement_may_end(at);
        }
    }

    /// Closes a block; whether its statement goes on behind it.
    fn close_block(&mut self, at: usize, header: Header, word: usize) -> bool {
        let next = self.pieces.get(at + 1).map_or("", |piece| piece.text);
        if header == Header::If && next != "else" {
            let number = self.point(Kind::PastIf, word);
            self.insert(self.end_of(at), format!(" else {{ {HERE}({number}); }}"));
        }
        if header == Header::Do {
            // What follows is `while` or `until` with its condition, up to a `;`.
            self.top().ends_itself = false;
            return true;
        }
        next == "else"
    }

    fn close_switch(&mut self, at: usize, word: usize, frame: &Frame) {
        let here = self.start_of(at);
        if frame.arm == Arm::Value {
            self.insert(here, " }".to_owned());
        }
        if !frame.has_default {
            let number = self.point(Kind::PastSwitch, word);
            let before = self.pieces[at - 1].text;
            let comma = if matches!(before, "," | "{") { "" } else { "," };
            self.insert(here, format!("{comma} _ => {{ {HERE}({number}); }} "));
        }
    }

    /// A `}` ends the statement or the arm around it where that began with a word such as `if`.
    fn statement_may_end(&mut self, at: usize) {
        let end = self.end_of(at);
        let frame = self.top();
        match (frame.kind, frame.arm) {
            (FrameKind::Block { .. }, _) if frame.ends_itself => {
                frame.start = true;
                frame.ends_itself = false;
            }
            (FrameKind::Switch { .. }, Arm::Block) => frame.arm = Arm::Pattern,
            (FrameKind::Switch { .. }, Arm::Value) if frame.ends_itself => {
                frame.arm = Arm::Pattern;
                self.insert(end, " }".to_owned());
            }
            _ => {}
        }
    }
}
