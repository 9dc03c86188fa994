//! Every field of every kind that files can declare, and every member of one: read from the place that its row names, and pulled
//! back into it. No place has code of its own here but what must stand beside it.

mod files;
mod place;

use std::fmt::Write as _;
use std::path::Path;

use lobu::desired::DesiredState;
use lobu::model::FieldPath;
use lobu::plan::Selection;
use lobu::schema::{ALL, Declaration, Kind};
use lobu::show::Origin;

use self::files::Files;
use self::place::{Place, places, script};
use crate::support::converge::{ORG, apply};
use crate::support::memory_org::MemoryOrg;
use crate::support::project::desired_of;
use crate::support::pulling::pull;
use crate::support::showing::show;

/// What a project says at a place.
fn declared(desired: &DesiredState, place: &Place) -> Option<Declaration> {
    let (root, members) = place.steps.split_first()?;
    let is_own = |id: &str| id == "triage" || id == "triage/own" || id == "one";
    let resource = desired.of(place.kind).iter().find(|resource| is_own(&resource.key.id))?;
    let root = resource.declared.get(place.kind.field(root)?)?;
    let found = members.iter().try_fold(root, |outer, step| match outer {
        Declaration::Keyed(entries) => {
            entries.iter().find(|(key, _)| key.0.last().is_some_and(|last| last == step)).map(|(_, entry)| entry)
        }
        outer => outer.members()?.get(*step),
    });
    found.cloned()
}

#[test]
fn every_field_is_read_from_its_place() {
    let mut wrong = String::new();
    let places = places(&ALL);
    for place in &places {
        let mut expect = |state, text: Option<&str>, expected: Option<Declaration>| {
            let files = Files::with(place, text);
            let found = declared(&files.desired(), place);
            if found != expected {
                writeln!(wrong, "{place}, {state}: {found:?}, not {expected:?}\n{}", files.text()).unwrap();
            }
        };
        for sample in place.samples() {
            expect("a value", Some(&sample.text), Some(Declaration::Leaf(sample.value)));
        }
        if place.may_be_absent() {
            expect("absent", None, None);
        }
        if let Some(empty) = place.empty() {
            expect("empty", Some(empty), Some(Declaration::Clear));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(places.len() > 50, "only {} places", places.len());
}

/// The last name of a place as its file writes it.
fn key_of(place: &Place) -> &'static str {
    let key = place.file.rsplit(['.', ' ']).next().unwrap_or_default();
    // What has a free name is `one`; so is the key of a config.
    if key.starts_with('<') || key == "config" { "one" } else { key }
}

#[test]
fn every_field_is_shown_with_its_place() {
    let mut wrong = String::new();
    for place in places(&ALL) {
        let empty = place.empty().map(str::to_owned);
        for text in place.samples().map(|sample| sample.text).into_iter().chain(empty) {
            let files = Files::with(&place, Some(&text));
            let found = shown_at(files.path(), place.kind, &place.steps);
            let Some(Origin::File(at)) = &found else {
                writeln!(wrong, "{place}: {found:?}").unwrap();
                continue;
            };
            let written = files.read(&at.file);
            let line = usize::try_from(at.line).unwrap().checked_sub(1).and_then(|line| written.lines().nth(line));
            let is_whole_file =
                place.is_script() && text != "\"\"" || ALL.prompts().any(|prompt| prompt.file == place.file);
            let is_body = place.file.ends_with("/SKILL.md");
            let expected = if is_body { text.trim_matches('"') } else { key_of(&place) };
            let is_right = match line {
                None => is_whole_file,
                Some(line) => !is_whole_file && line.contains(expected),
            };
            if !is_right {
                writeln!(wrong, "{place}: {at:?} is {line:?}").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Where a field of the project is from.
fn shown_at(directory: &Path, kind: Kind, steps: &[&str]) -> Option<Origin> {
    let all = show(directory, &Selection::default());
    let is_it = |path: &FieldPath| {
        let same = |one: &String, other: &&str| one == other || one.strip_prefix("local/") == Some(other);
        path.steps().len() == steps.len() && path.steps().iter().zip(steps).all(|(one, other)| same(one, other))
    };
    let of_kind = all.iter().filter(|shown| shown.key.kind == kind);
    let own = of_kind.filter(|shown| matches!(shown.key.id.as_str(), "triage" | "triage/own" | "one"));
    own.flat_map(|shown| &shown.fields).find(|field| is_it(&field.path)).and_then(|field| field.origin.clone())
}

/// An org that has what the files of a directory declare.
async fn org_with(directory: &Path) -> MemoryOrg {
    let values = ["ONE", "TWO"].map(|name| (name.to_owned(), format!("value of {name}")));
    let org = MemoryOrg::new(ORG, values.into()).with_secrets_api();
    let report = apply(&org, &desired_of(directory), false).await;
    assert!(report.is_complete(), "{report:?}");
    org
}

/// Pulls what the org has at a place into files that say something else there, and into files that say nothing.
async fn pulled(place: &Place) -> Result<(), String> {
    let [one, other] = place.samples();
    let wanted = Files::with(place, Some(&other.text));
    let org = org_with(wanted.path()).await;
    if !place.keeps_references() {
        let files = Files::with(place, Some(&one.text));
        let rows = pull(ALL, files.path(), &org, false, false).await;
        // How a text is quoted and what is left blank is said by the tests of the patchers.
        let bare = |files: &Files| files.text().replace(['"', ' '], "");
        if place.is_script() {
            // The file that the model names has another text now, and the name stays.
            let text = std::fs::read_to_string(files.path().join("models/reactions/one.ts")).expect("the script");
            assert_eq!((rows, text), (1, script("other")));
        } else if rows != 1 || bare(&files) != bare(&wanted) {
            return Err(format!("changed in {rows} rows:\n{}instead of\n{}", files.text(), wanted.text()));
        }
    }
    if place.may_be_absent() {
        let files = Files::with(place, None);
        let rows = pull(ALL, files.path(), &org, false, false).await;
        let found = declared(&files.desired(), place);
        if rows != 1 || found != Some(Declaration::Leaf(other.value)) {
            return Err(format!("added in {rows} rows: {found:?}\n{}", files.text()));
        }
    }
    Ok(())
}

#[tokio::test]
async fn every_field_is_pulled_into_its_place() {
    let mut wrong = String::new();
    for place in places(&ALL).iter().filter(|place| place.is_compared) {
        if let Err(what) = pulled(place).await {
            writeln!(wrong, "{place}, {what}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
