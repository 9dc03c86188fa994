//! What the program says of itself: its version, what it was built from, and its manual pages.

use std::fs;

use crate::support::env::TestEnv;

#[test]
fn a_verbose_version_says_what_it_was_built_from() {
    let env = TestEnv::new();
    let short = format!("lobu {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(env.lobu(["--version"]).expect_code(0).stdout, short);
    for flags in [&["--version", "--verbose"][..], &["-V", "-v"], &["-v", "-V"], &["plan", "-Vv"]] {
        let output = env.lobu(flags);
        let said = output.expect_code(0).stdout.strip_prefix(&short).expect("the version first");
        let rows: Vec<(&str, &str)> = said.lines().filter_map(|line| line.split_once("  ")).collect();
        let [("commit", commit), ("target", target), ("features", features), ("compiler", compiler)] = rows[..] else {
            panic!("{output}")
        };
        let commit = commit.trim();
        assert!(commit == "unknown" || commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{output}");
        assert!(target.contains('-') && compiler.contains("rustc "), "{output}");
        assert_eq!(features.trim(), "fault-points", "the build of the tests");
    }
}

#[test]
fn manual_pages_are_written_for_packages() {
    let env = TestEnv::new();
    for _ in 0..2 {
        let output = env.lobu(["man", "share/man1"]);
        assert_eq!(output.expect_code(0).stdout, "");
    }
    let directory = env.project().join("share/man1");
    let count = fs::read_dir(&directory).expect("a directory").count();
    assert!(count > 25, "{count}");
    let page = fs::read_to_string(directory.join("lobu-plan.1")).expect("a page");
    assert!(page.contains(".TH") && page.contains("\\-\\-detailed\\-exitcode"), "{page}");
    env.write("file", "");
    let refused = env.lobu(["man", "file/man1"]);
    assert!(refused.expect_code(1).stderr.contains("cannot be written to file/man1"), "{refused}");
    assert!(!env.lobu(["--help"]).stdout.contains("\n  man "));
}
