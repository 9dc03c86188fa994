//! Questions, and values that are typed, on a real terminal.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::terminal::{Terminal, wait_until_reading};

use super::evidence::{Evidence, Kept};
use super::recorder::{Recorder, good};
use super::scenario::{Sent, received};
use super::sentinels::{FOREIGN, VALUE};
use super::stage::{Noise, Stage, dotenv};

/// A push of `BAR`, `EXISTING` and `FOO` that is asked about key by key.
#[track_caller]
fn push(noise: Noise, keys: &[&str]) -> (Option<i32>, String, Vec<u8>) {
    let recorder = Recorder::start(Arc::new(good));
    let mut stage = Stage::new(noise);
    stage.env.write(".env", dotenv("FOO", VALUE) + &dotenv("EXISTING", VALUE) + &dotenv("BAR", FOREIGN));
    stage.secrets[1].kept = vec![Kept::Whole(stage.env.project().join(".env"))];
    let url = recorder.url();
    let verbose: &[&str] = if noise == Noise::Loud { &["-v"] } else { &[] };
    let arguments = [&["secrets", "push", "BAR", "--rotate=EXISTING", "--url", &url, "--org", "dev"], verbose].concat();
    let mut terminal = Terminal::start(&stage.env, &arguments, "");
    for (at, key) in keys.iter().enumerate() {
        let started = Instant::now();
        while questions(&terminal) <= at {
            assert!(started.elapsed() < Duration::from_secs(30), "no question:\n{}", terminal.screen());
            thread::sleep(Duration::from_millis(5));
        }
        wait_until_reading();
        terminal.press(key);
    }
    let (code, screen) = terminal.end();
    let mut evidence = Evidence::default();
    evidence.add("the screen", screen.as_bytes());
    stage.check("push", evidence, &screen);
    (code, screen, recorder.received())
}

fn questions(terminal: &Terminal) -> usize {
    terminal.screen().matches("[N/y/a/q/?]").count()
}

#[test]
fn what_is_declined_is_not_sent_and_nothing_shows() {
    for noise in [Noise::Quiet, Noise::Loud] {
        let (code, screen, bytes) = push(noise, &["n", "n", "n"]);
        assert_eq!(code, Some(7), "{screen}");
        assert!(screen.contains("declined; nothing was sent"), "{screen}");
        received(&bytes, Sent::Reads).expect("only reads");
    }
}

#[test]
fn of_what_is_partly_declined_the_rest_is_sent() {
    for noise in [Noise::Quiet, Noise::Loud] {
        // BAR, FOO, EXISTING: creates come first.
        let (code, screen, bytes) = push(noise, &["n", "y", "n"]);
        assert_eq!(code, Some(0), "{screen}");
        received(&bytes, Sent::Value).expect("the value of FOO");
        let foreign = super::needles::Needles::of(&[FOREIGN.as_bytes()]);
        assert_eq!(foreign.scan(&bytes), [""; 0], "BAR was declined");
    }
}

#[test]
fn an_interrupted_question_sends_nothing() {
    let (code, screen, bytes) = push(Noise::Loud, &["y", "\u{3}"]);
    assert_eq!(code, Some(130), "{screen}");
    received(&bytes, Sent::Reads).expect("only reads");
}

/// Types at the hidden prompt of `secrets local set`.
fn set(keys: &str) -> (Option<i32>, String, String) {
    let stage = Stage::new(Noise::Loud);
    stage.env.write(".env", "OTHER=1\n");
    let mut terminal = Terminal::start(&stage.env, &["secrets", "local", "set", "FOO", "-v"], "");
    terminal.wait_for("input is hidden");
    wait_until_reading();
    terminal.press(keys);
    let (code, screen) = terminal.end();
    let mut evidence = Evidence::default();
    evidence.add("the screen", screen.as_bytes());
    stage.check("set", evidence, &screen);
    (code, screen, stage.env.read(".env"))
}

#[test]
fn what_is_typed_unseen_is_in_the_env_file_alone() {
    let (code, screen, env) = set(&format!("{VALUE}\r"));
    assert_eq!(code, Some(0), "{screen}");
    assert!(env.contains(VALUE) || env.contains(&VALUE.replace('\\', "\\\\").replace('"', "\\\"")), "{env}");
}

#[test]
fn what_was_typed_until_an_interrupt_is_nowhere() {
    let (code, screen, env) = set(&format!("{VALUE}\u{3}"));
    assert_eq!((code, env.as_str()), (Some(130), "OTHER=1\n"), "{screen}");
}
