//! The questions, on a real terminal.

use super::site::{Site, flat};
use crate::support::terminal::{Terminal, wait_until_reading};

const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
const THREE: &str = "ALPHA=value-a\nBETA=value-b\nGAMMA=value-c\n";

/// Runs a push on a terminal and answers it.
#[track_caller]
fn push(site: &Site, arguments: &[&str], steps: &[(&str, &str)]) -> (Option<i32>, String) {
    let arguments = site.arguments(&[&["push", "--all"], arguments].concat());
    let mut terminal = Terminal::start(&site.env, &arguments, "");
    terminal.drive(steps);
    let (code, screen) = terminal.end();
    assert!(!screen.contains("value-") && !screen.contains("owl_pat_"), "{screen}");
    (code, screen)
}

/// A site whose org has the three secrets with other values.
#[track_caller]
fn rotating(dotenv: &str) -> Site {
    let site = Site::new("ALPHA=old-a\nBETA=old-b\nGAMMA=old-c\n");
    site.run(&["push", "--all", "--yes"]).expect_code(0);
    site.env.write(".env", dotenv);
    site.served.counter.reset();
    site
}

fn values(site: &Site) -> [Option<String>; 3] {
    ["ALPHA", "BETA", "GAMMA"].map(|name| site.stored(name))
}

fn some(texts: [&str; 3]) -> [Option<String>; 3] {
    texts.map(|text| Some(text.to_owned()).filter(|text| !text.is_empty()))
}

#[test]
fn every_key_of_the_question_does_what_it_says() {
    let site = Site::new("A=value-a\nB=value-b\nC=value-c\nD=value-d\nE=value-e\n");
    let steps = [
        ("Create A in org dev", "y"),
        ("Create B in org dev", "n"),
        ("Create C in org dev", "\r"),
        ("Create D in org dev", "?"),
        ("q quit: cancel; send nothing Create D in org dev", "Y"),
        ("Create E in org dev", "x"),
        ("q quit: cancel; send nothing Create E in org dev", "N"),
    ];
    let (code, screen) = push(&site, &[], &steps);
    assert_eq!(code, Some(0), "{screen}");
    assert!(flat(&screen).contains("[N/y/a/q/?]"), "{screen}");
    assert!(flat(&screen).contains("Push complete. 2 created, 3 declined."), "{screen}");
    assert_eq!(site.audit(), ["create A", "create D"]);
    assert_eq!(site.writes(), 1);
}

#[test]
fn the_question_names_the_org_the_server_and_the_context() {
    let site = Site::new("ALPHA=value-a\n");
    let (code, screen) = push(&site, &[], &[("Create ALPHA", "n")]);
    assert_eq!(code, Some(7), "{screen}");
    let place = format!("Create ALPHA in org dev on {} (context ", site.served.url());
    assert!(flat(&screen).contains(&place), "{screen}");
}

#[test]
fn all_creates_are_no_rotations() {
    for key in ["a", "A"] {
        let site = Site::new("GAMMA=old-c\n");
        site.run(&["push", "--all", "--yes"]).expect_code(0);
        site.env.write(".env", format!("{THREE}DELTA=value-d\n"));
        site.served.counter.reset();
        let steps = [("Create ALPHA", "n"), ("Create BETA", key), ("Rotate GAMMA", "n")];
        let (code, screen) = push(&site, &["--rotate"], &steps);
        assert_eq!(code, Some(0), "{screen}");
        assert!(!screen.contains("Create DELTA"), "{screen}");
        assert_eq!(values(&site), some(["", "value-b", "old-c"]));
        assert_eq!(site.stored("DELTA").as_deref(), Some("value-d"));
        assert_eq!(site.writes(), 1);
    }
}

#[test]
fn all_rotations_are_listed_and_asked_about_once_more() {
    let site = rotating(THREE);
    let steps = [
        ("Rotate ALPHA", "n"),
        ("Rotate BETA", "a"),
        // Enter is no, which goes back to the same question.
        ("Secrets to rotate:", "\r"),
        ("Rotate BETA", "a"),
        ("Rotate all 2 in org dev", "n"),
        ("Rotate BETA", "A"),
        ("Rotate all 2 in org dev", "y"),
    ];
    let (code, screen) = push(&site, &["--rotate"], &steps);
    assert_eq!(code, Some(0), "{screen}");
    let list = screen.rsplit("Secrets to rotate:").next().and_then(|rest| rest.split("Rotate all").next());
    let listed: Vec<_> = list.unwrap_or_default().lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(listed, ["BETA", "GAMMA"], "{screen}");
    assert_eq!(values(&site), some(["old-a", "value-b", "value-c"]));
    assert_eq!(site.writes(), 1);
}

