use std::collections::BTreeMap;

use crate::model::{OrgSlug, SecretName};
use crate::project::config::{self, ReadOptions};
use crate::project::directory::ProjectDirectory;
use crate::project::limits::YamlLimits;
use crate::schema::ALL;

use super::row::{FileChange, ModelChange, PullRow, SlugPlace};
use super::{Content, NodePath, model_text, skill_text};
use crate::edit::{Change, Toml, apply_edits};

/// The file that lists the names of a project's secrets, without values.
const EXAMPLE: &str = ".env.example";

/// A file as it is and as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileWrite {
    /// Its path in the project.
    pub path: String,
    /// Its text; none where no such file.
    pub before: Option<String>,
    /// The text to write; none where the file goes.
    pub after: Option<String>,
}

/// Why changes can't be made to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposeError {
    /// The file.
    pub path: String,
    /// Why, for a reader; without a full stop.
    pub reason: String,
}

/// The texts of a project's files: none for a missing file, or why it can't be read.
pub type Texts<'texts> = &'texts dyn Fn(&str) -> Result<Option<String>, String>;

/// The lobu.toml that a new project starts with; what it says depends on what is added to it.
pub fn new_lobu_toml(org: &OrgSlug, has_agents: bool, has_types: bool) -> String {
    let agents = if has_agents { "" } else { "[agents]\n\n" };
    let models = if has_types { "models = \"./models\"\n" } else { "" };
    format!(
        "# Made by `lobu pull --init`. Edit it, look with `lobu plan`, and send it with `lobu apply`.\n\n\
         {agents}[memory]\nenabled = true\norg = \"{org}\"\n{models}"
    )
}

/// What is to be done to one file.
#[derive(Default)]
struct Work<'rows> {
    toml: Vec<Change>,
    models: Vec<(&'rows SlugPlace, &'rows ModelChange)>,
    whole: Vec<&'rows FileChange>,
}

/// The files that rows change: the names of secrets first, lobu.toml, then the others by path; files that come out as they are
/// do not count.
///
/// Names are new as long as lobu.toml does not have them, so that a pull that is cut off has listed them before. lobu.toml
/// stands before the others so that a pull that is cut off leaves an agent without files, which declares nothing, and never
/// files that no agent has.
pub fn compose(rows: &[&PullRow], texts: Texts<'_>, limits: &YamlLimits) -> Result<Vec<FileWrite>, ComposeError> {
    let mut works: BTreeMap<&str, Work<'_>> = BTreeMap::new();
    for change in rows.iter().flat_map(|row| &row.changes) {
        match change {
            FileChange::Toml(change) => works.entry(ProjectDirectory::FILE).or_default().toml.push(change.clone()),
            FileChange::Model(place, change) => works.entry(&place.file).or_default().models.push((place, change)),
            FileChange::Skill(skill) => works.entry(&skill.file).or_default().whole.push(change),
            FileChange::Prompt { path, .. } | FileChange::NewFile { path, .. } | FileChange::RemoveFile { path } => {
                works.entry(path).or_default().whole.push(change);
            }
        }
    }
    let mut writes = Vec::new();
    for (path, work) in works {
        let failed = |reason: String| ComposeError { path: path.to_owned(), reason };
        let before = texts(path).map_err(failed)?;
        let after = after(&work, before.as_deref(), texts, limits).map_err(failed)?;
        writes.push(FileWrite { path: path.to_owned(), before, after });
    }
    let names = rows.iter().flat_map(|row| row.references.iter().map(|reference| &reference.name));
    writes.extend(example(&names.collect::<Vec<_>>(), texts)?);
    writes.retain(|write| write.before != write.after);
    writes.sort_by_key(place_of);
    Ok(writes)
}

/// Where a file stands in the order of writing.
pub(super) fn place_of(write: &FileWrite) -> (bool, bool, String) {
    (write.path != EXAMPLE, write.path != ProjectDirectory::FILE, write.path.clone())
}

fn after(
    work: &Work<'_>,
    before: Option<&str>,
    texts: Texts<'_>,
    limits: &YamlLimits,
) -> Result<Option<String>, String> {
    let Work { toml, models, whole } = work;
    match (toml.as_slice(), models.as_slice(), whole.as_slice()) {
        (_, [], []) => patched_toml(before.unwrap_or_default(), toml).map(Some),
        ([], _, []) => model_text::patched(before.unwrap_or_default(), models, limits),
        ([], [], [change]) => whole_text(change, before, texts, limits),
        _ => Err("two changes of this pull replace it as a whole".to_owned()),
    }
}

fn patched_toml(text: &str, changes: &[Change]) -> Result<String, String> {
    let toml = Toml::parse(text).ok_or_else(|| "it is not valid TOML".to_owned())?;
    let edits = toml.edits(changes).map_err(|error| error.to_string())?;
    Ok(with_agents_table(apply_edits(text, &edits)))
}

/// A project whose last agent is gone says so with an empty table.
fn with_agents_table(text: String) -> String {
    let (config, _) = config::read(&ALL, &text, ProjectDirectory::FILE, ReadOptions { allow_unknown_keys: true });
    if config.is_none_or(|config| !config.agents.is_empty()) {
        return text;
    }
    let empty = Change::set(NodePath::root().key("agents"), Content::Table(Vec::new()));
    match Toml::parse(&text).map(|toml| toml.edits(&[empty])) {
        Some(Ok(edits)) => apply_edits(&text, &edits),
        // Then the project's reader says what is missing.
        Some(Err(_)) | None => text,
    }
}

