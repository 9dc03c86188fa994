use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::directory::{Entry, EntryKind, Listing, ProjectDirectory, ReadError, display_path, join};
use super::evals::read_evals;
use super::markdown::{markdown_error, read_markdown};
use super::misspelled::{directory_in, is_directory_of, markdown_of, misspelled};
use super::parallel;
use super::quoted::quoted;
use super::secret_lines::secret_lines_of;
use super::skills::{Skill, SkillSet, combine, read_skills};
use super::suggest::closest;
use crate::model::{Diagnostic, Family, Position, Severity};
use crate::schema::Schema;

/// The directory of an agent, as lobu.toml names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentDirectory {
    /// The path as written; empty for the project directory itself.
    pub path: String,
    /// Where it is written.
    pub position: Position,
}

/// What the files of an agent's directory say.
#[derive(Debug, Clone, Default)]
pub struct AgentFiles {
    /// The prompts by file, such as `SOUL.md`, trimmed; one that is not there is missing, and a blank one clears.
    pub prompts: BTreeMap<&'static str, String>,
    /// The shared skills and the agent's own, in order.
    pub skills: Vec<Arc<Skill>>,
    /// How many files of evals it has, which are checked and not applied.
    pub evals: usize,
    /// What is wrong; nothing of the shared skills.
    pub diagnostics: Vec<Diagnostic>,
}

/// The code of the diagnostic of a directory that is not there.
const MISSING: &str = "agent-directory-missing";

/// The name of the directories that hold an agent's evals.
const EVALS: &str = "evals";

/// The name of the directories that hold skills.
const SKILLS: &str = "skills";

/// Reads the skills that every agent gets, once for all of them.
pub fn read_shared_skills(directory: &ProjectDirectory) -> SkillSet {
    let mut set = read_skills(directory, SKILLS);
    let other_case = directory_in(directory, ".", SKILLS);
    set.diagnostics.extend(other_case.map(|found| misspelled(&found, SKILLS, Family::Agents)));
    set
}

/// Reads the directories of all agents, in their order, side by side.
pub fn read_agents(
    schema: &Schema,
    directory: &ProjectDirectory,
    agents: &[AgentDirectory],
    shared: &SkillSet,
) -> Vec<AgentFiles> {
    let mut read = parallel::map(agents, |agent| read_agent_files(schema, directory, agent, shared));
    let named: BTreeSet<String> = agents.iter().map(|agent| display_path(&agent.path)).collect();
    for (files, agent) in read.iter_mut().zip(agents) {
        let missing = files.diagnostics.iter_mut().find(|found| found.code == MISSING);
        if let Some(diagnostic) = missing {
            suspect(directory, agent, &named, diagnostic);
        }
    }
    // Agents may share a directory; what is wrong with it is told once.
    let mut told = BTreeSet::new();
    for files in &mut read {
        files.diagnostics.retain(|diagnostic| told.insert(diagnostic.clone()));
    }
    read
}

/// A missing directory is no mistake of an agent without prompts, unless one that no agent names has almost its name.
fn suspect(
    directory: &ProjectDirectory,
    agent: &AgentDirectory,
    named: &BTreeSet<String>,
    diagnostic: &mut Diagnostic,
) {
    let path = display_path(&agent.path);
    let (parent, name) = path.rsplit_once('/').unwrap_or((".", &path));
    let Ok(Some(Listing { entries, .. })) = directory.list(parent) else { return };
    let others = entries.iter().filter(|entry| entry.is_directory() && !named.contains(&join(parent, &entry.name)));
    let Some(other) = closest(name, others.map(|entry| entry.name.as_str())) else { return };
    diagnostic.severity = Severity::Warning;
    diagnostic.hint = Some(format!("did you mean {}?", quoted(&join(parent, other))));
}

