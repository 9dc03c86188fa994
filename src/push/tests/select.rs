use super::support::{name, names, source, wanted};
use crate::env::Environment;
use crate::push::{Rotation, SelectionError, Wanted, select};
use crate::secrets::{LONGEST_VALUE, SourceValues, SourceWord};

fn nothing() -> Environment {
    Environment::default()
}

fn chosen(wanted: &Wanted) -> Vec<&str> {
    wanted.keys().map(crate::model::SecretName::as_str).collect()
}

/// The same source with a value that only dotenv reads: JSON is refused for it already.
fn dotenv(text: &str) -> SourceValues {
    SourceValues::of_dotenv(".env", SourceWord::Env, crate::project::dotenv::parse(text).unwrap())
}

#[test]
fn references_and_given_names_are_pushed_and_the_rest_of_the_source_only_with_all() {
    let source = source(&[("GIVEN", "1"), ("USED", "2"), ("REST", "3")]);
    let references = || Wanted::from([(name("USED"), vec!["a/b".to_owned()]), (name("ABSENT"), Vec::new())]);
    let given = names(&["GIVEN", "USED"]);
    let wanted = select(references(), &given, false, &source, &nothing()).unwrap();
    assert_eq!(chosen(&wanted), ["ABSENT", "GIVEN", "USED"]);
    assert_eq!(wanted[&name("USED")], ["a/b"]);
    let wanted = select(references(), &given, true, &source, &nothing()).unwrap();
    assert_eq!(chosen(&wanted), ["ABSENT", "GIVEN", "REST", "USED"]);
    assert_eq!(chosen(&select(Wanted::new(), &names(&[]), false, &source, &nothing()).unwrap()), [""; 0]);
}

#[test]
fn names_that_were_given_and_are_absent_or_empty_are_all_told() {
    let source = source(&[("HERE", "1"), ("EMPTY", "")]);
    let given = names(&["HERE", "EMPTY", "ABSENT", "ALSO_ABSENT"]);
    let error = select(Wanted::new(), &given, false, &source, &nothing()).unwrap_err();
    assert_eq!(error.to_string(), ".env has no value for ABSENT, ALSO_ABSENT, EMPTY (set, but empty)");
    assert!(matches!(error, SelectionError::NotInSource { .. }));
    // What only the project refers to may be missing: its row says so.
    assert!(select(wanted(&["EMPTY", "ABSENT"]), &names(&["HERE"]), true, &source, &nothing()).is_ok());
}

#[test]
fn what_stands_for_a_value_is_none() {
    let source = source(&[("A", "***1a2b"), ("B", "secret://dev/user/B"), ("C", "lobu_secret_x"), ("D", "fine***")]);
    let error = select(Wanted::new(), &names(&[]), true, &source, &nothing()).unwrap_err();
    assert_eq!(error.to_string(), "what .env has for A, B, C is a placeholder or a reference, not a value");
    assert!(select(Wanted::new(), &names(&["D"]), false, &source, &nothing()).is_ok(), "the others are not pushed");
}

#[test]
fn what_is_too_long_is_told() {
    let longest = "x".repeat(LONGEST_VALUE);
    assert!(select(Wanted::new(), &names(&["LONG"]), false, &source(&[("LONG", &longest)]), &nothing()).is_ok());
    // No parser lets more through; the environment can hold it.
    let environment = Environment::from_pairs([("LONG", format!("{longest}x")), ("LONGER", format!("{longest}yy"))]);
    let source = SourceValues::of_process(&environment, &[name("LONG"), name("LONGER")]);
    let error = select(Wanted::new(), &names(&["LONG"]), true, &source, &environment).unwrap_err();
    assert_eq!(error.to_string(), "what the environment has for LONG, LONGER is longer than 64 KiB");
}

#[test]
fn an_environment_that_says_otherwise_stops() {
    let environment = Environment::from_pairs([("SAME", "1"), ("OTHER", "x"), ("EMPTY", ""), ("UNWANTED", "x")]);
    let all = [("SAME", "1"), ("OTHER", "2"), ("EMPTY", "3"), ("UNWANTED", "4")];
    let given = names(&["SAME", "OTHER", "EMPTY"]);
    let error = select(Wanted::new(), &given, false, &source(&all), &environment).unwrap_err();
    assert_eq!(error.to_string(), "the environment and .env have different values for OTHER");
    let error = select(Wanted::new(), &given, true, &source(&all), &environment).unwrap_err();
    assert_eq!(error.to_string(), "the environment and .env have different values for OTHER, UNWANTED");
    let source = source(&[("OTHER", ""), ("SAME", "1")]);
    assert!(select(wanted(&["OTHER"]), &names(&["SAME"]), false, &source, &environment).is_ok(), "nothing is sent");
}

#[test]
fn values_of_the_environment_never_differ_from_it() {
    let environment = Environment::from_pairs([("FOO", "1")]);
    let source = SourceValues::of_process(&environment, &[name("FOO")]);
    assert!(select(Wanted::new(), &names(&["FOO"]), false, &source, &environment).is_ok());
}

#[test]
fn settings_of_this_program_are_never_pushed() {
    let source = dotenv("LOBU_API_TOKEN=x\nLOBU_OTHER=y\nLOBUX=z\nlower=1\n");
    assert_eq!(chosen(&select(Wanted::new(), &names(&[]), true, &source, &nothing()).unwrap()), ["LOBUX"]);
    assert_eq!(source.unusable().collect::<Vec<_>>(), ["LOBU_API_TOKEN", "LOBU_OTHER", "lower"]);
}

#[test]
fn no_error_holds_a_value() {
    let environment = Environment::from_pairs([("A", "hunter3")]);
    let errors = [
        select(Wanted::new(), &names(&["B"]), false, &source(&[("A", "hunter2")]), &environment),
        select(Wanted::new(), &names(&["A"]), false, &source(&[("A", "hunter2")]), &environment),
        select(Wanted::new(), &names(&["A"]), false, &source(&[("A", "***hunter2")]), &nothing()),
    ];
    for error in errors {
        let error = error.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter"), "{error:?}");
    }
}

#[test]
fn a_rotation_covers_what_it_names() {
    let named = Rotation::Named(names(&["FOO"]));
    let covered = [&Rotation::Never, &Rotation::All, &named]
        .map(|rotation| (rotation.covers(&name("FOO")), rotation.covers(&name("BAR"))));
    assert_eq!(covered, [(false, false), (true, true), (true, false)]);
}
