//! Where values come from, and what is said of a source that cannot be used.

use super::site::{Site, flat};

const VALUE: &str = "value-that-is-not-shown";

/// Runs a push that must end with this code and send nothing, and gives what it says.
#[track_caller]
fn refused(site: &Site, arguments: &[&str], code: i32) -> String {
    let output = site.run(&[&["push"], arguments].concat());
    output.expect_code(code);
    assert!(!output.everything().contains(VALUE), "{output}");
    site.expect_untouched();
    let text = output.redacted().everything();
    // The line that says where it goes is of no interest here.
    text.lines()
        .filter(|line| !line.contains(" (context url)") && !line.starts_with("  org "))
        .fold(String::new(), |text, line| text + line + "\n")
}

fn lines(texts: &[String]) -> String {
    texts.join("--\n")
}

#[test]
fn a_source_that_is_not_there_is_told() {
    let site = Site::new("");
    std::fs::remove_file(site.env.project().join(".env")).expect("it is there");
    site.env.write("not-utf8.env", b"FOO=\xff\n");
    insta::assert_snapshot!(lines(&[
        refused(&site, &["FOO", "--yes"], 2),
        refused(&site, &["FOO", "--yes", "--from-file", "absent.env"], 2),
        refused(&site, &["FOO", "--yes", "--from-file", "."], 2),
        refused(&site, &["FOO", "--yes", "--from-file", "not-utf8.env"], 2),
    ]), @r"
    error: there is no .env in [TEMP]/project; nothing was sent
    help: Name another source: --from-file PATH, --from-stdin or --from-process
      NAME.
    --
    error: --from-file absent.env: no such file; nothing was sent
    --
    error: --from-file .: it can't be read: is a directory; nothing was sent
    --
    error: --from-file not-utf8.env: it is not UTF-8; nothing was sent
    ");
}

#[test]
fn a_file_that_is_broken_is_told_by_its_lines() {
    let site = Site::new(&format!("GOOD=1\nFOO \"{VALUE}\nGOOD={VALUE}\nOPEN=\"{VALUE}\n"));
    site.env.write("copy.env", site.env.read(".env"));
    site.env.write("list.json", format!("[\"{VALUE}\"]")).write("cut.json", format!("{{\"FOO\": \"{VALUE}"));
    site.env.write("types.json", format!("{{\"FOO\": \"{VALUE}\", \"NUMBER\": 5, \"DEEP\": {{\"A\": \"{VALUE}\"}}}}"));
    site.env.write("twice.json", format!("{{\"FOO\": \"{VALUE}\", \"FOO\": \"{VALUE}\"}}"));
    insta::assert_snapshot!(lines(&[
        refused(&site, &["GOOD", "--yes"], 2),
        refused(&site, &["GOOD", "--yes", "--from-file", "copy.env"], 2),
        refused(&site, &["FOO", "--yes", "--from-file", "list.json"], 2),
        refused(&site, &["FOO", "--yes", "--from-file", "cut.json"], 2),
        refused(&site, &["FOO", "--yes", "--from-file", "types.json"], 2),
        refused(&site, &["FOO", "--yes", "--from-file", "twice.json"], 2),
    ]), @r"
    error: expected `NAME=value`
      --> .env:2

    error: duplicate name: the first is on line 1
      --> .env:3

    error: unclosed quote
      --> .env:4

    3 errors
    error: the file .env can't be used; nothing was sent
    help: Fix the lines above; the format of a .env file is in
      docs/reference/dotenv.md.
    --
    error: expected `NAME=value`
      --> copy.env:2

    error: duplicate name: the first is on line 1
      --> copy.env:3

    error: unclosed quote
      --> copy.env:4

    3 errors
    error: --from-file copy.env: its content can't be used; nothing was sent
    help: Fix the lines above; the format of a .env file is in
      docs/reference/dotenv.md.
    --
    error: --from-file list.json: line 1: expected a JSON object with string values;
      nothing was sent
    --
    error: --from-file cut.json: line 1, column 32: expected a JSON object with
      string values; nothing was sent
    --
    error: --from-file types.json: not a string: NUMBER, DEEP; nothing was sent
    --
    error: --from-file twice.json: duplicate: FOO; nothing was sent
    ");
}

#[test]
fn names_that_the_source_lacks_are_all_told() {
    let mut site = Site::new(&format!("HERE={VALUE}\nEMPTY=\nMASK=***1a2b\nREFERENCE=secret://dev/user/X\n"));
    site.env.env("OTHER", "something else").write("other.env", format!("OTHER={VALUE}\nHERE={VALUE}\n"));
    insta::assert_snapshot!(lines(&[
        refused(&site, &["HERE", "EMPTY", "ABSENT", "GONE", "--yes"], 2),
        refused(&site, &["HERE", "--rotate=GONE", "--yes", "--yes-rotate"], 2),
        refused(&site, &["HERE", "MASK", "REFERENCE", "--yes"], 2),
        refused(&site, &["--all", "--from-file", "other.env", "--yes"], 2),
        refused(&site, &["--from-process", "OTHER", "UNSET", "--yes"], 2),
    ]), @r"
    error: .env has no value for ABSENT, GONE, EMPTY (set, but empty)
    help: Nothing was sent. Check the names, or name another source.
    --
    error: .env has no value for GONE
    help: Nothing was sent. Check the names, or name another source.
    --
    error: what .env has for MASK, REFERENCE is a placeholder or a reference, not a
      value
    help: Nothing was sent. `***…`, `lobu_secret_…` and `secret://…` are
      placeholders of a server; use the value itself.
    --
    error: the environment and other.env have different values for OTHER
    help: Nothing was sent. Unset them in the environment, or take them from there:
      --from-process NAME.
    --
    error: the environment has no value for UNSET
    help: Nothing was sent. Check the names, or name another source.
    ");
}

#[test]
fn a_name_that_is_none_is_not_repeated() {
    let site = Site::new(&format!("FOO={VALUE}\n"));
    let pair = format!("FOO={VALUE}");
    let rotate = format!("--rotate={pair}");
    for arguments in [
        &[pair.as_str(), "--yes"][..],
        &["foo", "--yes"],
        &["LOBU_API_TOKEN", "--yes"],
        &["--from-process", &pair, "--yes"],
        &[&rotate, "--yes", "--yes-rotate"],
        &["FOO", "--rotate=FOO,bar", "--yes", "--yes-rotate"],
    ] {
        let told = flat(&refused(&site, arguments, 2));
        let expected = ["invalid secret name", "names that start with LOBU_ are reserved"];
        assert!(expected.iter().any(|text| told.contains(text)), "{told}");
    }
    let output = site.run(&["delete", &pair, "--yes"]);
    output.expect_code(2);
    assert!(!output.everything().contains(VALUE), "{output}");
}

#[test]
fn a_file_and_the_environment_and_stdin_are_sources() {
    let mut site = Site::new("");
    site.env.write("values.json", "{\"FROM_JSON\": \"line 1\\nline \\u00fc\"}").write("x.env", "FROM_FILE='a # b'\n");
    site.env.env("GITHUB_TOKEN", "from-the-environment").env("ANOTHER", "not-named");
    site.run(&["push", "FROM_JSON", "--from-file", "values.json", "--yes"]).expect_code(0);
    site.run(&["push", "--all", "--from-file", "x.env", "--yes"]).expect_code(0);
    site.run(&["push", "--from-process", "GITHUB_TOKEN", "--yes"]).expect_code(0);
    let (code, stdout, stderr) =
        site.run_with(b"FROM_STDIN=\"a\\nb\"\n", &["push", "FROM_STDIN", "--from-stdin", "--yes"]);
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert_eq!(
        ["FROM_JSON", "FROM_FILE", "GITHUB_TOKEN", "FROM_STDIN"].map(|name| site.stored(name).unwrap_or_default()),
        ["line 1\nline ü", "a # b", "from-the-environment", "a\nb"]
    );
    assert_eq!(site.audit().len(), 4, "nothing else of the environment");
    let list = site.json(&["list"]);
    let sources: Vec<_> = list["secrets"].as_array().expect("rows").iter().map(|row| row["source"].clone()).collect();
    assert_eq!(sources, ["file", "file", "stdin", "env"], "by name");
}

#[test]
fn the_older_name_of_the_default_source_is_one_too() {
    for flag in ["--from-dotenv", "--from-env"] {
        let site = Site::new("FOO=value-a\n");
        site.run(&["push", "FOO", flag, "--yes"]).expect_code(0);
        assert_eq!(site.stored("FOO").as_deref(), Some("value-a"));
    }
}

#[test]
fn a_file_that_git_would_commit_is_warned_of() {
    let site = Site::new("FOO=value-a\n");
    let warning = ".env is not ignored by git; add it to .gitignore";
    let dry_run = || site.run(&["push", "FOO", "--dry-run"]);
    assert!(!flat(&dry_run().stderr).contains(warning), "there is no repository");
    site.env.write(".git/HEAD", "ref: refs/heads/main\n").write(".git/config", "[core]\n").write(".git/objects/x", "");
    let output = dry_run();
    output.expect_code(0);
    assert!(flat(&output.stderr).contains(&format!("warning: {warning}")), "{output}");
    site.env.write(".gitignore", "*.env\n.env\n");
    assert!(!flat(&dry_run().stderr).contains(warning));
}

#[test]
fn names_that_no_secret_can_have_are_left_out_and_told() {
    let site = Site::new("FOO=value-a\nlower=1\nLOBU_API_URL=https://x.example\n_X=2\n");
    let output = site.run(&["push", "--all", "--yes"]);
    output.expect_code(0);
    let note = "note: not pushed, since no secret can have such a name: LOBU_API_URL, _X, lower";
    assert!(flat(&output.stderr).contains(note), "{output}");
    assert_eq!(site.audit(), ["create FOO"]);
    let output = site.run(&["push", "FOO", "--yes"]);
    assert!(!output.stderr.contains("not pushed"), "what was not asked for is not told\n{output}");
}

#[test]
fn stdin_may_be_json_and_a_file_may_be_a_pipe() {
    let site = Site::new("");
    let json = format!("{{\"FOO\": \"{VALUE}\\t\"}}");
    let (code, _, stderr) =
        site.run_with(json.as_bytes(), &["push", "FOO", "--from-stdin", "--format", "json", "--yes"]);
    assert_eq!((code, site.stored("FOO")), (Some(0), Some(format!("{VALUE}\t"))), "{stderr}");

    let dotenv = format!("BAR={VALUE}\n");
    let (code, _, stderr) = site.run_with(dotenv.as_bytes(), &["push", "BAR", "--from-file", "/dev/stdin", "--yes"]);
    assert_eq!((code, site.stored("BAR").as_deref()), (Some(0), Some(VALUE)), "{stderr}");
}

#[test]
fn a_source_without_any_name_is_no_success() {
    let site = Site::new(&format!("FOO={VALUE}\n"));
    site.env.write("empty.env", "# nothing\n").write("empty.json", "{}");
    for (input, arguments) in [
        ("", &["--all", "--from-stdin", "--yes"][..]),
        ("{}", &["--all", "--from-stdin", "--format", "json", "--yes"]),
        ("", &["--all", "--from-file", "empty.env", "--yes"]),
        ("", &["--all", "--from-file", "empty.json", "--yes"]),
    ] {
        let (code, _, stderr) = site.run_with(input.as_bytes(), &[&["push"], arguments].concat());
        assert_eq!(code, Some(2), "{stderr}");
        assert!(flat(&stderr).contains("there is no name in it; nothing was sent"), "{stderr}");
    }
}
