use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Diagnostic, Family, Position, Severity, TypeSlug};
use crate::project::quoted::quoted;
use crate::project::suggest::closest;
use crate::schema::Kind;

use super::found::{End, Found, FoundSlug, Rewritten};

/// How many rewritten slugs the one warning names.
const EXAMPLES: usize = 3;
/// How many unknown ends are told one by one; each is compared with every slug, to suggest one.
const UNKNOWN_ENDS: usize = 50;

/// What can only be seen with all files at hand.
pub(super) fn check(files: &[Found]) -> Vec<Diagnostic> {
    let mut diagnostics = duplicates(files);
    diagnostics.extend(rewritten(files));
    // A file that does not parse may declare what seems to be unknown.
    if !files.iter().any(|file| file.is_broken) {
        diagnostics.extend(unknown_ends(files));
    }
    diagnostics
}

fn duplicates(files: &[Found]) -> Vec<Diagnostic> {
    let mut first: BTreeMap<(Kind, &TypeSlug), &FoundSlug> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for found in files.iter().flat_map(|file| &file.slugs) {
        let Some(earlier) = first.get(&(found.kind, &found.slug)) else {
            first.insert((found.kind, &found.slug), found);
            continue;
        };
        let Position { file, line, .. } = &earlier.position;
        let message = format!(
            "{} with the slug {} already exists in `{file}` on line {line}",
            found.one,
            quoted(found.slug.as_str())
        );
        let diagnostic = Diagnostic::new(Severity::Error, Family::Memory, "duplicate-slug", message);
        diagnostics.push(diagnostic.at(found.position.clone()));
    }
    diagnostics
}

/// One warning for all slugs that the server stores in another form.
fn rewritten(files: &[Found]) -> Option<Diagnostic> {
    let all: Vec<&Rewritten> = files.iter().flat_map(|file| &file.rewritten).collect();
    let first = all.iter().map(|rewritten| &rewritten.position).min()?;
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    let mut seen = BTreeSet::new();
    for rewritten in &all {
        let pair = (rewritten.written.as_str(), rewritten.stored.as_str());
        if seen.insert(pair) {
            pairs.push(pair);
        }
    }
    let shown: Vec<String> = pairs
        .iter()
        .take(EXAMPLES)
        .map(|(written, stored)| format!("{} as {}", quoted(written), quoted(stored)))
        .collect();
    let more = match pairs.len().saturating_sub(EXAMPLES) {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    let message = format!("the server stores the entity slug {}{more}", shown.join(", "));
    let diagnostic = Diagnostic::new(Severity::Warning, Family::Memory, "slug-rewritten", message)
        .at(first.clone())
        .hint("use only lowercase letters, digits and `-` in entity slugs");
    Some(diagnostic)
}

/// Rules may join types of another org, so that an unknown end is no more than a warning.
fn unknown_ends(files: &[Found]) -> Vec<Diagnostic> {
    let mut known: BTreeMap<Kind, BTreeSet<&TypeSlug>> = BTreeMap::new();
    for found in files.iter().flat_map(|file| &file.slugs) {
        known.entry(found.kind).or_default().insert(&found.slug);
    }
    let nothing = BTreeSet::new();
    let of_kind = |kind: &Kind| known.get(kind).unwrap_or(&nothing);
    let resources = files.iter().flat_map(|file| &file.resources);
    let is_unknown = |(kind, slug, _): &&End| !of_kind(kind).contains(slug);
    let unknown: Vec<&End> = resources.flat_map(|found| &found.ends).filter(is_unknown).collect();
    let mut diagnostics: Vec<Diagnostic> =
        unknown.iter().take(UNKNOWN_ENDS).map(|end| unknown_end(end, of_kind(&end.0))).collect();
    if let Some((_, _, position)) = unknown.get(UNKNOWN_ENDS) {
        let message = format!("{} more types in rules are not declared in model files", unknown.len() - UNKNOWN_ENDS);
        let diagnostic = Diagnostic::new(Severity::Warning, Family::Memory, "unknown-rule-end", message);
        diagnostics.push(diagnostic.at(position.clone()));
    }
    diagnostics
}

fn unknown_end((kind, slug, position): &End, known: &BTreeSet<&TypeSlug>) -> Diagnostic {
    let near = closest(slug.as_str(), known.iter().map(|known| known.as_str()));
    let hint = near.map_or_else(
        || "ignore this if the org already has it".to_owned(),
        |near| format!("did you mean {}? Ignore this if the org already has it", quoted(near)),
    );
    let message = format!("no model file declares the {} {}", kind.singular, quoted(slug.as_str()));
    Diagnostic::new(Severity::Warning, Family::Memory, "unknown-rule-end", message).at(position.clone()).hint(hint)
}
