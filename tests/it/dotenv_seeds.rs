//! The seeds of the fuzz target for `.env` files, as an ordinary test.

use std::fs;
use std::path::Path;

#[path = "../../fuzz/oracle.rs"]
mod oracle;

fn files(directory: &str) -> Vec<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let mut texts = Vec::new();
    for entry in fs::read_dir(directory).expect("a directory of seeds") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "env") {
            texts.push(fs::read_to_string(&path).expect("a seed is UTF-8"));
        }
    }
    texts
}

#[test]
fn what_holds_for_every_text_holds_for_the_seeds() {
    let seeds = files("fuzz/seeds/dotenv");
    assert!(seeds.len() >= 18, "the seeds were found");
    for seed in seeds.iter().chain(&files("fixtures/dotenv")) {
        oracle::check(seed);
    }
}

#[test]
fn what_holds_for_every_text_holds_for_its_beginnings() {
    for seed in files("fuzz/seeds/dotenv") {
        for (end, _) in seed.char_indices() {
            oracle::check(seed.get(..end).expect("the end of a character"));
        }
    }
}

#[test]
fn what_holds_for_every_text_holds_at_the_limit_of_a_value() {
    for length in [64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1] {
        for quote in ["", "'", "\""] {
            oracle::check(&format!("A={quote}{}{quote} # why\nB=1\n", "x".repeat(length)));
        }
        oracle::check(&format!("A=\"{}\\n\"\n", "\n".repeat(length - 1)));
    }
}
