//! Chunks of a long file, read and hashed ahead on a thread of their own while those before them are understood.
//!
//! One thread has a file to itself where several files are read side by side. The longest is then alone at the end, and reading and
//! hashing are a quarter of its work.

use std::io;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::source::{Chunk, Source};
use crate::hands;

/// Bytes from which on a file is worth a thread that reads ahead; chosen by us.
const LONG: u64 = 16 << 20;
/// Chunks that wait at the most: they should still be in the cache when they are taken.
const CHUNKS_AHEAD: usize = 2;

/// Where the threads of one file take its chunks from.
pub(super) struct Chunks<'c, 's> {
    source: &'c Mutex<Source<'s>>,
    ahead: Option<Ahead>,
}

/// What is read ahead, and the chunks done with, whose memory is used again.
struct Ahead {
    full: Mutex<Option<Receiver<io::Result<Chunk>>>>,
    spare: Sender<Chunk>,
}

/// The other end: reads ahead.
pub(super) struct Reader {
    full: SyncSender<io::Result<Chunk>>,
    spare: Receiver<Chunk>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'c, 's> Chunks<'c, 's> {
    /// The chunks of a file that so many threads understand, and what reads them ahead where that is worth it.
    pub(super) fn of(source: &'c Mutex<Source<'s>>, threads: usize) -> (Chunks<'c, 's>, Option<Reader>) {
        if threads > 1 || hands::threads() < 2 || locked(source).length < LONG {
            return (Chunks { source, ahead: None }, None);
        }
        let (full, taken) = sync_channel(CHUNKS_AHEAD);
        let (done_with, spare) = channel();
        let ahead = Ahead {
            full: Mutex::new(Some(taken)),
            spare: done_with,
        };
        let ahead = Some(ahead);
        (Chunks { source, ahead }, Some(Reader { full, spare }))
    }

    /// The next chunk; `None` at the end. `spare` is one done with.
    pub(super) fn next(&self, spare: Chunk) -> io::Result<Option<Chunk>> {
        let Some(ahead) = &self.ahead else {
            return locked(self.source).next(spare);
        };
        // A reader that has come to the end wants no memory.
        ahead.spare.send(spare).ok();
        let next = locked(&ahead.full).as_ref().and_then(|full| full.recv().ok());
        next.transpose()
    }

    /// Lets the reader end when this is dropped: nobody takes what it would still read.
    pub(super) fn ending(&self) -> Ending<'_, 'c, 's> {
        Ending(self)
    }
}

/// See [`Chunks::ending`].
pub(super) struct Ending<'e, 'c, 's>(&'e Chunks<'c, 's>);

impl Drop for Ending<'_, '_, '_> {
    fn drop(&mut self) {
        if let Some(ahead) = &self.0.ahead {
            *locked(&ahead.full) = None;
        }
    }
}

impl Reader {
    /// Reads to the end, to an error, or until nobody takes it any more.
    pub(super) fn read(self, source: &Mutex<Source<'_>>) {
        let mut source = locked(source);
        loop {
            let next = source.next(self.spare.try_recv().unwrap_or_default()).transpose();
            let Some(next) = next else { return };
            let failed = next.is_err();
            if self.full.send(next).is_err() || failed {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Cursor, Read, Seek, SeekFrom};
    use std::sync::Mutex;
    use std::thread;

    use super::{Chunk, Chunks, LONG, Source};
    use crate::records::quotes::Dialect;

    fn long_text() -> Vec<u8> {
        let lines = (0u64..).map(|at| format!("{at},101,2026-09-01,A\n").into_bytes());
        let mut text = Vec::new();
        for line in lines {
            text.extend(line);
            if text.len() as u64 > LONG {
                break;
            }
        }
        text
    }

    /// Takes so many chunks at the most, one after the other, and puts them together.
    fn taken(text: &[u8], threads: usize, most: usize) -> Vec<u8> {
        let mut file = Cursor::new(text);
        let mut source = Source::open(&mut file, None).expect("opened");
        source.begin(0, Dialect::default());
        let source = Mutex::new(source);
        let (chunks, reader) = Chunks::of(&source, threads);
        thread::scope(|scope| {
            let _ending = chunks.ending();
            if let Some(reader) = reader {
                scope.spawn(|| reader.read(&source));
            }
            let (mut all, mut spare) = (Vec::new(), Chunk::default());
            for _ in 0..most {
                let Some(chunk) = chunks.next(spare).expect("read") else {
                    break;
                };
                all.extend_from_slice(chunk.bytes());
                spare = chunk;
            }
            all
        })
    }

    #[test]
    fn what_is_read_ahead_is_what_lies_there() {
        let text = long_text();
        for threads in [1, 2] {
            assert!(taken(&text, threads, usize::MAX) == text, "{threads} threads");
        }
        let short = &text[..1000];
        assert!(taken(short, 1, usize::MAX) == short, "a short file");
    }

    /// A file that breaks off after some bytes, again and again.
    struct Broken(Cursor<Vec<u8>>, u32);

    impl Read for Broken {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            match self.0.read(into)? {
                0 => {
                    self.1 += 1;
                    Err(io::Error::other("the disk is gone"))
                }
                length => Ok(length),
            }
        }
    }

    impl Seek for Broken {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_on_is_given_up_at_once() {
        let mut file = Broken(Cursor::new(long_text()), 0);
        let mut source = Source::open(&mut file, None).expect("opened");
        source.begin(0, Dialect::default());
        let source = Mutex::new(source);
        let (chunks, reader) = Chunks::of(&source, 1);
        let error = thread::scope(|scope| {
            let _ending = chunks.ending();
            if let Some(reader) = reader {
                scope.spawn(|| reader.read(&source));
            }
            loop {
                match chunks.next(Chunk::default()) {
                    Ok(chunk) => assert!(chunk.is_some(), "the end was not seen"),
                    Err(error) => break error,
                }
            }
        });
        assert_eq!(error.to_string(), "the disk is gone");
        drop(source);
        assert_eq!(file.1, 1, "asked once");
    }

    #[test]
    fn who_reads_ahead_ends_when_nobody_takes_it_any_more() {
        // Were the reader to wait for somebody, this would never return.
        let text = long_text();
        let some = taken(&text, 1, 1);
        assert!(text.starts_with(&some) && !some.is_empty() && some.len() < text.len());
    }
}
