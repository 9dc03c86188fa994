use proptest::prelude::*;

use crate::edit::yaml::read::counted;
use crate::edit::yaml::{Data, Node, ProblemKind, Spot, Stream, YamlLimits, read};
use crate::model::{Family, Number};

fn limits() -> YamlLimits {
    YamlLimits::DEFAULT
}

fn stream(text: &str) -> Stream {
    read(text, &limits())
}

#[track_caller]
fn one(text: &str) -> Node {
    let stream = stream(text);
    assert_eq!(stream.problems, [], "{text}");
    let [document] = stream.documents.as_slice() else { panic!("{text}: {} documents", stream.documents.len()) };
    document.root.clone()
}

#[track_caller]
fn problem(text: &str) -> (u32, u32, ProblemKind) {
    let stream = stream(text);
    let [problem] = stream.problems.as_slice() else { panic!("{text}: {:?}", stream.problems) };
    (problem.spot.line, problem.spot.column, problem.kind.clone())
}

#[test]
fn scalars_are_those_of_yaml_1_2() {
    let number = |number: f64| Data::Number(Number::from_f64(number).unwrap());
    let text = |text: &str| Data::Text(text.to_owned());
    let table = [
        ("~", Data::Null),
        ("null", Data::Null),
        ("true", Data::Bool(true)),
        ("FALSE", Data::Bool(false)),
        ("yes", text("yes")),
        ("on", text("on")),
        ("'true'", text("true")),
        ("\"1\"", text("1")),
        ("1", number(1.0)),
        ("1.0", number(1.0)),
        ("-0", number(0.0)),
        ("+12", number(12.0)),
        ("007", number(7.0)),
        ("0o17", number(15.0)),
        ("0x1F", number(31.0)),
        ("1.", number(1.0)),
        (".5", number(0.5)),
        ("-.5e-1", number(-0.05)),
        ("1e3", number(1000.0)),
        ("9007199254740991", number(9_007_199_254_740_991.0)),
        ("1_000", text("1_000")),
        ("12:30", text("12:30")),
        ("2026-01-02", text("2026-01-02")),
        ("1.2.3", text("1.2.3")),
        (".", text(".")),
        ("e5", text("e5")),
        ("1e", text("1e")),
        ("-0x1F", text("-0x1F")),
        ("!!str 1", text("1")),
        ("! 1", text("1")),
        ("!!int \"1\"", number(1.0)),
        ("!!null ''", Data::Null),
        ("|\n  a\n  b\n", text("a\nb\n")),
        (">-\n  a\n  b\n", text("a b")),
    ];
    for (source, data) in table {
        assert_eq!(one(source).data, data, "{source}");
    }
}

#[test]
fn values_know_where_they_stand() {
    let document = one("# head\na:\n  b: [x,  y]\nc: ü\n");
    assert_eq!(document.spot(), Spot { line: 2, column: 1 });
    let entries = document.map().unwrap();
    assert_eq!(entries[1].spot(), Spot { line: 4, column: 1 });
    assert_eq!(entries[1].value.spot(), Spot { line: 4, column: 4 });
    let list = document.get("a").and_then(|a| a.get("b")).unwrap().list().unwrap();
    assert_eq!(list[1].spot(), Spot { line: 3, column: 11 });
    assert_eq!(list[1].spot().down(2).within("x").line, 5);
}

#[test]
fn a_stream_has_many_documents_also_empty_ones() {
    let documents = stream("---\na: 1\n---\n---\nb: 2\n...\n").documents;
    let kinds: Vec<&str> = documents.iter().map(|document| document.root.kind()).collect();
    assert_eq!(kinds, ["a mapping", "nothing", "a mapping"]);
    assert_eq!(stream(""), Stream::default());
    assert_eq!(stream("# only a comment\n"), Stream::default());
    assert_eq!(one("\u{FEFF}a: 1").kind(), "a mapping");
}