/// Reads the directory of one agent. A missing one is a note.
pub fn read_agent_files(
    schema: &Schema,
    directory: &ProjectDirectory,
    agent: &AgentDirectory,
    shared: &SkillSet,
) -> AgentFiles {
    let mut files = AgentFiles { skills: shared.skills.clone(), ..AgentFiles::default() };
    if let Some(diagnostic) = obstacle(directory, agent) {
        files.diagnostics.push(diagnostic);
        return files;
    }
    let names: BTreeSet<&'static str> = schema.prompts().map(|field| field.file).collect();
    // A directory that cannot be listed may still have files that can be opened.
    let entries = directory.list(&agent.path).ok().flatten().map(|listing| listing.entries);
    let may_have = |name: &str| entries.as_ref().is_none_or(|entries| entries.iter().any(|entry| entry.name == name));
    files.diagnostics.extend(misspelled_files(entries.as_deref().unwrap_or_default(), &agent.path, &names));
    if may_have(EVALS) {
        let evals = read_evals(directory, &join(&agent.path, EVALS));
        files.evals = evals.count;
        files.diagnostics.extend(evals.diagnostics);
    }
    for name in names.into_iter().filter(|name| may_have(name)) {
        match read_markdown(directory, &join(&agent.path, name)) {
            Ok(Some(text)) => {
                let path = join(&agent.path, name);
                files.diagnostics.extend(secret_lines_of(directory, &path, &text));
                match markdown_error(&text, &path, Family::Agents) {
                    None => drop(files.prompts.insert(name, text)),
                    Some(diagnostic) => files.diagnostics.push(diagnostic),
                }
            }
            Ok(None) => {}
            Err(error) => files.diagnostics.push(error.diagnostic(Family::Agents)),
        }
    }
    let skills = join(&agent.path, SKILLS);
    // An agent in the project directory itself has no skills of its own.
    if skills != SKILLS && may_have(SKILLS) {
        let own = read_skills(directory, &skills);
        if !own.skills.is_empty() {
            files.skills = combine(&shared.skills, &own.skills);
        }
        files.diagnostics.extend(own.diagnostics);
    }
    files
}

/// The warnings of files that would be read under a slightly different name.
fn misspelled_files(entries: &[Entry], path: &str, prompts: &BTreeSet<&'static str>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for entry in entries {
        let prompt = prompts.iter().find(|wanted| markdown_of(entry, wanted, entries));
        let subdirectory = [SKILLS, EVALS].into_iter().find(|wanted| is_directory_of(entry, wanted));
        let wanted = prompt.copied().or(subdirectory);
        found.extend(wanted.map(|wanted| misspelled(&join(path, &entry.name), wanted, Family::Agents)));
    }
    found
}