#[test]
fn quit_sends_nothing_whatever_was_agreed_to_before() {
    let steps: [&[(&str, &str)]; 4] = [
        &[("Create ALPHA", "q")],
        &[("Create ALPHA", "y"), ("Create BETA", "y"), ("Create GAMMA", "Q")],
        &[("Create ALPHA", "n"), ("Create BETA", "n"), ("Create GAMMA", "n")],
        &[("Create ALPHA", "\r"), ("Create BETA", "\r"), ("Create GAMMA", "\r")],
    ];
    for steps in steps {
        let site = Site::new(THREE);
        let (code, screen) = push(&site, &[], steps);
        assert_eq!(code, Some(7), "{screen}");
        assert!(screen.contains("nothing was sent"), "{screen}");
        site.expect_untouched();
    }
    let site = rotating(THREE);
    let (code, screen) = push(&site, &["--rotate"], &[("Rotate ALPHA", "a"), ("Rotate all 3", "q")]);
    assert_eq!(code, Some(7), "{screen}");
    assert_eq!((site.writes(), values(&site)), (0, some(["old-a", "old-b", "old-c"])));
}

#[test]
fn control_c_and_control_d_send_nothing_whatever_was_agreed_to_before() {
    for key in ["\u{3}", "\u{4}"] {
        let steps: [&[(&str, &str)]; 3] = [
            &[("Create ALPHA", key)],
            &[("Create ALPHA", "y"), ("Create BETA", "y"), ("Create GAMMA", key)],
            &[("Create ALPHA", "?"), ("Create ALPHA", "y"), ("Create BETA", key)],
        ];
        for steps in steps {
            let site = Site::new(THREE);
            let (code, screen) = push(&site, &[], steps);
            assert_eq!(code, Some(130), "{screen}");
            assert!(screen.contains("interrupted; nothing was sent"), "{screen}");
            site.expect_untouched();
        }
    }
    let site = rotating(&format!("{THREE}NEW=value-n\n"));
    let steps = [("Create NEW", "a"), ("Rotate ALPHA", "a"), ("Rotate all 3", "\u{3}")];
    let (code, screen) = push(&site, &["--rotate"], &steps);
    assert_eq!(code, Some(130), "{screen}");
    assert_eq!((site.writes(), values(&site), site.stored("NEW")), (0, some(["old-a", "old-b", "old-c"]), None));
}

#[test]
fn what_was_typed_before_a_question_is_no_answer_to_it() {
    let site = Site::new(THREE);
    let arguments = site.arguments(&["push", "--all"]);
    let mut terminal = Terminal::start(&site.env, &arguments, "yyyaaayyy");
    terminal.wait_for("Create ALPHA");
    wait_until_reading();
    assert!(terminal.is_running() && !terminal.screen().contains("Create BETA"), "{}", terminal.screen());
    // The second key came before the second question.
    terminal.drive(&[("Create ALPHA", "ya"), ("Create BETA", "n"), ("Create GAMMA", "ny")]);
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(0), "{screen}");
    assert_eq!(site.audit(), ["create ALPHA"]);
}

#[test]
fn a_jwt_is_asked_about_even_where_all_was_agreed_to() {
    let dotenv = format!("ALPHA=value-a\nBETA={JWT}\nGAMMA=value-c\n");
    let odd = "! BETA looks like a JWT";
    let site = Site::new(&dotenv);
    let (code, screen) = push(&site, &[], &[("Create ALPHA", "a"), (odd, "n")]);
    assert_eq!(code, Some(0), "{screen}");
    assert_eq!(values(&site), some(["value-a", "", "value-c"]));

    let site = Site::new(&dotenv);
    let (code, screen) = push(&site, &[], &[("Create ALPHA", "a"), (odd, "\u{3}")]);
    assert_eq!(code, Some(130), "{screen}");
    site.expect_untouched();

    let site = rotating(&dotenv);
    let (code, screen) = push(&site, &["--rotate"], &[("Rotate ALPHA", "a"), ("Rotate all 3", "y"), (odd, "y")]);
    assert_eq!(code, Some(0), "{screen}");
    assert_eq!(values(&site), some(["value-a", JWT, "value-c"]));
}