#[test]
fn keys_are_texts_and_stand_once() {
    assert_eq!(problem("a: 1\nb: 2\na: 3"), (3, 1, ProblemKind::DuplicateKey { first: 1 }));
    assert_eq!(problem("a:\n  x: 1\n  'x': 2").2, ProblemKind::DuplicateKey { first: 2 });
    assert_eq!(problem("1: a"), (1, 1, ProblemKind::KeyIsNotText { found: "a number" }));
    assert_eq!(problem("true: a").2, ProblemKind::KeyIsNotText { found: "true or false" });
    assert_eq!(problem("? [a]\n: b").2, ProblemKind::KeyIsNotText { found: "a list" });
    assert_eq!(problem(": b").2, ProblemKind::KeyIsNotText { found: "nothing" });
    assert_eq!(problem("a: &x {b: 1}\nc:\n  <<: *x").2, ProblemKind::MergeKey);
    assert_eq!(one("yes: 1\n'1': 2\n'<<': 3").map().unwrap().len(), 3);
}

#[test]
fn all_keys_and_numbers_that_cannot_be_are_told_at_once() {
    let stream = stream("1: a\nb: 99999999999999999\nb: 2\nc: .inf\nd: !x 1\ne: !!int x\n");
    let codes: Vec<(u32, &str)> = stream.problems.iter().map(|p| (p.spot.line, p.kind.code())).collect();
    let expected = [
        (1, "yaml-key"),
        (2, "yaml-number"),
        (3, "yaml-duplicate-key"),
        (4, "yaml-number"),
        (5, "yaml-tag"),
        (6, "yaml-tag"),
    ];
    assert_eq!(codes, expected);
    assert_eq!(read(&"1: a\n".repeat(1000), &limits()).problems.len(), 20);
}

#[test]
fn numbers_that_the_server_would_change_are_refused() {
    for source in ["9007199254740992", "-9007199254740992", "123456789012345678901234567890", "0xFFFFFFFFFFFFFFFFF"] {
        assert_eq!(problem(source).2, ProblemKind::UnsafeNumber, "{source}");
    }
    for source in [".nan", "-.INF", "1e999"] {
        assert_eq!(problem(source).2, ProblemKind::NotFinite, "{source}");
    }
}

#[test]
fn aliases_repeat_their_value() {
    let document = one("a: &x {b: 1}\nc: *x\n&k key: 1\nlist: [*k]");
    assert_eq!(document.get("a").unwrap().data, document.get("c").unwrap().data);
    assert_eq!(document.get("c").unwrap().spot(), Spot { line: 2, column: 4 });
    assert_eq!(document.get("list").unwrap().list().unwrap()[0].text(), Some("key"));
    assert_eq!(problem("a: *x").2, ProblemKind::UnknownAnchor);
    assert_eq!(problem("a: &x\n  b: *x").2, ProblemKind::RecursiveAlias);
    assert_eq!(stream("--- &x 1\n---\n*x\n").problems[0].kind, ProblemKind::UnknownAnchor);
}

#[test]
fn aliases_that_explode_end_in_an_error_after_few_values() {
    use std::fmt::Write as _;
    let mut laughs = "a0: &a0 [lol]\n".to_owned();
    for level in 1..=10 {
        let below = format!("*a{},", level - 1).repeat(9);
        writeln!(laughs, "a{level}: &a{level} [{below}]").unwrap();
    }
    assert_eq!(problem(&laughs).2.code(), "yaml-limit");
    // Each value is taken once, once more for its anchor, and once for each alias, within the limit.
    let (_, values) = counted(&laughs, &limits());
    assert!(values <= 3 * limits().nodes, "{values}");
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1_000_000), "*a,".repeat(90));
    assert_eq!(problem(&long).2, ProblemKind::TooMuchRepeated { limit: 4 * 1024 * 1024 });
    assert!(counted(&long, &limits()).1 < 20);
}