fn whole_text(
    change: &FileChange,
    before: Option<&str>,
    texts: Texts<'_>,
    limits: &YamlLimits,
) -> Result<Option<String>, String> {
    match change {
        FileChange::Prompt { text, .. } => Ok(Some(prompt(before.unwrap_or_default(), text))),
        FileChange::NewFile { text, .. } => Ok(Some(text.clone())),
        FileChange::Skill(change) => {
            let base = texts(&change.base)?.ok_or_else(|| format!("{} is gone", change.base))?;
            skill_text::patched(&base, change, limits).map(Some)
        }
        FileChange::RemoveFile { .. } | FileChange::Toml(_) | FileChange::Model(..) => Ok(None),
    }
}

/// A prompt with the blanks around it and the line ends that it had; a new one ends with a line break.
fn prompt(before: &str, text: &str) -> String {
    let old = crate::model::trim(before);
    let (start, end) = match before.find(old) {
        Some(at) if !old.is_empty() => (at, at.saturating_add(old.len())),
        _ => return if text.is_empty() { String::new() } else { format!("{text}\n") },
    };
    if text.is_empty() {
        return String::new();
    }
    let text = crate::model::with_line_ends_of(before, text);
    let (head, tail) = (before.get(..start).unwrap_or_default(), before.get(end..).unwrap_or_default());
    format!("{head}{text}{tail}")
}

/// `.env.example` with the names that it lacks.
fn example(names: &[&SecretName], texts: Texts<'_>) -> Result<Option<FileWrite>, ComposeError> {
    if names.is_empty() {
        return Ok(None);
    }
    let failed = |reason| ComposeError { path: EXAMPLE.to_owned(), reason };
    let before = texts(EXAMPLE).map_err(failed)?;
    let text = before.clone().unwrap_or_default();
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut after = match text.as_str() {
        "" => "# The secrets that this project refers to. Copy this file to .env and fill in the values.\n".to_owned(),
        text if text.ends_with('\n') => text.to_owned(),
        text => format!("{text}{line_break}"),
    };
    let mut listed: Vec<String> = text.lines().filter_map(name_of_line).collect();
    for name in names {
        if !listed.iter().any(|other| other == name.as_str()) {
            listed.push(name.to_string());
            after.extend([name.as_str(), "=", line_break]);
        }
    }
    let has_new = after.len() > text.len() && listed.len() > text.lines().filter_map(name_of_line).count();
    Ok(has_new.then_some(FileWrite { path: EXAMPLE.to_owned(), before, after: Some(after) }))
}

fn name_of_line(line: &str) -> Option<String> {
    let line = line.trim_start_matches(['#', ' ']).trim();
    let (name, _) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
    Some(name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pull::{NewReference, PullAction};
    use crate::schema::ResourceKey;
    use crate::schema::kinds::AGENT;

    fn row(changes: Vec<FileChange>, names: &[&str]) -> PullRow {
        let reference = |name: &&str| NewReference {
            name: SecretName::parse(name).unwrap(),
            place: "x".to_owned(),
            is_made_up: true,
            value_from: crate::pull::ValueFrom::OrgSecrets,
        };
        PullRow {
            key: ResourceKey::new(AGENT, "a"),
            action: PullAction::Update,
            fields: Vec::new(),
            references: names.iter().map(reference).collect(),
            changes,
            overlaid: crate::schema::Overlaid::default(),
        }
    }

    fn composed(row: &PullRow, files: &[(&str, &str)]) -> Vec<(String, Option<String>)> {
        let texts = |path: &str| Ok(files.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned()));
        let writes = compose(&[row], &texts, &YamlLimits { ..crate::project::limits::Limits::DEFAULT.yaml }).unwrap();
        writes.into_iter().map(|write| (write.path, write.after)).collect()
    }

    #[test]
    fn a_prompt_keeps_the_blanks_around_it() {
        let table = [
            ("\n\n# Soul\r\n", "new", "\n\nnew\r\n"),
            ("old", "new", "new"),
            ("", "new", "new\n"),
            (" \n", "new", "new\n"),
            ("old\n", "", ""),
            ("a a\n", "a", "a\n"),
        ];
        for (before, text, after) in table {
            assert_eq!(prompt(before, text), after, "{before:?}");
        }
    }

    #[test]
    fn names_are_listed_once() {
        let lines = "# The secrets that this project refers to. Copy this file to .env and fill in the values.\n";
        assert_eq!(
            composed(&row(vec![], &["A", "B", "A"]), &[]),
            [(EXAMPLE.to_owned(), Some(format!("{lines}A=\nB=\n")))]
        );
        let files = [(EXAMPLE, "export A=x\r\n# B=\r\nC=")];
        let after = "export A=x\r\n# B=\r\nC=\r\nD=\r\n".to_owned();
        assert_eq!(composed(&row(vec![], &["A", "B", "C", "D"]), &files), [(EXAMPLE.to_owned(), Some(after))]);
        assert_eq!(composed(&row(vec![], &["A", "B", "C"]), &files), []);
    }

    #[test]
    fn what_comes_out_as_it_is_does_not_count() {
        let prompt = FileChange::Prompt { path: "SOUL.md".to_owned(), text: "soul".to_owned() };
        assert_eq!(composed(&row(vec![prompt], &[]), &[("SOUL.md", "soul\n\n")]), []);
    }
}
