//! Pages of any plan fit, and say what they leave out.

use proptest::prelude::*;

use super::structure::read;
use super::*;

/// A new prompt of many lines, a new domain that wants a look, or a value.
fn update(number: usize, lines: usize, wants_a_look: bool) -> Row {
    let prompt: Vec<String> =
        (0..lines).map(|line| format!("Line {line} of agent {number}, which has to be read.")).collect();
    let mut fields =
        vec![change(&["soulMd"], "", &prompt.join("\n")), change(&["egressConfig", "judgeModel"], "a", "b")];
    if wants_a_look {
        let domains = Some(Value::known_list(["*"]));
        fields.push(field(&["networkConfig", "allowedDomains"], FieldAction::Add, None, domains));
    }
    row(SETTINGS, &format!("agent-{number}"), Action::Update, fields)
}

/// How many resources of a page are blocks, are lines, and are only counted.
fn shown(page: &str) -> (usize, usize, usize) {
    let blocks = page.matches("<details").count();
    let lines = page.lines().filter(|line| line.starts_with("- `~ ") || line.starts_with("- ! `~ ")).count();
    let counted = page.lines().filter(|line| line.contains(" not shown; run `lobu plan` for all."));
    let number = |line: &str| {
        let before: Vec<&str> = line.split(" not shown").next().unwrap_or_default().split(' ').collect();
        before.iter().rev().find_map(|word| word.parse::<usize>().ok()).unwrap_or_default()
    };
    (blocks, lines, counted.map(number).sum())
}

#[test]
fn a_plan_of_2000_changes_fits_into_a_comment_and_says_what_is_left_out() {
    let large = Plan { rows: (0..2_000).map(|number| update(number, 20, number % 50 == 7)).collect(), ..empty() };
    let page = plan(&large, &view(COMMENT));
    let text = page.as_str();
    assert!(text.len() < 65_535, "{}", text.len());
    assert!(text.len() > 60_000, "{}", text.len());
    read(text);
    let (blocks, lines, counted) = shown(text);
    assert_eq!(blocks + lines + counted, 2_000, "{blocks} {lines} {counted}");
    assert!(text.contains("### Plan: 2000 to update"), "{text}");
    let first = text.lines().find(|line| line.contains("<details")).unwrap();
    assert_eq!(first, "<details open>");
    // What wants a look comes first, and none of it is only counted.
    assert_eq!(text.lines().filter(|line| line.contains("! ~ <code>") || line.starts_with("- ! ")).count(), 40);
    insta::assert_snapshot!(text.lines().filter(|line| line.contains("lobu plan")).collect::<Vec<_>>().join("\n"), @"
    12 resources are shown as a line each; run `lobu plan` for all.
    481 resources are shown as a line each, and 1479 more resources are not shown; run `lobu plan` for all.
    ");
}

#[test]
fn a_small_plan_leaves_nothing_out() {
    let large = Plan { rows: (0..10).map(|number| update(number, 5, false)).collect(), ..empty() };
    let page = plan(&large, &view(COMMENT)).to_string();
    assert_eq!(shown(&page), (10, 0, 0));
    assert!(!page.contains("lobu plan"), "{page}");
}

#[test]
fn many_secrets_warnings_and_problems_are_counted_too() {
    let key = |number: usize| ResourceKey::new(AGENT, format!("agent-{number}"));
    let problem = |number: usize| Problem { key: key(number), message: "it is wrong ".repeat(30), hint: None };
    let large = Plan {
        rows: vec![update(1, 3, true)],
        problems: (0..500).map(problem).collect(),
        warnings: (0..500).map(problem).collect(),
        missing_secrets: (0..3_000)
            .map(|number| MissingSecret { name: secret(&format!("TOKEN_{number}")), users: vec!["triage".to_owned()] })
            .collect(),
        undeclared: BTreeMap::from([(AGENT, (0..3_000).map(|number| format!("agent-{number}")).collect())]),
        ..empty()
    };
    let page = plan(&large, &view(COMMENT)).to_string();
    assert!(page.len() < 65_535, "{}", page.len());
    read(&page);
    insta::assert_snapshot!(page.lines().filter(|line| line.contains("lobu plan")).collect::<Vec<_>>().join("\n"), @"
    479 more problems are not shown; run `lobu plan` for all.
    2820 more secrets are not shown; run `lobu plan` for all.
    490 more messages are not shown; run `lobu plan` for all.
    1 entry is shown as a line; run `lobu plan` for all.
    ");
    assert_eq!(shown(&page).0, 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn every_page_fits_and_its_counts_add_up(
        rows in prop::collection::vec((0_usize..40, any::<bool>()), 0..150),
        limit in 9_000_usize..40_000,
    ) {
        let rows: Vec<Row> = rows.into_iter().enumerate().map(|(at, (lines, look))| update(at, lines, look)).collect();
        let count = rows.len();
        let page = plan(&Plan { rows, ..empty() }, &view(limit)).to_string();
        prop_assert!(page.len() <= limit, "{} of {}", page.len(), limit);
        read(&page);
        let (blocks, lines, counted) = shown(&page);
        prop_assert_eq!(blocks + lines + counted, count);
    }

    #[test]
    fn every_report_fits(lines in prop::collection::vec("[a-z ]{0,200}", 0..500), limit in 9_000_usize..70_000) {
        let document: crate::render::document::Document =
            lines.iter().map(|line| crate::render::document::line!("{}", line)).collect();
        let page = report(&document, limit).to_string();
        prop_assert!(page.len() <= limit);
        read(&page);
    }
}