#[test]
fn the_limits_hold_at_their_edges() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(stream(&nested(32)).problems, []);
    assert_eq!(problem(&nested(33)).2, ProblemKind::TooDeep { limit: 32 });
    assert_eq!(problem(&"[".repeat(100_000)).2, ProblemKind::TooDeep { limit: 32 });
    assert_eq!(problem(&"- ".repeat(100_000)).2, ProblemKind::TooDeep { limit: 32 });
    let blocks = |depth: usize| (0..depth).map(|level| " ".repeat(level) + "a:\n").collect::<String>();
    assert_eq!(stream(&blocks(32)).problems, []);
    assert_eq!(problem(&blocks(33)).2, ProblemKind::TooDeep { limit: 32 });

    let aliased = |count: usize| format!("a: &a 1\nb: [{}]", "*a,".repeat(count));
    assert_eq!(stream(&aliased(100)).problems, []);
    assert_eq!(problem(&aliased(101)).2, ProblemKind::TooManyAliases { limit: 100 });
    let anchored = |count: usize| "- &a 1\n".repeat(count);
    assert_eq!(stream(&anchored(100)).problems, []);
    assert_eq!(problem(&anchored(101)).2, ProblemKind::TooManyAliases { limit: 100 });

    let hanging = |depth: usize| format!("a: &a {}\nb: {}*a{}", nested(16), "[".repeat(depth), "]".repeat(depth));
    assert_eq!(stream(&hanging(15)).problems, []);
    assert_eq!(problem(&hanging(16)).2, ProblemKind::TooDeep { limit: 32 });

    let small = YamlLimits { nodes: 4, ..limits() };
    assert_eq!(read("[1, 2, 3]", &small).problems, []);
    assert_eq!(read("[1, 2, 3, 4]", &small).problems[0].kind, ProblemKind::TooManyValues { limit: 4 });
}

#[test]
fn broken_yaml_is_told_in_our_words_with_its_place() {
    let table = [
        ("a: 'b", 1, "unclosed quote"),
        ("a: \"b\" c", 1, "unexpected text after the closing quote"),
        ("a: [b", 2, "unclosed `[` or `{`"),
        ("a:\n\tb: 1", 2, "a tab cannot be used for indentation"),
        ("a: b: c", 1, "unexpected `:`; a text that contains `: ` needs quotes"),
        ("a: @x", 1, "a text that starts with this character needs quotes"),
        ("a: 1\n b: 2", 2, "unexpected `:`; a text that contains `: ` needs quotes"),
        ("a: \"\\q\"", 1, "unknown escape; a text with `\\` needs single quotes"),
        ("a: 1\n- b", 2, "wrong indentation"),
    ];
    for (source, line, message) in table {
        let (found, _, kind) = problem(source);
        assert_eq!((kind.to_string().as_str(), kind.code()), (message, "yaml-syntax"), "{source}");
        assert!(found <= line, "{source}: line {found}");
    }
}

#[test]
fn a_secret_on_a_broken_line_never_shows() {
    let secret = "hunter2hunter2";
    for source in [
        format!("a: [{secret}"),
        format!("a: '{secret}"),
        format!("a: *{secret}"),
        format!("{secret}: 1\n{secret}: 2"),
        format!("a: !{secret} x"),
        format!("a: {secret}: x"),
        format!("a: \"{secret}\\q\""),
        format!("a: @{secret}"),
        format!("a:\n\t{secret}"),
    ] {
        let stream = stream(&source);
        assert!(!stream.problems.is_empty(), "{source}");
        for problem in stream.problems {
            let shown = format!("{problem} {problem:?} {:?}", problem.diagnostic(Family::Memory, "m.yaml", 0));
            assert!(!shown.contains(secret), "{source}: {shown}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        stream(&text);
    }

    #[test]
    fn text_that_looks_like_yaml_never_panics(text in "[-a: \\n\\[\\]{},&*!|>'\"%?#~0-9.\\t]{0,80}") {
        stream(&text);
    }

    #[test]
    fn quoted_texts_come_back(text in "\\PC{0,40}") {
        let source = format!("key: {}", serde_json::to_string(&text).unwrap());
        let document = one(&source);
        prop_assert_eq!(document.get("key").and_then(Node::text), Some(text.as_str()));
    }
}
