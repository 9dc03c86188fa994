use proptest::prelude::*;

use super::random::{RandomChoices, content, of_node, read};
use super::*;

#[test]
fn a_new_document_is_in_block_style() {
    let content = table([
        ("version", 2.into()),
        (
            "types",
            list([table([("slug", "a".into()), ("empty", table([])), ("none", list([]))]), list([1.into(), text("")])]),
        ),
        ("prompt", "First\n\n  second\n".into()),
        ("strip", "First\nsecond".into()),
        ("keep", "First\nsecond\n\n".into()),
        ("deep", "  First\nsecond\n".into()),
        ("quoted", "a\tb \u{1b}\u{feff}\u{10FFFF}\n".into()),
        ("yes", "no".into()),
        ("half", 0.5.into()),
        ("big", 1e23.into()),
        ("nothing", Content::Null),
    ]);
    let written = "\
version: 2
types:
  - slug: a
    empty: {}
    none: []
  - - 1
    - \"\"
prompt: |
  First

    second
strip: |-
  First
  second
keep: |+
  First
  second

deep: |2
    First
  second
quoted: \"a\\tb \\x1B\\uFEFF\u{10FFFF}\\n\"
\"yes\": \"no\"
half: 0.5
big: 1e23
nothing: null
";
    assert_eq!(render(&content), written);
    assert_eq!(render(&table([])), "{}\n");
    assert_eq!(render(&list([])), "[]\n");
    assert_eq!(render(&text("a\nb\n")), "\"a\\nb\\n\"\n");
    assert_eq!(render(&Content::Null), "null\n");
}

#[test]
fn a_key_may_be_longer_than_the_parser_looks() {
    let key = "k".repeat(2000);
    for value in
        [list([1.into(), 2.into()]), table([("a", 1.into()), ("b", "x\ny\n".into())]), "x\ny\n".into(), 1.into()]
    {
        let long = table([(&key, value.clone())]);
        assert_eq!(read(&render(&long)), [long]);
        for before in ["a: 1\n", "{a: 1}\n"] {
            let after = patched(before, &[Change::set(at(&key), value.clone())]);
            assert_eq!(read(&after), [table([("a", 1.into()), (&key, value.clone())])], "{after}");
        }
    }
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof!["[a-c \\n\\t:#'\"\\\\|>-]{0,12}", "\\PC{0,12}", any::<String>(), "( {0,2}[#a\\-:?]{0,3}\n){0,4}a?"]
}

fn contents() -> impl Strategy<Value = Content> {
    let number = any::<f64>().prop_filter_map("finite", |number| Number::from_f64(number).ok().map(Content::Number));
    let whole = any::<i64>().prop_filter_map("safe", |number| Number::from_i64(number >> 11).ok().map(Content::Number));
    let leaf = prop_oneof![
        Just(Content::Null),
        any::<bool>().prop_map(Content::Bool),
        number,
        whole,
        texts().prop_map(Content::Text),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Content::List),
            proptest::collection::btree_map(texts(), inner, 0..5)
                .prop_map(|map| Content::Table(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn every_content_comes_back(content in contents()) {
        let written = render(&content);
        prop_assert_eq!(read(&written), vec![content], "{}", written);
    }

    #[test]
    fn every_content_can_be_set_everywhere(content in contents()) {
        let places = [
            ("a: 1\nb: 2\n", "a"),
            ("a: 1\r\n\r\nb: 2", "a"),
            ("a: 1\nb:\n  # c\n", "b.c"),
            ("l:\n  - x # c\n  - y\n", "l[0]"),
            ("l:\n- x # c\n\n- y\n", "l[1]"),
            ("f: [{a: x}, 1] # c\n", "f[0].a"),
            ("t: |\n  x\n\n# c\n", "t"),
        ];
        for (before, path) in places {
            let changes = [set(path, content.clone())];
            let edits = parse(before).unwrap().edits(&changes);
            prop_assert!(edits.is_ok(), "{:?}: {} in\n{}", edits, path, before);
            let after = apply_edits(before, &edits.unwrap());
            prop_assert_eq!(parse(&after).unwrap().edits(&changes), Ok(Vec::new()), "{}", after);
        }
    }

    #[test]
    fn scalars_are_read_by_the_rules_of_the_project(source in "[-+.0-9eExXonatruflsNULTRI~_a:]{1,8}") {
        let stream = crate::edit::yaml::read(&source, &YamlLimits::DEFAULT);
        let found = parse(&source);
        if let [Document { root, .. }] = stream.documents.as_slice()
            && root.map().is_none()
            && root.list().is_none()
        {
            let read = stream.problems.is_empty().then(|| of_node(root));
            let yaml = found.unwrap();
            let means = |content: &Content| yaml.edits(&[set("", content.clone())]) == Ok(Vec::new());
            prop_assert_eq!(read.as_ref().is_some_and(means), read.is_some(), "{} {:?}", source, read);
        }
    }

    #[test]
    fn random_contents_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let content = content(&mut RandomChoices(bytes.iter()), 0);
        prop_assert_eq!(read(&render(&content)), vec![content]);
    }
}
