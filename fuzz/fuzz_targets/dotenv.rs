//! Any bytes as a `.env` file: see `oracle.rs` for what must hold.

#![no_main]

#[path = "../oracle.rs"]
mod oracle;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        oracle::check(text);
    }
});
