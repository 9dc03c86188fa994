use std::collections::HashMap;
use std::sync::Arc;

use super::{Skill, read};
use crate::edit::yaml::Spot;
use crate::model::{Diagnostic, Family, Severity, trim, with_line_feeds};
use crate::project::directory::{EntryKind, Listing, ProjectDirectory, ReadError, join};
use crate::project::markdown::markdown_error;
use crate::project::misspelled::{as_markdown, markdown_of, misspelled};
use crate::project::quoted::quoted;
use crate::project::report::Report;
use crate::project::secret_lines::secret_lines;

/// The file of a skill that is a directory.
const FILE: &str = "SKILL.md";

/// A file as a whole.
const WHOLE: Spot = Spot { line: 0, column: 0 };

/// The skills of one directory.
#[derive(Debug, Clone, Default)]
pub struct SkillSet {
    /// The skills, each name once, where it stands first.
    pub skills: Vec<Arc<Skill>>,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the skills of a directory; none if it is missing.
///
/// A directory with a `SKILL.md` is a skill with frontmatter; a file `*.md` is one without. What else there is is no
/// skill; a name that differs in case or extension only is a warning. Symlinks are followed within the project, hidden entries count.
pub fn read_skills(directory: &ProjectDirectory, path: &str) -> SkillSet {
    let mut set = SkillSet::default();
    let Listing { entries, problems } = match directory.list(path) {
        Ok(Some(listing)) => listing,
        Ok(None) => return set,
        Err(error) => {
            set.diagnostics.push(error.diagnostic(Family::Agents));
            return set;
        }
    };
    set.diagnostics.extend(problems.iter().map(|problem| problem.diagnostic(Family::Agents)));
    let mut named = Named::default();
    for entry in entries {
        let stem = entry.name.strip_suffix(".md");
        let place = join(path, &entry.name);
        let (file, name, is_plain) = match (entry.kind, stem) {
            (Ok(EntryKind::Directory), _) => (join(&place, FILE), entry.name.as_str(), false),
            (Ok(EntryKind::File | EntryKind::Other), Some(stem)) => (place.clone(), stem, true),
            (Ok(_), None) => {
                let wanted = as_markdown(&entry.name);
                set.diagnostics.extend(wanted.map(|wanted| misspelled(&place, &wanted, Family::Agents)));
                continue;
            }
            (Err(ReadError::DanglingSymlink { .. }), None) => continue,
            (Err(error), _) => {
                set.diagnostics.push(error.diagnostic(Family::Agents));
                continue;
            }
        };
        let mut report = Report::new(&file, Family::Agents);
        let text = directory.read_text(&file, directory.limits().markdown);
        if let Ok(Some(text)) = &text {
            set.diagnostics.extend(secret_lines(text, &file, Family::Agents));
        }
        if let Ok(Some(text)) = &text
            && let Some(diagnostic) = markdown_error(text, &file, Family::Agents)
        {
            set.diagnostics.push(diagnostic);
            continue;
        }
        let skill = match text.map(|text| text.map(|text| with_line_feeds(&text).into_owned())) {
            Ok(None) => {
                if let Some(diagnostic) = misspelled_skill(directory, &place) {
                    report.push(diagnostic);
                }
                None
            }
            Ok(Some(text)) if is_plain => plain(name, &text, &file, &mut report),
            Ok(Some(text)) if trim(&text).is_empty() => {
                report.add(Severity::Warning, WHOLE, "blank-skill", "a blank skill is ignored", None);
                None
            }
            Ok(Some(text)) => read::read(&text, name, &file, &directory.limits().yaml, &mut report),
            Err(error) => {
                report.push(error.diagnostic(Family::Agents));
                None
            }
        };
        if let Some(skill) = skill
            && !named.put(Arc::new(skill))
        {
            let message = "another skill in this directory has the same name; this one replaces its content";
            report.add(Severity::Warning, WHOLE, "duplicate-skill", message, None);
        }
        set.diagnostics.extend(report.into_diagnostics());
    }
    set.skills = named.skills;
    set
}

/// The warning of a directory that has no `SKILL.md`, and a file that is probably meant to be it.
fn misspelled_skill(directory: &ProjectDirectory, place: &str) -> Option<Diagnostic> {
    let Listing { entries, .. } = directory.list(place).ok().flatten()?;
    let found = entries.iter().find(|entry| markdown_of(entry, FILE, &entries))?;
    Some(misspelled(&join(place, &found.name), FILE, Family::Agents))
}

fn plain(name: &str, text: &str, file: &str, report: &mut Report) -> Option<Skill> {
    if name.is_empty() {
        report.error(WHOLE, "skill-name-missing", format!("the skill {} has no name", quoted(file)));
        return None;
    }
    Some(read::plain(name, trim(text), file))
}

/// An agent's skills: the shared ones and then its own; a name that comes again replaces the skill in its place.
pub fn combine(shared: &[Arc<Skill>], own: &[Arc<Skill>]) -> Vec<Arc<Skill>> {
    let mut named = Named::default();
    for skill in shared.iter().chain(own) {
        named.put(Arc::clone(skill));
    }
    named.skills
}

/// Skills in the order in which their names came first.
#[derive(Default)]
struct Named {
    skills: Vec<Arc<Skill>>,
    places: HashMap<String, usize>,
}

impl Named {
    /// Takes a skill; whether its name is new.
    fn put(&mut self, skill: Arc<Skill>) -> bool {
        if let Some(earlier) = self.places.get(&skill.name).and_then(|place| self.skills.get_mut(*place)) {
            *earlier = skill;
            return false;
        }
        self.places.insert(skill.name.clone(), self.skills.len());
        self.skills.push(skill);
        true
    }
}