/// Why the directory cannot be read, told where lobu.toml names it.
fn obstacle(directory: &ProjectDirectory, agent: &AgentDirectory) -> Option<Diagnostic> {
    let path = display_path(&agent.path);
    let diagnostic = match directory.kind(&agent.path) {
        Ok(Some(EntryKind::Directory)) => return None,
        Ok(Some(_)) => ReadError::NotADirectory { path }.diagnostic(Family::Agents),
        Ok(None) => {
            let message = format!("the directory {} does not exist, so the agent has no prompts", quoted(&path));
            Diagnostic::new(Severity::Note, Family::Agents, MISSING, message)
        }
        Err(error) => error.diagnostic(Family::Agents),
    };
    Some(diagnostic.at(agent.position.clone()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use super::*;
    use crate::schema::ALL;

    fn agent(path: &str) -> AgentDirectory {
        let position = Position { file: "lobu.toml".to_owned(), line: 3, column: 7 };
        AgentDirectory { path: path.to_owned(), position }
    }

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn project() -> (tempfile::TempDir, ProjectDirectory) {
        let temporary = tempfile::tempdir().unwrap();
        let directory = ProjectDirectory::open(temporary.path(), &[]).unwrap();
        (temporary, directory)
    }

    fn read(directory: &ProjectDirectory, path: &str) -> AgentFiles {
        read_agent_files(&ALL, directory, &agent(path), &read_shared_skills(directory))
    }

    #[test]
    fn prompts_are_absent_empty_or_text() {
        let (temporary, directory) = project();
        write(temporary.path(), "agents/a/SOUL.md", "\n# Soul \n");
        write(temporary.path(), "agents/a/USER.md", " \n");
        let files = read(&directory, "./agents/a");
        let prompts: Vec<_> = files.prompts.iter().map(|(file, text)| (*file, text.as_str())).collect();
        assert_eq!(prompts, [("SOUL.md", "# Soul"), ("USER.md", "")]);
        assert_eq!(files.diagnostics, []);
    }

    #[test]
    fn the_project_directory_may_be_an_agents() {
        let (temporary, directory) = project();
        write(temporary.path(), "SOUL.md", "soul");
        write(temporary.path(), "skills/blank/SKILL.md", " ");
        for path in ["", ".", "./"] {
            let files = read(&directory, path);
            assert_eq!((files.prompts["SOUL.md"].as_str(), files.diagnostics), ("soul", vec![]), "{path}");
        }
    }

    #[test]
    fn directories_that_cannot_be_read_are_told_where_they_are_named() {
        let (temporary, directory) = project();
        write(temporary.path(), "file", "");
        symlink("loop", temporary.path().join("loop")).unwrap();
        let table = [
            ("none", "agent-directory-missing", Severity::Note),
            ("file", "not-a-directory", Severity::Error),
            ("../x", "outside-project", Severity::Error),
            ("/tmp", "outside-project", Severity::Error),
            ("loop", "symlink-loop", Severity::Error),
        ];
        for (path, code, severity) in table {
            let files = read(&directory, path);
            let [found] = files.diagnostics.as_slice() else { panic!("{path}: {:?}", files.diagnostics) };
            assert_eq!((found.code, found.severity), (code, severity), "{path}");
            assert_eq!(found.position.as_ref(), Some(&agent(path).position), "{path}");
        }
    }

    #[test]
    fn files_that_cannot_be_read_are_all_told() {
        let (temporary, directory) = project();
        write(temporary.path(), "a/IDENTITY.md", "");
        fs::File::create(temporary.path().join("a/IDENTITY.md")).unwrap().set_len(100_000_000).unwrap();
        fs::create_dir(temporary.path().join("a/SOUL.md")).unwrap();
        symlink("../../x", temporary.path().join("a/USER.md")).unwrap();
        write(temporary.path(), "a/skills", "no directory");
        let codes: Vec<&str> = read(&directory, "a").diagnostics.iter().map(|found| found.code).collect();
        assert_eq!(codes, ["file-too-large", "not-a-regular-file", "outside-project", "not-a-directory"]);
    }

    #[test]
    fn many_agents_keep_their_order_and_share_what_is_wrong() {
        let (temporary, directory) = project();
        for number in 0..200 {
            write(temporary.path(), &format!("agents/{number}/SOUL.md"), &number.to_string());
        }
        fs::create_dir_all(temporary.path().join("agents/0/USER.md")).unwrap();
        let mut agents: Vec<AgentDirectory> = (0..200).map(|number| agent(&format!("agents/{number}"))).collect();
        agents.push(agent("agents/0"));
        let read = read_agents(&ALL, &directory, &agents, &SkillSet::default());
        for (number, files) in read.iter().enumerate().take(200) {
            assert_eq!(files.prompts["SOUL.md"], number.to_string());
        }
        assert_eq!((read[0].diagnostics.len(), read[200].diagnostics.len()), (1, 0));
    }

    #[test]
    #[ignore = "needs ../shared"]
    fn the_public_projects_are_read() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
        let mut skills = 0;
        for project in fs::read_dir(corpus).unwrap() {
            let path = project.unwrap().path();
            let Ok(agents) = fs::read_dir(path.join("agents")) else { continue };
            let directory = ProjectDirectory::open(&path, &[]).unwrap();
            for entry in agents {
                let name = entry.unwrap().file_name().into_string().unwrap();
                let files = read(&directory, &format!("./agents/{name}"));
                assert_eq!(files.diagnostics, [], "{name}");
                assert!(!files.prompts["SOUL.md"].is_empty(), "{name}");
                skills += files.skills.len();
            }
        }
        assert_eq!(skills, 1);
    }
}
