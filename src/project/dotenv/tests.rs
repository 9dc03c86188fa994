use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::*;

fn fixtures(wanted: impl Fn(&serde_json::Value) -> bool) -> Vec<(String, String, serde_json::Value)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/dotenv");
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "env") {
            let expected = serde_json::from_str(&fs::read_to_string(path.with_extension("json")).unwrap()).unwrap();
            if wanted(&expected) {
                found.push((path.display().to_string(), fs::read_to_string(&path).unwrap(), expected));
            }
        }
    }
    found
}

fn values(text: &str) -> BTreeMap<String, String> {
    let dotenv = parse(text).map_err(|problems| format!("{text}: {problems:?}")).unwrap();
    dotenv.into_values().into_iter().map(|(name, value)| (name, value.to_string())).collect()
}

fn kinds(text: &str) -> Vec<(u32, &'static str)> {
    parse(text).unwrap_err().iter().map(|problem| (problem.line, problem.kind.code())).collect()
}

#[test]
fn files_are_read_as_their_tables_say() {
    let fixtures = fixtures(serde_json::Value::is_object);
    assert_eq!(fixtures.len(), 19);
    for (path, text, expected) in fixtures {
        assert_eq!(serde_json::to_value(values(&text)).unwrap(), expected, "{path}");
    }
}

#[test]
fn all_broken_lines_are_told_without_their_content() {
    for (path, text, expected) in fixtures(serde_json::Value::is_array) {
        assert_eq!(serde_json::to_value(kinds(&text)).unwrap(), expected, "{path}");
        let problems = parse(&text).unwrap_err();
        let diagnostics: Vec<_> = problems.iter().map(|problem| problem.diagnostic(".env")).collect();
        let shown = format!("{problems:?} {diagnostics:?} {}", problems[0]);
        assert!(!shown.contains("hunter2"), "{path}: {shown}");
        assert!(diagnostics.iter().all(|diagnostic| diagnostic.excerpt.is_none()));
    }
}

#[test]
fn the_debug_form_shows_names_only() {
    let dotenv = parse("NAME=hunter2").unwrap();
    assert_eq!(format!("{dotenv:?}"), r#"{"NAME"}"#);
    assert_eq!(dotenv.names().collect::<Vec<_>>(), ["NAME"]);
    assert_eq!((dotenv.line("NAME"), dotenv.line("OTHER")), (Some(1), None));
    assert_eq!(dotenv.value("NAME").unwrap().as_str(), "hunter2");
}

#[test]
fn a_value_may_have_64_kib() {
    for quote in ["", "'", "\""] {
        let line = |length: usize| format!("A={quote}{}{quote}", "x".repeat(length));
        assert_eq!(values(&line(64 * 1024))["A"].len(), 64 * 1024);
        assert_eq!(kinds(&line(64 * 1024 + 1)), [(1, "dotenv-value-too-long")]);
    }
}

#[test]
fn single_quotes_span_lines() {
    let text = "A='-----BEGIN\r\nx\\n\n-----END' # key\nB='1'\n";
    assert_eq!(
        values(text),
        [("A", "-----BEGIN\nx\\n\n-----END"), ("B", "1")].map(|(a, b)| (a.to_owned(), b.to_owned())).into()
    );
    assert_eq!(kinds("A=1\nB='x\nC=2\n"), [(2, "dotenv-unterminated-quote")]);
    assert_eq!(kinds("A='x\n' y\nB=2\n"), [(1, "dotenv-after-quote")]);
}

#[test]
fn values_that_no_variable_can_have_are_refused_with_their_line() {
    for quote in ["", "'", "\""] {
        assert_eq!(kinds(&format!("X=1\nA={quote}a\0b{quote}\n")), [(2, "dotenv-null")]);
        assert_eq!(kinds(&format!("X=1\nA={quote}a\rb{quote}\r\n")), [(2, "dotenv-carriage-return")]);
    }
    assert_eq!(values("# a\0b\rc\nA=1\r\n")["A"], "1");
    assert_eq!(set("", "A", "a\rb").unwrap_err(), EditError::CarriageReturn);
}

#[test]
fn the_lines_of_a_broken_entry_are_not_taken_for_entries() {
    assert_eq!(kinds("a-b=\"x\nNAME=y\n\"\nOTHER"), [(1, "dotenv-name"), (4, "dotenv-malformed")]);
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        drop(parse(&text));
    }

    #[test]
    fn text_that_looks_like_dotenv_never_panics(text in "[A='\"#\\\\n $\r\n\t]{0,60}") {
        drop(parse(&text));
    }

    #[test]
    fn double_quoted_values_come_back(value in "[^\r\0]*") {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
        prop_assert_eq!(&values(&format!("A=\"{escaped}\" # comment\nB=1"))["A"], &value);
        let on_one_line = escaped.replace('\n', "\\n");
        prop_assert_eq!(&values(&format!("export A = \"{on_one_line}\""))["A"], &value);
    }

    #[test]
    fn single_quoted_values_come_back(value in "[^\r\0']*") {
        prop_assert_eq!(&values(&format!("A='{value}'"))["A"], &value);
    }

    #[test]
    fn unquoted_values_come_back(value in "[!$-&(-~][!-~]{0,20}") {
        prop_assert_eq!(&values(&format!("A={value}"))["A"], &value);
    }

    #[test]
    fn no_problem_holds_content(secret in "[a-z]{12}", before in "[A= '\"-]{0,4}", after in "[ '\"=]{0,4}") {
        if let Err(problems) = parse(&format!("{before}{secret}{after}")) {
            let shown = format!("{problems:?}");
            prop_assert!(!shown.contains(&secret));
        }
    }
}

#[test]
fn of_many_wrong_lines_the_first_are_told_and_the_rest_counted() {
    let problems = |lines: usize| parse(&"x\n".repeat(lines)).unwrap_err();
    assert_eq!(problems(20).len(), 20);
    for (lines, last) in [(21, "line 21: and 1 more line is wrong"), (90, "line 21: and 70 more lines are wrong")] {
        let found = problems(lines);
        assert_eq!((found.len(), found[20].to_string().as_str()), (21, last));
    }
}