#[test]
fn a_flag_answers_its_kind_and_leaves_the_other_to_be_asked() {
    let site = rotating(&format!("{THREE}NEW=value-n\n"));
    let (code, screen) = push(&site, &["--rotate=ALPHA", "--yes"], &[("Rotate ALPHA", "n")]);
    assert_eq!(code, Some(0), "{screen}");
    assert!(!screen.contains("Create NEW in org"), "{screen}");
    assert_eq!((site.stored("NEW").as_deref(), values(&site)), (Some("value-n"), some(["old-a", "old-b", "old-c"])));

    let (code, screen) = push(&site, &["--rotate", "--yes-rotate"], &[]);
    assert_eq!(code, Some(0), "nothing is left to be asked\n{screen}");
    assert_eq!(values(&site), some(["value-a", "value-b", "value-c"]));
}

#[test]
fn a_dry_run_asks_nothing() {
    let site = Site::new(THREE);
    let (code, screen) = push(&site, &["--dry-run"], &[]);
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains("This is a dry run: nothing was sent.") && !screen.contains("[N/"), "{screen}");
    site.expect_untouched();
}

#[test]
fn a_delete_is_asked_about_name_by_name() {
    for (steps, code, left) in [
        (
            vec![("Delete ALPHA in org dev", "n"), ("Delete BETA", "y"), ("Delete GAMMA", "\r")],
            0,
            ["old-a", "", "old-c"],
        ),
        (vec![("Delete ALPHA", "n"), ("Delete BETA", "a")], 0, ["old-a", "", ""]),
        (vec![("Delete ALPHA", "y"), ("Delete BETA", "q")], 7, ["old-a", "old-b", "old-c"]),
        (vec![("Delete ALPHA", "n"), ("Delete BETA", "n"), ("Delete GAMMA", "n")], 7, ["old-a", "old-b", "old-c"]),
        (vec![("Delete ALPHA", "y"), ("Delete BETA", "\u{3}")], 130, ["old-a", "old-b", "old-c"]),
        (vec![("Delete ALPHA", "\u{4}")], 130, ["old-a", "old-b", "old-c"]),
    ] {
        let site = rotating("");
        let arguments = site.arguments(&["delete", "GAMMA", "ALPHA", "BETA"]);
        let mut terminal = Terminal::start(&site.env, &arguments, "yyy");
        terminal.drive(&steps);
        let (ended, screen) = terminal.end();
        assert_eq!(ended, Some(code), "{screen}");
        assert!(code == 0 || screen.contains("nothing was"), "{screen}");
        assert_eq!(values(&site), some(left), "{screen}");
        assert_eq!(site.writes(), u64::from(code == 0), "{screen}");
    }
}

#[test]
fn what_somebody_else_wrote_while_the_question_stood_stays() {
    let site = rotating(THREE);
    site.env.write("other.env", "BETA=value-of-somebody-else\n");
    let arguments = site.arguments(&["push", "--all", "--rotate"]);
    let mut terminal = Terminal::start(&site.env, &arguments, "");
    terminal.drive(&[("Rotate ALPHA", "y"), ("Rotate BETA", "y")]);
    terminal.wait_for("Rotate GAMMA");
    let other = ["push", "BETA", "--from-file", "other.env", "--rotate", "--yes-rotate"];
    site.run(&other).expect_code(0);
    wait_until_reading();
    terminal.press("n");
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(6), "{screen}");
    let shown = flat(&screen);
    for part in [
        "BETA changed in the org since it was shown: that value is kept",
        "Push not complete. 1 rotated, 1 declined, 1 changed in between and left alone.",
        "error: the org has moved since it was shown",
    ] {
        assert!(shown.contains(part), "{part}\n{screen}");
    }
    assert_eq!(values(&site), some(["value-a", "value-of-somebody-else", "old-c"]));
}
