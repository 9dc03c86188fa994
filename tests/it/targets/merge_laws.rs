//! A project in a target is the project in which the same is written by hand.

use std::collections::BTreeSet;

use lobu::desired::DesiredState;
use lobu::model::{Diagnostic, Severity};
use lobu::schema::Resource;
use proptest::prelude::*;

use crate::support::generator::{Overlaid, TARGET, overlaid, project};
use crate::support::project::{read, read_in};

/// All that counts of a resource, without where it stands.
fn content(desired: &DesiredState) -> Vec<String> {
    let shown = |resource: &Resource| {
        let Resource {
            key,
            declared,
            sources,
            looked_up,
            literal_keys,
            never_sent,
            position: _,
            files,
            targets: _,
            overlaid: _,
        } = resource;
        format!("{key}: {declared:#?} {sources:?} {looked_up:?} {literal_keys:?} {} {files:?}", never_sent.len())
    };
    desired.all().map(shown).collect()
}

/// What is said of a project, without where: of a target as of the project itself.
fn said(diagnostics: &[Diagnostic]) -> BTreeSet<(Severity, &'static str, String)> {
    let suffix = format!(" (target `{TARGET}`)");
    let words = |one: &Diagnostic| (one.severity, one.code, one.message.replace(&suffix, ""));
    diagnostics.iter().map(words).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_merged_project_is_the_one_that_is_written_by_hand(drawn in project().prop_flat_map(overlaid)) {
        let Overlaid { project, by_hand } = drawn;
        let directories = [tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory")];
        project.write_to(directories[0].path());
        by_hand.write_to(directories[1].path());
        let (merged, of_target) = read_in(directories[0].path(), TARGET);
        let (hand, of_hand) = read(directories[1].path());
        prop_assert_eq!(content(&merged), content(&hand));
        // Of the project itself the same is said as ever, and of the target what is said of the one by hand.
        let (_, of_base) = read(directories[0].path());
        let (target, hand, base) = (said(&of_target), said(&of_hand), said(&of_base));
        let missing: Vec<_> = hand.difference(&target).collect();
        prop_assert!(missing.is_empty(), "not said of the target: {missing:?}");
        let more: Vec<_> = target.iter().filter(|one| !hand.contains(*one) && !base.contains(*one)).collect();
        prop_assert!(more.is_empty(), "said of the target only: {more:?}");
    }

    #[test]
    fn a_target_that_says_nothing_changes_nothing(project in project()) {
        let directory = tempfile::tempdir().expect("a directory");
        let mut with = project.clone();
        let toml = format!("{}\n[targets.{TARGET}]\nurl = \"https://x.example\"\n", project.files["lobu.toml"]);
        with.files.insert("lobu.toml".to_owned(), toml);
        with.write_to(directory.path());
        let (merged, _) = read_in(directory.path(), TARGET);
        let (base, _) = read(directory.path());
        prop_assert_eq!(merged, base);
    }
}
