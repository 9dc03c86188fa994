//! The versions of this program that a project needs: `lobu` in `[project]`.

use semver::{Prerelease, Version, VersionReq};

use super::keys;
use super::reader::Reader;
use super::section::Section;
use crate::model::{Diagnostic, Family, Severity};
use crate::schema::names;

const TABLE: &str = "project";

const KEYS: [&str; 1] = names(&keys::PROJECT);

/// The version of this program.
const THIS: &str = env!("CARGO_PKG_VERSION");

/// What a requirement needs that this program is not; none where it is, and for what is no requirement.
pub(in crate::project) fn unmet(requirement: &str) -> Option<VersionReq> {
    let needed = VersionReq::parse(requirement).ok()?;
    let is_met = Version::parse(THIS).is_ok_and(|this| meets(&this, &needed));
    (!is_met).then_some(needed)
}

/// Whether a version is one that is needed. One before a release counts as the release, which it has the keys of.
fn meets(this: &Version, needed: &VersionReq) -> bool {
    let release = Version { pre: Prerelease::EMPTY, ..this.clone() };
    needed.matches(this) || needed.matches(&release)
}

/// Reports that the file needs another version of this program, and says whether it does.
pub(super) fn report_unmet(reader: &mut Reader<'_>, root: &Section<'_>) -> bool {
    let table = root.find(TABLE).and_then(|field| field.section(root.path.key(TABLE), root.family));
    let Some(field) = table.and_then(|table| table.find("lobu")) else { return false };
    let Some(needed) = field.text().and_then(unmet) else { return false };
    let message = format!("this project needs lobu {needed}, and this is lobu {THIS}");
    let diagnostic = Diagnostic::new(Severity::Error, Family::Project, "other-version", message);
    reader.report_plain(&field.span, diagnostic.hint("install a version that the project needs"));
    true
}

/// Checks the table of a file that needs no other version.
pub(super) fn check(reader: &mut Reader<'_>, root: &Section<'_>) {
    let Some(table) = reader.table(root, TABLE, root.path.key(TABLE)) else { return };
    reader.keys(&table, &KEYS, &[("version", "did you mean `lobu`, the versions of lobu that the project needs?")]);
    let Some(requirement) = reader.text(&table, "lobu") else { return };
    if VersionReq::parse(requirement.as_str()).is_ok() {
        return;
    }
    let message = format!("`{}` is not a version requirement", table.path.key("lobu"));
    let diagnostic = Diagnostic::new(Severity::Error, Family::Project, "bad-version", message);
    let span = table.find("lobu").map(|field| field.span).unwrap_or_default();
    reader.report_plain(&span, diagnostic.hint("such as \">=0.3\" or \">=0.3, <0.5\""));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_are_those_of_cargo() {
        for (version, requirement, expected) in [
            ("0.3.0", ">=0.3", true),
            ("0.10.0", ">=0.3", true),
            ("0.2.9", ">=0.3", false),
            ("1.0.0", ">=0.3, <1", false),
            ("0.3.7", "0.3", true),
            ("0.4.0", "0.3", false),
            ("0.4.0", "*", true),
            ("0.3.0-rc.1", ">=0.3", true),
            ("0.3.0-rc.1", ">0.3.0", false),
        ] {
            let (version, needed) = (Version::parse(version).unwrap(), VersionReq::parse(requirement).unwrap());
            assert_eq!(meets(&version, &needed), expected, "{version} {needed}");
        }
    }
}
