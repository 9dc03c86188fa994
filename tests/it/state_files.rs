//! What is kept between runs may be broken, endless or read-only: no plan stops or hangs, and `doctor` finds it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::doctor::harness::{ending, states};
use crate::support::env::TestEnv;
use crate::support::existing_server::Options;
use crate::support::site::Site;

const AGENT: &str = "[agents.desk]\nname = \"Desk\"\ndir = \"./agents/desk\"\n";

fn site() -> Site {
    let site = Site::project(Options::g2(), AGENT);
    site.env.write("agents/desk/IDENTITY.md", "A desk.\n");
    site
}

fn record(env: &TestEnv) -> std::path::PathBuf {
    let directory = env.home().join(".local/state/lobu");
    fs::create_dir_all(&directory).expect("a directory");
    directory.join("orgs.json")
}

#[test]
fn a_record_that_cannot_be_read_neither_stops_nor_hangs_a_plan() {
    type Make = fn(&Path);
    let table: [(Make, &str); 5] = [
        (|file| fs::write(file, "{").expect("a file"), "broken JSON"),
        (|file| fs::write(file, vec![b'['; 2 * 1024 * 1024]).expect("a file"), "larger than 1 MiB"),
        (|file| assert!(Command::new("mkfifo").arg(file).status().expect("mkfifo").success()), "not a regular file"),
        (|file| symlink("/dev/zero", file).expect("a link"), "not a regular file"),
        (|file| fs::create_dir(file).expect("a directory"), "not a regular file"),
    ];
    for (make, reason) in table {
        let site = site();
        make(&record(&site.env));
        let output = site.run(&["plan"]);
        output.expect_code(0);
        assert_eq!(output.stderr.matches("warning: ").count(), 1, "{output}");
        assert!(output.stderr.replace('\n', " ").contains("orgs.json"), "{output}");
        assert!(output.stdout.contains("+ agent desk"), "{output}");
        let found = site.run(&["doctor", "--json"]);
        assert_eq!(states(&found)["state-file"], "warning", "{found}");
        assert!(found.stdout.contains(reason), "{found}");
        site.run(&["apply", "--yes"]).expect_code(0);
    }
}

#[test]
fn no_value_is_sent_where_the_record_cannot_be_read() {
    let site = Site::project(
        Options::g2(),
        &format!("{AGENT}[[agents.desk.platforms]]\ntype = \"telegram\"\nconfig = {{ botToken = \"$DESK_TOKEN\" }}\n"),
    );
    site.env.write("agents/desk/IDENTITY.md", "A desk.\n");
    fs::write(record(&site.env), "{").expect("a file");
    site.run(&["plan"]).expect_code(0);
    let output = site.expect_refusal(&["apply", "--yes"], 3);
    assert!(output.stderr.contains("secret values are not sent"), "{output}");
    fs::remove_file(record(&site.env)).expect("a file");
    site.apply(&[]);
}

#[test]
fn a_home_that_cannot_be_used_stops_no_plan() {
    let mut site = site();
    let home = site.env.path().join("file");
    fs::write(&home, "").expect("a file");
    for variable in ["HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"] {
        site.env.env(variable, home.join("below").to_str().expect("a text"));
    }
    let output = site.run(&["plan"]);
    output.expect_code(0);
    assert!(output.stdout.contains("+ agent desk"), "{output}");
    assert_eq!(states(&site.run(&["doctor", "--json"]))["state-file"], "warning");
}

#[test]
fn a_damaged_database_is_said_in_those_words_once() {
    let env = TestEnv::new();
    env.copy_fixture("support-desk");
    env.lobu(["apply", "--yes", "-c", "local"]).expect_code(0);
    let whole = fs::read(env.local_database()).expect("a database");
    let page = 4096;
    let mut failed = 0;
    for start in (0..whole.len()).step_by(page) {
        let mut bytes = whole.clone();
        bytes.iter_mut().skip(start.max(100)).take(page).for_each(|byte| *byte = 0xa5);
        fs::write(env.local_database(), &bytes).expect("a file");
        let output = env.lobu(["plan", "-c", "local"]);
        if output.code == Some(0) {
            continue;
        }
        failed += 1;
        output.expect_code(if output.code == Some(3) { 3 } else { 1 });
        let said = output.stderr.replace('\n', " ");
        assert_eq!(said.matches("damaged").count(), 1, "page {}\n{output}", start / page);
        assert!(said.contains("lobu doctor"), "{output}");
        let found = env.lobu(["doctor", "-c", "local", "--json"]);
        found.expect_code(1);
        assert!(!ending(&found, "failure").is_empty(), "{found}");
    }
    assert!(failed > 1, "{failed} pages matter to a plan");
}

#[test]
fn nothing_is_made_beside_a_path_that_is_refused() {
    let env = TestEnv::new();
    env.copy_fixture("support-desk").write("notes.txt", "Not a database.\n").write("directory/x", "");
    symlink("notes.txt", env.project().join("link")).expect("a link");
    let names = || {
        let names = fs::read_dir(env.project()).expect("a directory");
        names.map(|entry| entry.expect("an entry").file_name()).collect::<std::collections::BTreeSet<_>>()
    };
    let before = names();
    for path in ["notes.txt", "directory", "link", "lobu.toml"] {
        for verb in [&["plan"][..], &["apply", "--yes"]] {
            let output = env.lobu(verb.iter().chain(&["-c", "local", "--db", path]));
            assert_ne!(output.code, Some(0), "{output}");
            assert_eq!(names(), before, "{path}");
        }
    }
}
