//! Compressing an export while it is read, a few megabytes at a time: memory does not grow with the file.
//!
//! Long exports are compressed in blocks by all processors; the blocks are gzip members one behind the other, which any gunzip
//! reads as one file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::super::claim::owner_only;
use super::Bring;
use crate::hands;
use crate::records::{Keeping, Letters, keep};

/// Bytes of a block; also what a file must have at least for more than one thread.
const BLOCK_BYTES: usize = 4 << 20;

/// The digests of a pressed export.
pub(super) struct Pressed {
    /// Of the export's own bytes.
    pub(super) original: String,
    /// Of what is kept, before compression.
    pub(super) kept: String,
}

/// Writes what is kept of an export to a new file, compressed.
pub(super) fn press(bring: &Bring<'_>, into: &Path) -> io::Result<Pressed> {
    if let Some(rows) = bring.translated {
        // What was read is what the plugin gave, whatever became of the file since.
        let (_, kept) = pressed::<()>(bring, into, |out| rows.write(out).map(|()| None))?;
        return Ok(Pressed {
            original: bring.digest.to_owned(),
            kept,
        });
    }
    if bring.whole {
        let mut from = File::open(&bring.export.path)?;
        return pressed::<()>(bring, into, |out| {
            let mut block = vec![0; BLOCK_BYTES];
            loop {
                match from.read(&mut block)? {
                    0 => return Ok(None),
                    length => out.write_all(&block[..length])?,
                }
            }
        })
        .map(|(_, digest)| Pressed {
            original: digest.clone(),
            kept: digest,
        });
    }
    for letters in [Letters::AsTold, Letters::Windows] {
        let mut from = File::open(&bring.export.path)?;
        let write =
            |out: &mut dyn Write| keep(&mut from, bring.feed, bring.adapter, bring.year, letters, out).map(Some);
        match pressed(bring, into, write)? {
            (Some(Keeping::Done(original)), kept) => return Ok(Pressed { original, kept }),
            (Some(Keeping::NotUtf8), _) => {}
            // It had one when it was read.
            _ => return Err(io::ErrorKind::ResourceBusy.into()),
        }
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

/// Runs `write` on a compressor over a new file; what it returned, and the digest of what it wrote.
fn pressed<T>(
    bring: &Bring<'_>,
    into: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<Option<T>>,
) -> io::Result<(Option<T>, String)> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    owner_only(&mut options);
    let file = options.open(into)?;
    if bring.export.size <= BLOCK_BYTES as u64 {
        let mut out = Hashing::new(GzEncoder::new(file, Compression::fast()));
        let done = write(&mut out)?;
        let (encoder, digest) = out.finish();
        encoder.finish()?;
        return Ok((done, digest));
    }
    side_by_side(file, write)
}

type Block = (u64, Vec<u8>);

/// The same by all processors.
fn side_by_side<T>(
    file: File,
    write: impl FnOnce(&mut dyn Write) -> io::Result<Option<T>>,
) -> io::Result<(Option<T>, String)> {
    let hands = hands::threads();
    let (to_hands, blocks) = sync_channel::<Block>(hands);
    let (to_file, members) = sync_channel::<Block>(hands);
    let blocks = Mutex::new(blocks);
    let broken = AtomicBool::new(false);
    thread::scope(|scope| {
        let writer = scope.spawn(move || in_order(members, file));
        for _ in 0..hands {
            let (to_file, blocks, broken) = (to_file.clone(), &blocks, &broken);
            scope.spawn(move || compress(blocks, &to_file, broken));
        }
        drop(to_file);
        let mut out = Hashing::new(Blocks {
            to_hands,
            broken: &broken,
            number: 0,
            block: Vec::with_capacity(BLOCK_BYTES),
        });
        let done = write(&mut out).and_then(|done| out.flush().map(|()| done));
        let (blocks, digest) = out.finish();
        // Nothing more comes: the hands end, and then the writer.
        drop(blocks);
        let written = writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        // A full disk shows at the writer; whoever fed it only sees that nobody listens any more.
        written.and(done).map(|done| (done, digest))
    })
}

/// Compresses blocks until there are none. Once the writer is gone it only takes them, so that nobody waits for room.
fn compress(blocks: &Mutex<Receiver<Block>>, to_file: &SyncSender<Block>, broken: &AtomicBool) {
    loop {
        let next = blocks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((number, block)) = next else { return };
        if broken.load(Ordering::Relaxed) {
            continue;
        }
        let mut encoder = GzEncoder::new(Vec::with_capacity(block.len() / 4), Compression::fast());
        // Writing into memory cannot fail.
        let member = encoder.write_all(&block).and_then(|()| encoder.finish());
        if member.is_ok_and(|member| to_file.send((number, member)).is_ok()) {
            continue;
        }
        broken.store(true, Ordering::Relaxed);
    }
}

/// Writes compressed blocks in the order of the file.
fn in_order(members: Receiver<Block>, mut file: File) -> io::Result<()> {
    let mut early: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    let mut next = 0;
    for (number, member) in members {
        early.insert(number, member);
        while let Some(member) = early.remove(&next) {
            file.write_all(&member)?;
            next += 1;
        }
    }
    Ok(())
}

/// Gathers bytes into blocks and hands them out.
struct Blocks<'b> {
    to_hands: SyncSender<Block>,
    broken: &'b AtomicBool,
    number: u64,
    block: Vec<u8>,
}

impl Blocks<'_> {
    fn hand_out(&mut self) -> io::Result<()> {
        if self.broken.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let block = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK_BYTES));
        let sent = self.to_hands.send((self.number, block));
        self.number += 1;
        sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Blocks<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.block.extend_from_slice(bytes);
        if self.block.len() >= BLOCK_BYTES {
            self.hand_out()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        // Even an empty file is one gzip member.
        if self.block.is_empty() && self.number > 0 {
            return Ok(());
        }
        self.hand_out()
    }
}

/// Writes on, and hashes what passes.
pub(super) struct Hashing<W: Write> {
    into: W,
    hasher: blake3::Hasher,
}

impl<W: Write> Hashing<W> {
    /// Nothing has passed yet.
    pub(super) fn new(into: W) -> Hashing<W> {
        Hashing {
            into,
            hasher: blake3::Hasher::new(),
        }
    }

    /// What was written into, and the digest of everything that passed.
    pub(super) fn finish(self) -> (W, String) {
        (self.into, self.hasher.finalize().to_hex().to_string())
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.into.write(bytes)?;
        self.hasher.update(&bytes[..length]);
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.into.flush()
    }
}
