//! The leak matrix: secrets × scenarios × encodings × places, of which none may be found.
//!
//! `needles` knows how a secret may look, `evidence` where it may lie, `stage` runs the program in between and checks after
//! every run; the other files are tables of scenarios. A scenario also proves that it happened: by its exit code, by its
//! words, and by what a recording server received.

mod apply;
mod arguments;
mod echoes;
mod embedded;
mod evidence;
mod failures;
mod needles;
mod process;
mod proxies;
mod recorder;
mod scenario;
mod sentinels;
mod server_log;
mod show;
mod sources;
mod stage;
mod terminal;
mod transport;
