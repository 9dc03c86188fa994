use crate::edit::yaml::{Node, Spot};
use crate::model::TypeSlug;
use crate::project::fields::Fields;
use crate::project::quoted::quoted;
use crate::project::report::Report;
use crate::schema::{Kind, ModelFiles};

use super::found::{Found, FoundSlug, Rewritten};

/// The longest slug that servers take, in bytes.
const LONGEST: usize = 128;

/// The slug of a type and where it stands; none and an error if it cannot be one.
pub(super) fn slug(
    (kind, files): (Kind, &ModelFiles),
    node: &Node,
    fields: &mut Fields<'_>,
    found: &mut Found,
    report: &mut Report,
) -> Option<(TypeSlug, Spot)> {
    let one = files.one;
    if !node.map().is_some_and(|entries| entries.iter().any(|entry| entry.name() == "slug" && !entry.value.is_null())) {
        fields.node("slug", report);
        report.error(node.spot(), "slug-missing", format!("{one} needs a `slug`"));
        return None;
    }
    let (text, spot) = fields.text("slug", report)?;
    if text.trim().is_empty() {
        report.error(spot, "slug-missing", format!("the `slug` of {one} must not be empty"));
        return None;
    }
    if text.starts_with('$') {
        report.error(spot, "system-slug", "slugs that start with `$` are reserved by the server");
        return None;
    }
    if !files.rewrites_slugs && text.chars().any(char::is_control) {
        // Sent as it is, unlike one that the server rewrites; no server takes it, so it is not found out half-way.
        report.error(spot, "bad-slug", format!("the `slug` of {one} must not contain control characters"));
        return None;
    }
    let slug = stored(files, text, spot, found, report);
    if slug.as_str().len() > LONGEST {
        let message = format!("the `slug` of {one} is longer than {LONGEST} bytes, which servers refuse");
        report.error(spot, "bad-slug", message);
        return None;
    }
    let position = spot.down(report.lines()).within(report.file());
    found.slugs.push(FoundSlug { kind, one, slug: slug.clone(), position });
    if files.reserved_slugs.contains(&slug.as_str()) {
        let kind = kind.singular.strip_suffix(" type").unwrap_or(kind.singular);
        let message = format!("the {kind} slug {} is reserved by the server", quoted(slug.as_str()));
        report.error(spot, "reserved-slug", message);
        return None;
    }
    Some((slug, spot))
}

/// A slug in the form that the server stores; what changes is remembered for the one warning.
pub(super) fn stored(files: &ModelFiles, text: &str, spot: Spot, found: &mut Found, report: &Report) -> TypeSlug {
    if !files.rewrites_slugs {
        return TypeSlug::verbatim(text);
    }
    let slug = TypeSlug::rewritten(text);
    if slug.as_str() != text {
        let position = spot.down(report.lines()).within(report.file());
        found.rewritten.push(Rewritten { written: text.to_owned(), stored: slug.clone(), position });
    }
    slug
}
